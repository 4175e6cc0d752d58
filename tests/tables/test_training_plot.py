"""The figure of trainings shows the costs that the rows keep, of every restart."""

import json
import shutil

import numpy as np
import pytest
from report_helpers import PAPER, gathered

from bench.core import provenance, registry
from bench.tables import plot, training_plot

ROWS = "ptb_text_memn2n_lm-6hop-50words-d150_*.jsonl"
TABLE = registry.experiments()["e2e_table2_lm"]


@pytest.fixture
def made(tmp_path):
    (stored,) = (provenance.ROOT / "results" / "paper" / "store").glob(ROWS)
    (tmp_path / "store").mkdir()
    shutil.copy(stored, tmp_path / "store")
    (result,) = gathered(tmp_path, {}, PAPER, of=TABLE).experiments
    return stored, result


def test_every_restart_has_its_epochs(made):
    stored, result = made
    rows = [json.loads(line) for line in stored.read_text().splitlines()[1:]]
    (axis,) = training_plot.epochs(result).axes
    lines = [line.get_xydata() for line in axis.lines]
    for row in rows:
        for costs in row["curves"].values():
            wanted = np.column_stack([range(1, row["epochs"] + 1), np.exp(costs)])
            assert any(len(one) == len(wanted) and np.allclose(one, wanted) for one in lines)
    paper = [one for one in lines if len(one) == 1]
    assert [one[0, 1] for one in paper] == [121.0]  # S15's validation perplexity of this row
    assert len(lines) == 2 * len(rows) + 1
    assert plot.png(result).startswith(b"\x89PNG")


def test_without_rows_there_is_no_figure(tmp_path):
    (result,) = gathered(tmp_path, {}, PAPER, of=TABLE).experiments
    assert plot.png(result) is None
