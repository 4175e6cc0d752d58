"""Ablation: how a sentence becomes a vector, and whether memories are told their place in time.

    .venv/bin/python experiments/ablation_embeddings.py --profile paper    # ten restarts
    .venv/bin/python experiments/ablation_embeddings.py --columns pe_paper_ls_rn --restarts 3

Bags of words (BoW) and position encoding (PE, in the released form and in the paper's), each with
and without random noise (RN), and both without temporal encoding (S15 section 4.1). All with linear
start, so that PE LS and PE LS RN are Table 1's own runs. 1k questions, a model a task.

Expected: nothing is printed but Table 1's mean errors, PE LS 16.3 and PE LS RN 13.9, and without
linear start BoW 25.1 and PE 20.3.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import per_task
from bench.methods.memn2n.spec import readings

BOW = dict(encoding="bow", linear_start=True)
PE = dict(encoding="pe", linear_start=True)
PAPER = dict(PE, readings=readings(position_encoding="paper"))

EXPERIMENT = Experiment(
    id="ablation_embeddings",
    title="Ablation: sentence and temporal encoding",
    dataset="babi-1k",
    printed=False,
    figure="columns",
    long=True,
    columns=(
        per_task(id="pe_ls", title="PE LS", **PE),
        per_task(id="pe_ls_rn", title="PE LS RN", time_noise=0.1, against="pe_ls", **PE),
        per_task(
            id="pe_ls_notime", title="PE LS without time", temporal=False, against="pe_ls", **PE,
        ),
        per_task(id="pe_paper_ls", title="paper's PE, LS", against="pe_ls", **PAPER),
        per_task(
            id="pe_paper_ls_rn", title="paper's PE, LS RN", time_noise=0.1, against="pe_ls_rn",
            **PAPER,
        ),
        per_task(id="bow_ls", title="BoW LS", against="pe_ls", **BOW),
        per_task(id="bow_ls_rn", title="BoW LS RN", time_noise=0.1, against="pe_ls_rn", **BOW),
        per_task(
            id="bow_ls_notime", title="BoW LS without time", temporal=False, against="bow_ls",
            **BOW,
        ),
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
