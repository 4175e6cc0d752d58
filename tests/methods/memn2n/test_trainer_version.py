"""The numbers of a short training, recorded for each trainer version: moved numbers, new version.

Run ``python tests/test_trainer_version.py`` after raising ``bench.methods.memn2n.spec.VERSION`` to
record.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from data_helpers import FIXTURE_EN

from bench.datasets.babi.babi import TASKS, parse
from bench.examples.encode import encode
from bench.methods.memn2n import spec
from bench.methods.memn2n.training import Trainer

RECORD = Path(__file__).with_name("trainer_fingerprints.json")

PAPER = spec.readings(
    position_encoding="paper", time_scale="paper", answer_space="paper", time_noise="paper",
    clip_norm="spectral", clip_rows="apart", sampling="paper", halving="paper",
    linear_start_end="paper",
)  # fmt: skip

SPECS: dict[str, dict[str, Any]] = {
    "released": dict(
        linear_start=True, linear_start_epochs=1, linear_start_rate=0.005, time_noise=0.1
    ),
    "paper": dict(
        linear_start=True,
        linear_start_epochs=1,
        linear_start_rate=0.005,
        time_noise=0.1,
        readings=PAPER,
    ),
    "bow": dict(encoding="bow", hops=1, clip=1.0),
    "layerwise": dict(
        tying="layerwise", nonlinearity="relu", hops=2,
        readings=spec.readings(question_padding="slots"),
    ),
    "layerwise-released": dict(tying="layerwise", nonlinearity="relu", hops=2),
}  # fmt: skip


def fingerprint(fields: dict) -> list[list[float]]:
    """Curves of 3 epochs of 2 restarts on the fixture's task 8."""
    files = {split: FIXTURE_EN / f"{TASKS[7].stem}_{split}.txt" for split in ("train", "test")}
    stories = {split: [(8, parse(path.read_bytes(), path.name))] for split, path in files.items()}
    encoded = encode(stories["train"], stories["test"], memory_size=50, holdout=0.1)
    column = spec.memn2n(id="x", title="x", epochs=2, dim=6, **fields)
    outcomes = Trainer(column, encoded, jax.devices()[0]).train([0, 1])
    assert outcomes is not None
    return [[float(f"{x:.6g}") for row in o.curves for x in (*row, o.test_loss)] for o in outcomes]


@pytest.mark.parametrize("name", SPECS)
def test_the_same_version_trains_to_the_same_numbers(name):
    recorded = json.loads(RECORD.read_text())
    version = str(spec.VERSION)
    assert version in recorded, "a new trainer version: run this file as a script to record it"
    now = fingerprint(SPECS[name])
    np.testing.assert_allclose(
        now,
        recorded[version][name],
        rtol=2e-4,
        err_msg="training gives other numbers: raise the method's VERSION, then record",
    )


if __name__ == "__main__":
    known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    known[str(spec.VERSION)] = {name: fingerprint(fields) for name, fields in SPECS.items()}
    RECORD.write_text(json.dumps(known, indent=1) + "\n")
    sys.exit(print(f"recorded version {spec.VERSION} in {RECORD}"))
