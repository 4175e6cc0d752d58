"""Figure 3 of Memory Networks as a number: stories in which every name is unseen.

    .venv/bin/python experiments/memnn_unseen.py --profile paper
    .venv/bin/python experiments/memnn_unseen.py --columns both --restarts 3

Trained on the simulated world (difficulty 5, actors and objects), and tested on 1,000 stories whose
actors, objects and rooms have names that no training text has (`bench.datasets.world.unseen`): with
and without contexts (W14 3.5), match features (3.6), and words taken for unseen in training. The
paper gives no share of such words, nor other settings for these models: half are taken for unseen,
and as what is common to all unseen words is then learned in large steps, the rate of all columns is
half of the other tables' and there are four times as many epochs.

Expected: the paper shows one such story, answered right.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import w14

TRAINED = dict(rate=0.005, epochs=40)
OPEN = dict(against="plain", **TRAINED)
DROPPED = dict(dropped=0.5, **OPEN)

EXPERIMENT = Experiment(
    id="memnn_unseen",
    title="Memory Networks, Figure 3: stories of unseen names",
    dataset="world-unseen",
    printed=False,
    figure="columns",
    long=True,
    columns=(
        w14(id="plain", title="neither", **TRAINED),
        w14(id="contexts", title="contexts", contexts=True, **DROPPED),
        w14(id="matches", title="matches", matches=True, **DROPPED),
        w14(id="both", title="contexts and matches", contexts=True, matches=True, **DROPPED),
        w14(id="both_kept", title="both, no word dropped", contexts=True, matches=True, **OPEN),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
