"""Generated bAbI stories against the real ones: statistics, a classifier, readers, MemN2N.

    .venv/bin/python experiments/generated_vs_real.py --profile paper     # ten restarts; real data
    .venv/bin/python experiments/generated_vs_real.py --tasks 1 2 --restarts 3

The suite's own simulator stands in where the bAbI files can't be had. This says how well: MemN2N
(PE LS RN of Table 1, S15 section 4) trained on one kind and tested on the other, beside real on
real, whose runs are Table 1's own. Generated test files keep questions that occur in training, as
the release does.

Expected: mean errors within 2 points of real on real, no task off by more than 8.
"""

from bench.core.experiment import Experiment
from bench.methods.memn2n.protocols import per_task
from bench.methods.memn2n.spec import MemN2N


def pe_ls_rn(**fields) -> MemN2N:
    """The column pe_ls_rn of Table 1."""
    return per_task(linear_start=True, time_noise=0.1, **fields)


EXPERIMENT = Experiment(
    id="generated_vs_real",
    title="Generated against real bAbI stories",
    dataset="babi-1k",
    printed=False,
    figure="none",
    study="generated_vs_real",
    columns=(
        pe_ls_rn(id="real_on_real", title="real on real"),
        pe_ls_rn(
            id="generated_on_real", title="generated on real", dataset="babi-1k-generated-to-real"
        ),
        pe_ls_rn(
            id="real_on_generated", title="real on generated", dataset="babi-1k-real-to-generated"
        ),
    ),
)

if __name__ == "__main__":
    from bench.cli import run_experiment

    raise SystemExit(run_experiment(EXPERIMENT))
