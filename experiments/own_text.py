"""A language model on a text of one's own.

    .venv/bin/python experiments/own_text.py --data DIR --profile paper --save-models

DIR holds train.txt, valid.txt and test.txt, in UTF-8, words parted by blanks; the end of a line is
a word too. Words seen fewer than 5 times in training are <unk>. Two columns, a short and a long
memory (S15 section 5 has the model; no paper prints such a table).
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n_lm.spec import MemN2NLM

EXPERIMENT = Experiment(
    id="own_text",
    title="Language models on a text of one's own",
    dataset="own-text",
    printed=False,
    figure="columns",
    long=True,
    columns=(
        MemN2NLM(id="short", title="3 hops, 10 words", hops=3, memory=10, dim=100, restarts=2),
        MemN2NLM(
            id="long", title="3 hops, 50 words", hops=3, memory=50, dim=100, restarts=2,
            against="short",
        ),
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
