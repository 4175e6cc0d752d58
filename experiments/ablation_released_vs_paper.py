"""Ablation: the authors' released code against the paper's text, one difference at a time.

    .venv/bin/python experiments/ablation_released_vs_paper.py --profile paper    # ten restarts
    .venv/bin/python experiments/ablation_released_vs_paper.py --columns sampling --restarts 3

The baseline is PE LS RN of Table 1 (3 hops, adjacent tying, 1k questions, a model a task) with the
default readings (see `bench.methods.memn2n.spec.Readings`): the released code's, but the paper's
clip_norm. Every other column has one reading at its other value: the paper's, but the released
code's clip_norm. null_columns and question_padding have an effect without adjacent tying alone, and
a baseline of their own, layer-wise; question_padding: slots is neither's, but what this suite took
the released code for before: a null word more behind every question.
'selection' takes the rule that chooses a restart from the paper's text, on the baseline's own
restarts.

Expected: printed nowhere; the baseline's mean error is 13.9 in the paper.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import per_task
from bench.methods.memn2n.spec import readings

PE_LS_RN = dict(linear_start=True, time_noise=0.1)

OTHER = dict(
    position_encoding="paper",
    time_scale="paper",
    answer_space="paper",
    time_noise="paper",
    clip_norm="spectral",
    clip_rows="apart",
    sampling="paper",
    halving="paper",
    linear_start_end="paper",
)
"""The readings that the baseline has an effect of, each with its other value."""

EXPERIMENT = Experiment(
    id="ablation_released_vs_paper",
    title="Ablation: the released code against the paper's text",
    dataset="babi-1k",
    printed=False,
    figure="columns",
    long=True,
    columns=(
        per_task(id="pe_ls_rn", title="PE LS RN", **PE_LS_RN),
        *(
            per_task(
                id=name, title=f"{name}: {value}", against="pe_ls_rn",
                readings=readings(**{name: value}), **PE_LS_RN,
            )
            for name, value in OTHER.items()
        ),
        per_task(
            id="selection", title="selection: paper", against="pe_ls_rn", selection="paper",
            **PE_LS_RN,
        ),
        per_task(id="pe_ls_rn_lw", title="PE LS RN, layer-wise", tying="layerwise", **PE_LS_RN),
        per_task(
            id="null_columns", title="layer-wise, null_columns: paper", tying="layerwise",
            against="pe_ls_rn_lw", readings=readings(null_columns="paper"), **PE_LS_RN,
        ),
        per_task(
            id="question_padding", title="layer-wise, question_padding: slots", tying="layerwise",
            against="pe_ls_rn_lw", readings=readings(question_padding="slots"), **PE_LS_RN,
        ),
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
