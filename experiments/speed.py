"""Speed: a training step of ours against one of eager PyTorch, on this machine.

    .venv/bin/python experiments/speed.py             # rows and tables in results/paper
    .venv/bin/python experiments/speed.py --works babi_task1 --repeats 9
    .venv/bin/python experiments/speed.py --quick     # does it run? results/smoke

Needs PyTorch (the extra [peers]) and a machine that does nothing else; about five minutes on two
cores. The model is PE LS RN of Table 1 (S15 section 4): per task d = 20, jointly d = 50, 3 hops.

Expected: on two CPU cores a step and restart takes a twenty-fifth to a fortieth of eager PyTorch's per
task and about a twentieth jointly; results/paper/speed.md has the figures.
"""

from bench.spec import ALL_TASKS, MemN2N, memn2n
from bench.speed import Work


def pe_ls_rn(**fields) -> MemN2N:
    """The columns pe_ls_rn and pe_ls_rn_joint of Table 1."""
    return memn2n(
        encoding="pe",
        hops=3,
        tying="adjacent",
        linear_start=True,
        rate=0.005,
        linear_start_rate=0.005,
        time_noise=0.1,
        **fields,
    )


PER_TASK = pe_ls_rn(
    id="pe_ls_rn", title="PE LS RN", dim=20, epochs=100, halve_every=25, linear_start_epochs=20
)
JOINT = pe_ls_rn(
    id="pe_ls_rn_joint", title="PE LS RN joint", joint=True, dim=50, epochs=60, halve_every=15,
    linear_start_epochs=30,
)  # fmt: skip

WORKS = (
    Work(id="babi_task1", dataset="babi-1k", tasks=(1,), column=PER_TASK),
    Work(id="babi_task2", dataset="babi-1k", tasks=(2,), column=PER_TASK),
    Work(id="babi_task3", dataset="babi-1k", tasks=(3,), column=PER_TASK),
    Work(id="babi_joint", dataset="babi-1k", tasks=ALL_TASKS, column=JOINT),
)

if __name__ == "__main__":
    from bench.peers.command import run_speed

    raise SystemExit(run_speed(WORKS))
