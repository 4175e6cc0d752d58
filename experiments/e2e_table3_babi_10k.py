"""Table 3 of End-To-End Memory Networks: test error (%) on bAbI, 10k training questions.

    .venv/bin/python experiments/e2e_table3_babi_10k.py --profile paper   # ten restarts, as printed
    .venv/bin/python experiments/e2e_table3_babi_10k.py                   # three, no joint columns
    .venv/bin/python experiments/e2e_table3_babi_10k.py --columns pe_ls_rn --tasks 1 2 --restarts 3

Expected, mean error and failed tasks as printed by the paper (experiments/paper/ has every cell):

    baselines   MemNN, told the supporting facts 3.2 / 2   MemNN WSH 39.2 / 17   LSTM 36.4 / 16
    per task    BoW 15.4 / 9   PE 9.4 / 6   PE LS 7.2 / 4   PE LS RN 6.6 / 4
                PE LS RN layer-wise, ReLU, d = 100  4.2 / 3
    joint       1 hop PE LS 24.5 / 16   2 hops 10.9 / 7   3 hops 7.9 / 6
                PE LS RN 7.5 / 6   PE LS layer-wise 11.0 / 6

Settings are S15 section 4.2 (see `bench.methods.memn2n.protocols`), readings as in Table 1. The
column that the paper marks with a star has layer-wise tying with H and a ReLU on the whole state
after every hop.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import joint_10k, per_task
from bench.methods.memnn.protocols import BABI_10K, supervised, weakly_supervised
from bench.methods.recurrent.protocols import babi

FEW = dict(restarts=3)  # the paper prints one number of each baseline, and says nothing of restarts
MEMNN = FEW | BABI_10K

EXPERIMENT = Experiment(
    id="e2e_table3_babi_10k",
    title="End-To-End Memory Networks, Table 3: bAbI, 10k training questions",
    dataset="babi-10k",
    long=True,
    remarks=(
        "How the baselines are trained and chosen is on Table 1's page (e2e_table1_babi_1k). The "
        "supervised MemNN's epochs were searched again, below, and are MemNN WSH's, too; the LSTM "
        "has Table 1's settings; on tasks 2, 6, 7, 8 and 15 it errs less than the paper's as at "
        "1k, where plain gradient descent comes to the paper's, which was not tried here; that it "
        "errs less on 14, too, and more on 4, is not explained. Nor is it that MemNN WSH errs less "
        "on task 3.",
    ),
    searches=("bench/methods/memnn/search_babi_10k.csv",),
    columns=(
        supervised(id="memnn", title="MemNN (supervised)", **MEMNN),
        babi(id="lstm", title="LSTM", **FEW),
        weakly_supervised(id="memnn_wsh", title="MemNN WSH", **MEMNN),
        per_task(id="bow", title="BoW", encoding="bow"),
        per_task(id="pe", title="PE"),
        per_task(id="pe_ls", title="PE LS", linear_start=True),
        per_task(id="pe_ls_rn", title="PE LS RN", linear_start=True, time_noise=0.1),
        per_task(
            id="pe_ls_lw_rn_relu_d100", title="PE LS LW RN ReLU d=100", linear_start=True,
            time_noise=0.1, tying="layerwise", nonlinearity="relu", dim=100,
        ),
        joint_10k(id="1hop_pe_ls_joint", title="1 hop PE LS joint", hops=1),
        joint_10k(id="2hop_pe_ls_joint", title="2 hops PE LS joint", hops=2),
        joint_10k(id="3hop_pe_ls_joint", title="3 hops PE LS joint"),
        joint_10k(id="pe_ls_rn_joint", title="PE LS RN joint", time_noise=0.1),
        joint_10k(id="pe_ls_lw_joint", title="PE LS LW joint", tying="layerwise"),
    ),
)  # fmt: skip

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
