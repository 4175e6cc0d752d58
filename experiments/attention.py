"""Attention: the weights per hop of S15's figures 2 and 4, and their share on labelled supporting
facts.

    .venv/bin/python experiments/attention.py                     # laptop: every task
    .venv/bin/python experiments/attention.py --profile paper     # ten restarts, results/paper
    .venv/bin/python experiments/attention.py --columns pe_ls_rn_10k   # 10k, as the figures
    .venv/bin/python experiments/attention.py --profile smoke     # does it run?
    .venv/bin/python -m bench stories                             # the stories' tables with text

The model is the column PE LS RN of Tables 1 and 3, trained per task: 3 hops, d = 20; beside it the
supervised MemNN of these tables, which is told the facts. Restarts saved in models/ of the results
folder (--save-models) are loaded, the others trained and saved. Writes attention.csv,
attention_stories.csv (statement by statement, by line number), attention.md and attention.png.

Expected: the figures show a few statements of some stories; how much of the attention goes to the
labelled supporting facts over whole test sets is printed nowhere.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import per_task
from bench.methods.memnn.protocols import BABI_10K, supervised

SETTINGS = dict(linear_start=True, time_noise=0.1)

EXPERIMENT = Experiment(
    id="attention",
    title="Attention per hop, and its share on labelled supporting facts",
    dataset="babi-1k",
    printed=False,
    long=True,
    study="attention",
    figure="none",
    columns=(
        per_task(id="pe_ls_rn", title="PE LS RN", **SETTINGS),
        per_task(id="pe_ls_rn_10k", title="PE LS RN, 10k", dataset="babi-10k", **SETTINGS),
        supervised(id="memnn", title="MemNN (supervised)"),
        supervised(
            id="memnn_10k", title="MemNN (supervised), 10k", dataset="babi-10k", restarts=3,
            **BABI_10K,
        ),
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
