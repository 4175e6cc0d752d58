"""Ablation: which embedding matrices are one.

    .venv/bin/python experiments/ablation_tying.py --profile paper    # ten restarts
    .venv/bin/python experiments/ablation_tying.py --columns untied --restarts 3

Adjacent and layer-wise tying (S15 section 2.2), layer-wise tying without H, and no tying at all. PE
LS RN, 3 hops, 1k questions, a model a task; adjacent tying is Table 1's own runs.

Expected: the paper prints adjacent tying alone, 13.9; jointly and without RN, 13.3 adjacent and
15.2 layer-wise.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import per_task

PE_LS_RN = dict(linear_start=True, time_noise=0.1)

EXPERIMENT = Experiment(
    id="ablation_tying",
    title="Ablation: tying of the embedding matrices",
    dataset="babi-1k",
    printed=False,
    figure="columns",
    long=True,
    columns=(
        per_task(id="adjacent", title="adjacent", **PE_LS_RN),
        per_task(
            id="layerwise", title="layer-wise, with H", tying="layerwise", against="adjacent",
            **PE_LS_RN
        ),
        per_task(
            id="layerwise_no_h", title="layer-wise, without H", tying="layerwise", state_map=False,
            against="layerwise", **PE_LS_RN,
        ),
        per_task(id="untied", title="untied", tying="untied", against="adjacent", **PE_LS_RN),
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
