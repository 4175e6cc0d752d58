"""Speed: a training step of ours against one of eager PyTorch, on this machine.

    .venv/bin/python experiments/speed.py             # rows and tables in results/paper
    .venv/bin/python experiments/speed.py --works babi_task1 --repeats 9
    .venv/bin/python experiments/speed.py --quick     # does it run? results/smoke

Needs PyTorch (the extra [peers]) and a machine that does nothing else; about five minutes on two
cores. The models are PE LS RN of Table 1 (S15 section 4), per task d = 20, jointly d = 50, 3 hops,
and the language model of Table 2 (section 5) with 6 hops over 100 words of Penn Treebank, d = 150,
batch 128, as many restarts at once as there are cores.

Expected: on two CPU cores a step and restart takes a twenty-fifth to a fortieth of eager PyTorch's
per task, about a twelfth jointly, and less than a quarter of the language model's;
results/paper/speed.md has the figures.
"""

from bench.datasets.babi.babi import ALL_TASKS
from bench.methods.memn2n.protocols import joint_1k, per_task
from bench.methods.memn2n_lm.spec import MemN2NLM
from bench.studies.speed.rows import Work

PER_TASK = per_task(id="pe_ls_rn", title="PE LS RN", linear_start=True, time_noise=0.1)
ALL = tuple(map(str, ALL_TASKS))
LANGUAGE = MemN2NLM(id="k6_n100", title="6 hops over 100 words")
JOINT = joint_1k(id="pe_ls_rn_joint", title="PE LS RN joint", time_noise=0.1)

WORKS = (
    Work(id="babi_task1", dataset="babi-1k", units=("1",), column=PER_TASK),
    Work(id="babi_task2", dataset="babi-1k", units=("2",), column=PER_TASK),
    Work(id="babi_task3", dataset="babi-1k", units=("3",), column=PER_TASK),
    Work(id="babi_joint", dataset="babi-1k", units=ALL, column=JOINT),
    Work(id="ptb_k6_n100", dataset="ptb", units=("text",), column=LANGUAGE),
)

if __name__ == "__main__":
    from bench.studies.speed.command import run_speed

    raise SystemExit(run_speed(WORKS))
