"""Table 4 of Memory Networks: test accuracy (%) in the simulated world by training questions.

    .venv/bin/python experiments/memnn_table4_learning_curve.py --profile paper

No row of it can be run yet. Expected (W14 appendix): MemNN with two hops and time reaches 49.8 with
100 questions on actor and object at difficulty 5, 95.1 with 500, 99.9 with 3000.
"""

from bench.core.column import NotYet
from bench.core.experiment import Experiment

WHY = "the methods for the simulated world are not written yet"

EXPERIMENT = Experiment(
    id="memnn_table4_learning_curve",
    title="Memory Networks, Table 4: simulated world by training questions, test accuracy (%)",
    dataset="world",
    units=(
        "d1_actor",
        "d1_actor_object",
        "d5_actor",
        "d5_actor_object",
    ),
    layout="rows",
    figure="curve",
    columns=tuple(
        NotYet(id=str(size), title=str(size), why=WHY) for size in (100, 500, 1000, 3000)
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
