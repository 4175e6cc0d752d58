"""Table 2 of End-To-End Memory Networks: perplexity of language models on Penn Treebank and Text8.

    .venv/bin/python experiments/e2e_table2_lm.py                    # one row, its epochs cut short
    .venv/bin/python experiments/e2e_table2_lm.py --profile paper --columns ptb-memn2n-150-6-25

Expected, validation and test perplexity of the best MemN2N (7 hops, memory of 200 and of 100 words;
experiments/paper/ has every row):

    Penn Treebank  118 / 111   LSTM 120 / 115
    Text8          118 / 147   LSTM 122 / 154

MemN2N (S15 section 5) has layer-wise tying with H, d = 150 and 500, and a ReLU on half of the units
of every hop's state. A restart of a Penn Treebank row takes one to five hours of a core, or minutes
of a GPU; one of Text8, of 17 times the words and 15 times the arithmetic a word, is for GPUs alone:
`--columns` leaves them out. The recurrent rows are quoted by the paper from others; those of Penn
Treebank's RNN and LSTM are trained here as well, on a schedule of ours
(`bench.methods.recurrent_lm.spec`).
"""

from typing import Any

from bench.core.column import NotYet
from bench.core.experiment import Experiment
from bench.methods.memn2n_lm.spec import MemN2NLM
from bench.methods.recurrent_lm.spec import RecurrentLM

TITLES = {"ptb": "PTB", "text8": "Text8"}


def quoted(corpus: str, *models: tuple[str, int]) -> tuple[NotYet, ...]:
    """Recurrent models by name and hidden units."""
    why = "quoted by the paper from others, and not trained here"
    return tuple(
        NotYet(
            id=f"{corpus}-{name}-{hidden}",
            title=f"{TITLES[corpus]}: {name.upper()}, {hidden} units",
            why=why,
        )
        for name, hidden in models
    )


def recurrent(corpus: str, *models: tuple[str, int, float]) -> tuple[RecurrentLM, ...]:
    """Recurrent models of ours beside those quoted, by name, hidden units and first rate: plain
    gradient descent, its rate quartered after an epoch that has not lowered the validation cost."""
    return tuple(
        RecurrentLM(
            id=f"{corpus}-{cell}-{hidden}",
            title=f"{TITLES[corpus]}: {cell.upper()}, {hidden} units",
            dataset=corpus,
            cell=cell,
            dim=hidden,
            restarts=1,
            steps=20,
            optimizer="sgd",
            rate=rate,
            clip=0.25,
            least_rate=0.01,
            epochs=25,
        )
        for cell, hidden, rate in models
    )


def memn2n(
    corpus: str, hidden: int, *sizes: tuple[int, int], **others: Any
) -> tuple[MemN2NLM, ...]:
    """MemN2N by hops and words in the memory."""
    return tuple(
        MemN2NLM(
            id=f"{corpus}-memn2n-{hidden}-{hops}-{memory}",
            title=f"{TITLES[corpus]}: MemN2N, {hops} hops, memory {memory}",
            dataset=corpus,
            dim=hidden,
            hops=hops,
            memory=memory,
            **others,
        )
        for hops, memory in sizes
    )


HOPS = tuple((hops, 100) for hops in range(2, 8))
MEMORY = tuple((6, memory) for memory in (25, 50, 75, 125, 150))

EXPERIMENT = Experiment(
    id="e2e_table2_lm",
    title="End-To-End Memory Networks, Table 2: language modelling, perplexity",
    dataset="ptb",
    layout="keys",
    keys=("corpus", "model", "hidden", "hops", "memory"),
    figure="epochs",
    long=True,
    remarks=(
        "The paper's MemN2N on Penn Treebank are the best of ten restarts by validation, those on "
        "Text8 a run each; the last table says how many of ours are stored.",
        "The paper quotes its recurrent models from others and says nothing of their training; "
        "ours have a schedule of our own (settings below), not searched but for the RNN's first "
        "rate: at the LSTM's it did not train.",
        "The first words of a text have fewer words before them than a memory holds. What is "
        "lacking is masked; training never saw such memories, and with long ones the first few "
        "words can cost many times what others do. So the row with 200 words has memories of "
        "zeros in place of what is lacking, as question answering has (ablation_lm has it masked). "
        "These words are in the validation cost that lowers the rate, too; the released code's "
        "count leaves them out.",
    ),
    quick=memn2n("ptb", 150, (6, 25), restarts=1, epochs=8, updates=500),
    columns=(
        *recurrent("ptb", ("rnn", 300, 5.0), ("lstm", 100, 20.0)),
        *quoted("ptb", ("scrn", 100)),
        *memn2n("ptb", 150, *HOPS, *MEMORY, restarts=10),
        *memn2n("ptb", 150, (7, 200), restarts=10, lacking="empty"),
        *quoted("text8", ("rnn", 500), ("lstm", 500), ("scrn", 500)),
        *memn2n("text8", 500, *HOPS, *MEMORY, restarts=1),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
