"""Ablation: 1 to 6 hops, a model a task and one model for all.

    .venv/bin/python experiments/ablation_hops.py --profile paper    # ten restarts
    .venv/bin/python experiments/ablation_hops.py --columns 1hop 6hop --restarts 3

PE LS RN with adjacent tying on 1k questions (S15 section 4.2). The columns of 3 hops are Table 1's
own runs.

Expected: the paper prints 1 to 3 hops without RN alone, jointly: mean errors 25.8, 15.6 and 13.3;
with RN, 3 hops: 13.9 a model a task, 12.4 jointly.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import joint_1k, per_task


def columns(train, mark: str, what: str) -> tuple:
    """1 to 6 hops of one way of training, each against 3 hops."""
    return tuple(
        train(
            id=f"{hops}hop{mark}", title=f"{hops} hop{'s' * (hops > 1)}{what}", hops=hops,
            linear_start=True, time_noise=0.1, against="" if hops == 3 else f"3hop{mark}",
        )
        for hops in range(1, 7)
    )  # fmt: skip


EXPERIMENT = Experiment(
    id="ablation_hops",
    title="Ablation: number of hops",
    dataset="babi-1k",
    printed=False,
    figure="hops",
    long=True,
    columns=columns(per_task, "", "") + columns(joint_1k, "_joint", " joint"),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
