"""Figure 4 of Memory Networks: a dialogue answered by two networks together, one of the simulated
world (Table 4) and one of the large memory (Table 2); of their answers the higher score wins.

    .venv/bin/python experiments/memnn_dialogue.py --generated
    .venv/bin/python experiments/memnn_dialogue.py --profile paper --data DIR --allow-unverified

With --generated, or where no folder of data is named and none is found, a generated memory serves
in place of the statements of Fader et al. (2013), and the page says GENERATED. Restarts saved in
models/ of the results folder (--save-models) are loaded, the others trained and saved. Writes
memnn_dialogue.md and .csv.

Expected (W14 section 5.3): the paper shows a dialogue, some of whose answers are fine and others
nonsensical, without numbers.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import w14
from bench.methods.memnn_triples.spec import MemNNTriples

WORLD = w14(id="d5_actor_object", title="MemNN of the world", restarts=1)
MEMORY = MemNNTriples(
    id="reverb",
    title="MemNN of the large memory",
    dataset="triples",
    reports="match",
    hashing="words",
    restarts=1,
)

EXPERIMENT = Experiment(
    id="memnn_dialogue",
    title="Memory Networks, Figure 4: a dialogue answered by two networks",
    dataset="world",
    units=("d5_actor_object", "reverb"),
    printed=False,
    layout="keys",
    keys=("unit",),
    study="memnn_dialogue",
    figure="none",
    long=True,
    columns=(WORLD, MEMORY),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
