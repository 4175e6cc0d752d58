"""Figure 3 of Memory Networks as a number: stories in which every name is unseen.

    .venv/bin/python experiments/memnn_unseen.py --profile paper
    .venv/bin/python experiments/memnn_unseen.py --columns both --restarts 3

Trained on the simulated world (difficulty 5, actors and objects), and tested on 1,000 stories whose
actors, objects and rooms have names that no training text has (`bench.datasets.world.unseen`): with
and without contexts (W14 3.5), match features (3.6), and words taken for unseen in training. Of
these models the paper gives no settings: ours are `bench.methods.memnn.protocols.w14_unseen`.

Expected: the paper shows one such story, answered right.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import w14_unseen

DROPPED = dict(dropped=0.5, against="plain")

EXPERIMENT = Experiment(
    id="memnn_unseen",
    title="Memory Networks, Figure 3: stories of unseen names",
    dataset="world-unseen",
    printed=False,
    figure="columns",
    long=True,
    columns=(
        w14_unseen(id="plain", title="neither"),
        w14_unseen(id="contexts", title="contexts", contexts=True, **DROPPED),
        w14_unseen(id="matches", title="matches", matches=True, **DROPPED),
        w14_unseen(id="both", title="contexts and matches", contexts=True, matches=True, **DROPPED),
        w14_unseen(
            id="both_kept",
            title="both, no word dropped",
            contexts=True,
            matches=True,
            against="plain",
        ),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
