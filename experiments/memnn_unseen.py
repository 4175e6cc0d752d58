"""Figure 3 of Memory Networks as a number: stories in which every name is unseen.

    .venv/bin/python experiments/memnn_unseen.py --profile paper
    .venv/bin/python experiments/memnn_unseen.py --columns both --restarts 3

Trained on the simulated world (difficulty 5, actors and objects), and tested on 1,000 stories whose
actors, objects and rooms have names that no training text has (`bench.datasets.world.unseen`): with
and without contexts (W14 3.5), match features (3.6), what stands beside an unseen word that is
shared (`shared` of `bench.methods.memnn.spec.MemNN`), and words taken for unseen in training. Of
these models the paper gives no settings: ours are `bench.methods.memnn.protocols.w14_unseen`.

Expected: the paper shows one such story, answered right.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import w14_unseen

DROPPED = dict(dropped=0.5, against="plain")
ALONE = dict(contexts=True, matches=True)
BOTH = dict(shared="neighbours", **ALONE)

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
        w14_unseen(id="both", title="contexts and matches", **BOTH, **DROPPED),
        w14_unseen(
            id="both_itself", title="both, a match by itself", dropped=0.5, against="both", **ALONE
        ),
        w14_unseen(id="both_kept", title="both, no word dropped", against="both", **BOTH),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
