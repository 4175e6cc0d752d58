"""Figures 2 and 3 of Memory Networks: test stories, what is answered, and the memories found.

    .venv/bin/python experiments/memnn_stories.py --profile paper
    .venv/bin/python experiments/memnn_stories.py                   # an RNN that speaks, alone

Figure 2 shows answers in sentences by an LSTM in the simulated world (the model of Table 6), Figure
3 a story of names that the network had never read (`memnn_unseen.py`), here with and without what
models unseen words. Restarts saved in models/ of the results folder (--save-models) are loaded, the
others trained and saved. Writes memnn_stories.md and .csv.

Expected: the paper shows its stories as samples, without numbers.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import w14_speaking, w14_unseen

UNSEEN = dict(dataset="world-unseen", restarts=1)

EXPERIMENT = Experiment(
    id="memnn_stories",
    title="Memory Networks, Figures 2 and 3: test stories, answers, and the memories found",
    dataset="world-answers",
    units=("memnn_igo_features", "unseen_names"),
    printed=False,
    long=True,
    study="memnn_stories",
    figure="none",
    quick=(w14_speaking("rnn", id="speaking", title="MemNN and RNN", restarts=1),),
    columns=(
        w14_speaking("lstm", id="speaking", title="MemNN and LSTM", restarts=1),
        w14_unseen(id="plain", title="known words alone", **UNSEEN),
        w14_unseen(
            id="unseen",
            title="contexts, matches, neighbours (ours), words dropped",
            contexts=True,
            matches=True,
            shared="neighbours",
            dropped=0.5,
            **UNSEEN,
        ),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
