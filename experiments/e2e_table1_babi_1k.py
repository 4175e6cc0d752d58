"""Table 1 of End-To-End Memory Networks: test error (%) on bAbI, 1k training questions.

    .venv/bin/python experiments/e2e_table1_babi_1k.py                    # a model a task
    .venv/bin/python experiments/e2e_table1_babi_1k.py --profile paper    # ten restarts, as printed
    .venv/bin/python experiments/e2e_table1_babi_1k.py --columns pe_ls_rn --tasks 1 2 --restarts 3

Expected, mean error and failed tasks as printed by the paper (experiments/paper/ has every cell):

    baselines   MemNN, told the supporting facts 6.7 / 4   MemNN WSH 40.2 / 18   LSTM 51.3 / 20
    per task    BoW 25.1 / 15   PE 20.3 / 13   PE LS 16.3 / 12   PE LS RN 13.9 / 11
    joint       1 hop PE LS 25.8 / 17   2 hops 15.6 / 11   3 hops 13.3 / 11
                PE LS RN 12.4 / 11   PE LS layer-wise 15.2 / 10

Settings are S15 section 4.2 (see `bench.methods.memn2n.protocols`; of the baselines
`bench.methods.memnn.protocols` and `bench.methods.recurrent.protocols`); where the paper and the
authors' released code differ, the default reading is the released one (see
`bench.methods.memn2n.spec.Readings`).
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import joint_1k, per_task
from bench.methods.memnn.protocols import supervised, weakly_supervised
from bench.methods.recurrent.protocols import babi

MEMNN = supervised(id="memnn", title="MemNN (supervised)")
LSTM = babi(id="lstm", title="LSTM")
WSH = weakly_supervised(id="memnn_wsh", title="MemNN WSH")

MEMN2N = (
    per_task(id="bow", title="BoW", encoding="bow"),
    per_task(id="pe", title="PE"),
    per_task(id="pe_ls", title="PE LS", linear_start=True),
    per_task(id="pe_ls_rn", title="PE LS RN", linear_start=True, time_noise=0.1),
    joint_1k(id="1hop_pe_ls_joint", title="1 hop PE LS joint", hops=1),
    joint_1k(id="2hop_pe_ls_joint", title="2 hops PE LS joint", hops=2),
    joint_1k(id="3hop_pe_ls_joint", title="3 hops PE LS joint"),
    joint_1k(id="pe_ls_rn_joint", title="PE LS RN joint", time_noise=0.1),
    joint_1k(id="pe_ls_lw_joint", title="PE LS LW joint", tying="layerwise"),
)

EXPERIMENT = Experiment(
    id="e2e_table1_babi_1k",
    title="End-To-End Memory Networks, Table 1: bAbI, 1k training questions",
    dataset="babi-1k",
    remarks=(
        "Of the supervised MemNN, MemNN WSH and LSTM the paper prints one number a task, and does "
        "not say that it is the best of several; ours is the restart that errs least on training "
        "questions held out.",
        "MemNN (supervised) is W15's AM+NG+NL. W15 has words, pairs and triples of them in all "
        "tasks; here each restart trains a model of words, one with pairs and one with triples, "
        "too, and keeps the one that errs least on the questions held out. Its other settings are "
        "the same for all tasks, the cheapest of those within half a point of the best in the "
        "search below; ablation_memnn has one order of n-grams for all tasks, too. Tasks 7 and 19 "
        "err less than the paper's; W15 does not give its training, so why is not known.",
        "MemNN WSH is described in four sentences that can be read in several ways. Of the "
        "readings in ablation_wsh that were trained on every task this is the one nearest to the "
        "paper's numbers by the mean over tasks of the difference from them, and was chosen for "
        "that: nearness alone is no evidence for it, and by the mean error alone others are "
        "nearer. Its other settings are those of the supervised MemNN, not searched again. On "
        "tasks 2, 10 and 11 it stays far from them. Which words count decides tasks 2 and 11: the "
        "paper's numbers lie between those of every word and those of a list of stop words "
        "(ablation_wsh). Task 10 is not explained. Task 19 is printed as 100: its answers have two "
        "words, and a model that says one can't be right; ours says both.",
        "How W15 trained the LSTM is not known but for its settings, which were chosen by "
        "validation. Ours is trained by Adam with settings of the search below and reads the "
        "latest 100 words, so that long stories are cut. It errs less than the paper's on ten "
        "tasks by 10 points and more. Trained by plain gradient descent (ablation_lstm) it errs as "
        "the paper's does in the mean, and on tasks 2, 6, 7, 8, 10 and 15 by about the same: there "
        "it is the training. Task 16 comes nearer, some restarts of 18 do, 5 errs more than the "
        "paper's then, as does 4, and 11 is not explained.",
    ),
    searches=(
        "bench/methods/memnn/search_babi.csv",
        "bench/methods/recurrent/search_babi.csv",
    ),
    quick=(MEMNN.capped(10), LSTM.capped(5), WSH.capped(20), *MEMN2N),
    columns=(MEMNN, LSTM, WSH, *MEMN2N),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
