"""Every method that reads stories, on the five settings of W14's simulated world: hard attention
told the supporting facts, soft attention and recurrent networks that are not. No paper has this.

    .venv/bin/python experiments/methods_on_stories.py --profile paper
    .venv/bin/python experiments/methods_on_stories.py --columns memn2n_pe --units d5_actor_object

All have the same questions and, but for the recurrent networks, which read the latest words, the
latest 80 statements. Settings are those of the papers' tables: MemNN's of W14, MemN2N's per task of
S15, the recurrent ones as searched on training questions (`bench.methods.recurrent.protocols`).

Expected (W14, Table 3, actor and object at difficulty 5): MemNN 99.9, LSTM 29.0, RNN 17.8. Of
MemN2N nothing is printed.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import per_task
from bench.methods.memnn.protocols import w14
from bench.methods.recurrent.protocols import world

MEMORY = 80
BASE = "memnn"

MEMNN = w14(id=BASE, title="MemNN, k = 2, with time", memory_size=MEMORY)
MEMN2N = tuple(
    per_task(id=f"memn2n_{name}", title=f"MemN2N {title}", memory_size=MEMORY, against=BASE, **more)
    for name, title, more in (
        ("bow", "BoW", dict(encoding="bow")),
        ("pe", "PE", {}),
        ("pe_ls", "PE LS", dict(linear_start=True)),
        ("pe_ls_rn", "PE LS RN", dict(linear_start=True, time_noise=0.1)),
        ("pe_ls_1hop", "PE LS, 1 hop", dict(linear_start=True, hops=1)),
    )
)

EXPERIMENT = Experiment(
    id="methods_on_stories",
    title="Every method on the stories of the simulated world",
    dataset="world",
    units=(
        "d1_actor_without_before",
        "d1_actor",
        "d1_actor_object",
        "d5_actor",
        "d5_actor_object",
    ),
    printed=False,
    figure="columns",
    long=True,
    quick=(MEMNN, MEMN2N[1]),
    columns=(
        MEMNN,
        *MEMN2N,
        world("lstm", id="lstm", title="LSTM", against=BASE),
        world("rnn", id="rnn", title="RNN", against=BASE),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
