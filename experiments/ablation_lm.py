"""Ablation of the language model: tying, the ReLU, the released code's two differences, the
rounding of a GPU's tensor cores, and what the first words of a text have in place of memories.

    .venv/bin/python experiments/ablation_lm.py --profile paper --columns base adjacent
    .venv/bin/python experiments/ablation_lm.py --profile laptop      # two columns, cut short

Penn Treebank, 6 hops over 25 words, d = 150 (S15 section 5); every column differs from the first in
one setting, but for the last two: 7 hops over 200 words, where it matters most what the first words
have. The paper prints no such table: of the two rows themselves it prints a validation and test
perplexity of 125 and 118, and of 118 and 111. A restart takes one to two hours of a core, of 7 hops
three and more.
"""

from typing import Any

from bench.core.experiment import Experiment
from bench.methods.memn2n_lm.spec import MemN2NLM


def columns(**budget: Any) -> tuple[MemN2NLM, ...]:
    """The row of Table 2, and what differs from it in one setting."""

    def column(id: str, title: str, against: str = "base", **setting: Any) -> MemN2NLM:
        sizes = {"hops": 6, "memory": 25, "dim": 150}
        return MemN2NLM(id=id, title=title, against=against, **{**sizes, **setting}, **budget)

    long = {"hops": 7, "memory": 200}
    return (
        column("base", "layer-wise, ReLU on half", against=""),
        column("adjacent", "adjacent tying", tying="adjacent"),
        column("relu_all", "ReLU on all units", rectified="all"),
        column("relu_none", "no ReLU", rectified="none"),
        column("annealing", "rate falls only where the cost has not fallen", annealing="paper"),
        column("sampling", "each position once an epoch", sampling="once"),
        column("tf32", "factors of the output layer's products in tf32", products="tf32"),
        column("lacking", "memories that the first words lack as zeros", lacking="empty"),
        column("long", "7 hops, memory 200", against="", **long),
        column(
            "long_lacking",
            "7 hops, memory 200, memories that the first words lack as zeros",
            against="long",
            lacking="empty",
            **long,
        ),
    )


EXPERIMENT = Experiment(
    id="ablation_lm",
    title="Ablation: the language model's tying, ReLU, rounding and readings",
    dataset="ptb",
    printed=False,
    figure="columns",
    long=True,
    quick=columns(restarts=1, epochs=4, updates=100)[:2],
    columns=columns(restarts=3),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
