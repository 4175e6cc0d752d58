"""Figure 3 of End-To-End Memory Networks: which words of its memory a language model looks at.

    .venv/bin/python experiments/memory_use.py --profile paper     # the paper's models
    .venv/bin/python experiments/memory_use.py                     # a small one, cut short
    .venv/bin/python -m bench read MODEL.npz TEXT.txt              # a saved model reads a text

The model is the row of Table 2 with 6 hops over 100 words, on Penn Treebank, which takes hours of a
core, and on Text8, which is for GPUs alone (`--columns ptb` leaves it out). Restarts
saved in models/ of the results folder (--save-models) are loaded, the others trained and saved.
Writes memory_use.csv, .md, .png and .pdf.

Expected: the figure has no numbers. Some hops look at the latest words only, others everywhere, and
all hops at Text8's latest words more.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n_lm.spec import MemN2NLM

EXPERIMENT = Experiment(
    id="memory_use",
    title="End-To-End Memory Networks, Figure 3: which words of the memory each hop looks at",
    dataset="ptb",
    printed=False,
    long=True,
    study="memory_use",
    figure="none",
    quick=(
        MemN2NLM(
            id="ptb", title="PTB", hops=3, memory=25, dim=50, restarts=1, epochs=2, updates=500
        ),
    ),
    columns=(
        MemN2NLM(id="ptb", title="PTB", restarts=1),
        MemN2NLM(id="text8", title="Text8", dataset="text8", dim=500, restarts=1),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
