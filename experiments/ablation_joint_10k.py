"""Ablation: how long the joint model of Table 3 is trained, and how long without the softmax.

    .venv/bin/python experiments/ablation_joint_10k.py --profile paper    # five restarts
    .venv/bin/python experiments/ablation_joint_10k.py --columns epochs_40 --restarts 5

Three hops, PE LS, all 20 tasks jointly, 10k questions each (S15 section 4.2). The paper prints 20
epochs and nothing of the linear start's; Table 3 takes 10 for it. The first column is Table 3's
own runs.

Expected: the paper prints the first column alone, mean error 7.9, task 19 (path finding) 73.3.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import joint_10k

BASE = "pe_ls_joint"
RESTARTS = 5


def against(**fields):
    """A column set against Table 3's."""
    return joint_10k(against=BASE, restarts=RESTARTS, **fields)


EXPERIMENT = Experiment(
    id="ablation_joint_10k",
    title="Ablation: length of the joint training on 10k questions",
    dataset="babi-10k",
    printed=False,
    figure="columns",
    long=True,
    columns=(
        joint_10k(id=BASE, title="PE LS joint", restarts=RESTARTS),
        against(id="ls_0", title="no linear start", linear_start=False, linear_start_epochs=0),
        against(id="ls_5", title="5 epochs of LS", linear_start_epochs=5),
        against(id="ls_20", title="20 epochs of LS", linear_start_epochs=20),
        against(id="epochs_40", title="40 epochs, halved every 10", epochs=40, halve_every=10),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
