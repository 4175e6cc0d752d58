"""A small MemNN with random parameters, saved as trainings save theirs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from memnn_questions import STORY

from bench.core import arrays
from bench.core.errors import BenchError
from bench.core.method import Outcome
from bench.methods.memnn import METHOD
from bench.methods.memnn.hearing import Heard
from bench.methods.memnn.memory import Encoded, encode
from bench.methods.memnn.model import Model
from bench.methods.memnn.saved import load
from bench.methods.memnn.segments import Streams
from bench.methods.memnn.spec import VERSION, MemNN, memnn

PARTS = {"1": {"train": [STORY], "test": [STORY]}}
DATA = encode(PARTS, memory_size=4, holdout=0.0)
TRAINED = {
    "diverged": None, "train_error": 10.0, "train_loss": 0.5, "valid_error": None,
    "test_error": 50.0,
}  # fmt: skip


def column(**fields: Any) -> MemNN:
    return memnn(**dict(id="x", title="x", ngrams="2", dim=3, memory_size=4, hops=3) | fields)


def save(
    path: Path,
    spec: MemNN,
    params: dict[str, np.ndarray],
    data: Encoded | Heard | Streams = DATA,
    **row: Any,
) -> None:
    """As the runner saves a restart; ``row``: other fields than `TRAINED`."""
    run = {"method": spec.method, "spec": spec.canonical(), "version": VERSION, "seed": 0}
    told = TRAINED | {"ngrams": spec.orders[0]} | row
    METHOD.save_model(path, run, Outcome(0, told, 1.0, 1, params), data)


def random(spec: MemNN) -> dict[str, np.ndarray]:
    """Parameters of a model of `DATA`."""
    return drawn(Model(spec, DATA, spec.orders[0]).shapes)


def drawn(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Parameters of these shapes."""
    draw = np.random.default_rng(0)
    return {name: draw.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def head_and_params(path: Path, **fields: Any) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What a file of a random model holds, the head as JSON values."""
    spec = column(**fields)
    save(path, spec, random(spec))
    head, params = arrays.load(path)
    return json.loads(json.dumps(head)), params


def refused(path: Path) -> None:
    """The file is no model, and what is said of it is one line that names it and a remedy."""
    with pytest.raises(BenchError) as error:
        load(path)
    said = str(error.value)
    assert error.value.exit_code == 2 and said.startswith(f"{path}: ")
    assert said.isprintable() and len(said) < len(str(path)) + 400
    assert "--save-models" in said or "choose a " in said
