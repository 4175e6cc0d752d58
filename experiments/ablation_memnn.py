"""Ablation: what the supervised MemNN needs: hops, n-grams, non-linear scores, word lists.

    .venv/bin/python experiments/ablation_memnn.py --profile paper    # ten restarts
    .venv/bin/python experiments/ablation_memnn.py --columns k1 k2 --tasks 1 2 --restarts 3

One and two hops are W14's, but for a word list of its own for every memory in a query, and trained
as Table 1's column is; with two the null memory can end them after one. W15's extensions are added
one by one: AM (up to ten hops until the null memory wins, and answers of several words until a stop
word does), NG (n-grams, of an order that each restart chooses by held-out questions) and NL
(non-linear scores), together Table 1's own runs. Then, of these: one order of n-grams for all
tasks, the one that errs least in the search for settings; triples, as W15 has them; and one word
list for all memories in a query, by which R can't tell the first from the second. 1k questions, a
model a task.

Expected: the paper prints AM+NG+NL alone, 6.7.
"""

from bench.core.experiment import Experiment
from bench.methods.memnn.protocols import ORDER, supervised

PLAIN = dict(ngrams="1", nonlinear=False)
W14 = dict(answers="whole", **PLAIN)

EXPERIMENT = Experiment(
    id="ablation_memnn",
    title="Ablation: extensions of the supervised MemNN",
    dataset="babi-1k",
    printed=False,
    figure="columns",
    long=True,
    remarks=(
        "All columns have the settings that were searched for AM+NG+NL, at which some trainings "
        "with linear scores diverge: the last table says how many.",
    ),
    columns=(
        supervised(id="k1", title="k = 1", hops=1, against="k2", **W14),
        supervised(id="k2", title="k = 2", hops=2, **W14),
        supervised(id="am", title="AM", against="k2", **PLAIN),
        supervised(id="am_ng", title="AM+NG", nonlinear=False, against="am"),
        supervised(id="am_nl", title="AM+NL", ngrams="1", against="am"),
        supervised(id="am_ng_nl", title="AM+NG+NL", against="am_ng"),
        supervised(
            id="one_order",
            title="AM+NG+NL, one order for all tasks",
            ngrams=ORDER,
            against="am_ng_nl",
        ),
        supervised(
            id="am_3g_nl", title="AM+NG+NL, triples for all tasks", ngrams="3", against="am_ng_nl"
        ),
        supervised(
            id="am_ng_nl_one", title="AM+NG+NL, one word list", lists="one", against="am_ng_nl"
        ),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
