"""Table 5 of Memory Networks: test accuracy (%) in the simulated world, without word-level input.

    .venv/bin/python experiments/memnn_table5_sentence_level.py --profile paper

Expected (W14 appendix), actor and object at difficulty 5: MemNN with
two hops and time 99.4, with one 73.0, RNN 17.0 (experiments/paper/ has every cell).
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import w14
from bench.methods.recurrent.protocols import world

MEMNN = (
    w14(id="memnn_k1", title="MemNN, k = 1", hops=1, write_time=False),
    w14(id="memnn_k1_time", title="MemNN, k = 1, with time", hops=1),
    w14(id="memnn_k2_time", title="MemNN, k = 2, with time"),
)

EXPERIMENT = Experiment(
    id="memnn_table5_sentence_level",
    title="Memory Networks, Table 5: simulated world by sentences, test accuracy (%)",
    dataset="world",
    units=(
        "d1_actor_without_before",
        "d1_actor_without_before_object",
        "d5_actor_without_before",
        "d5_actor_without_before_object",
    ),
    layout="rows",
    figure="none",
    quick=MEMNN,  # the recurrent one takes minutes
    remarks=(
        "With one hop and no time a model cannot tell the latest statement about somebody from "
        "earlier ones, and guesses among those in memory. Ours holds 80 statements; ablation_w14 "
        "has shorter memories: one of two statements comes near the paper's 90, one of eight or so "
        "near its 46, and none near its 9, which is less than a guess among the five rooms.",
        "The RNN has the settings that were searched for word streams.",
    ),
    columns=(
        world("rnn", id="rnn", title="RNN", text="sentences"),
        *MEMNN,
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
