"""Ablation: readings of MemNN WSH, which S15 describes in four sentences.

    .venv/bin/python experiments/ablation_wsh.py --profile paper    # ten restarts
    .venv/bin/python experiments/ablation_wsh.py --columns wsh stop --tasks 11 13 --restarts 3

A memory is valid if it shares a word with the question, or with the first memory and the answer.
S15 says neither whether "the" and "to" are such words, nor which of several valid memories a hop
follows, nor which of W15's extensions the model has. In Table 1's column every word counts, a hop
follows the valid memory that the model ranks highest at the time, and the model is W14's. Here a
word that more than half of the distinct statements have does not count; or the memory is drawn; or
the model has n-grams and non-linear scores, as the supervised one of Table 1; or several of these.

Expected: the paper prints one column, 40.2.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import weakly_supervised

STOP = dict(stop_share=0.5)
DRAWN = dict(target="drawn")
EXTENDED = dict(ngrams="held-out", nonlinear=True)

EXPERIMENT = Experiment(
    id="ablation_wsh",
    title="Ablation: readings of MemNN WSH",
    dataset="babi-1k",
    printed=False,
    figure="columns",
    long=True,
    remarks=(
        "All columns have the settings that were searched for the supervised MemNN, at which some "
        "trainings diverge: the last table says how many.",
    ),
    columns=(
        weakly_supervised(id="wsh", title="MemNN WSH"),
        weakly_supervised(id="drawn", title="memories drawn", against="wsh", **DRAWN),
        weakly_supervised(id="stop", title="stop words", against="wsh", **STOP),
        weakly_supervised(id="ng_nl", title="NG+NL", against="wsh", **EXTENDED),
        weakly_supervised(
            id="drawn_stop", title="drawn, stop words", against="drawn", **DRAWN, **STOP
        ),
        weakly_supervised(
            id="drawn_stop_ng_nl", title="drawn, stop words, NG+NL", against="drawn_stop",
            **DRAWN, **STOP, **EXTENDED,
        ),
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
