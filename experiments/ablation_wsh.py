"""Ablation: readings of MemNN WSH, which S15 describes in four sentences.

    .venv/bin/python experiments/ablation_wsh.py --profile paper    # ten restarts
    .venv/bin/python experiments/ablation_wsh.py --columns plain --tasks 11 13

A memory is valid if it shares a word with the question, or with the first memory and the answer.
S15 says neither whether "the" and "to" are such words, nor which of W15's extensions the model has.
The column of Table 1 leaves out a word that more than half of the statements have, and has n-grams
and non-linear scores, as the supervised MemNN beside it does. Here every word counts, or both
extensions are left out, or both.

Expected: the paper prints one column, 40.2.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import weakly_supervised

ALL = dict(stop_share=1.0)
PLAIN = dict(ngrams="1", nonlinear=False)

EXPERIMENT = Experiment(
    id="ablation_wsh",
    title="Ablation: readings of MemNN WSH",
    dataset="babi-1k",
    printed=False,
    figure="columns",
    long=True,
    columns=(
        weakly_supervised(id="wsh", title="MemNN WSH"),
        weakly_supervised(id="all", title="every word counts", against="wsh", **ALL),
        weakly_supervised(id="plain", title="without NG and NL", against="wsh", **PLAIN),
        weakly_supervised(
            id="plain_all", title="without NG and NL, every word counts", against="plain",
            **ALL, **PLAIN,
        ),
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
