"""Attention: the weights per hop of S15's figures 2 and 4, and their share on labelled supporting
facts.

    .venv/bin/python experiments/attention.py                     # laptop: every task, 3 restarts
    .venv/bin/python experiments/attention.py --profile paper     # ten restarts, results/paper
    .venv/bin/python experiments/attention.py --dataset babi-10k  # as the figures; task 3: see
    README, Data .venv/bin/python experiments/attention.py --with-text         # also the stories'
    text, in models/ .venv/bin/python experiments/attention.py --profile smoke     # does it run? 2
    epochs of 3 tasks

The model is the column PE LS RN of Table 1, trained per task: 3 hops, d = 20. Restarts saved in
models/ of the results folder (--save-models) are loaded, the others trained and saved. Writes
attention.csv, attention_stories.csv (statement by statement, by line number), attention.md and
attention.png.

Expected: the figures show a few statements of some stories; how much of the attention goes to the
labelled supporting facts over whole test sets is printed nowhere.
"""

from bench.core.spec import Experiment
from bench.methods.memn2n.protocols import per_task

ATTENTION = Experiment(
    id="attention",
    title="Attention per hop, and its share on labelled supporting facts",
    dataset="babi-1k",
    printed=False,
    columns=(per_task(id="pe_ls_rn", title="PE LS RN", linear_start=True, time_noise=0.1),),
)

if __name__ == "__main__":
    from bench.studies.attention.command import run_attention

    raise SystemExit(run_attention(ATTENTION))
