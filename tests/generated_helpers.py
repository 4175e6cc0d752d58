"""What the tests of generated sets share: small sets, and what a folder of them must hold."""

from pathlib import Path

import pytest
from data_helpers import command_line

from bench.core.errors import BenchError
from bench.datasets import manifest
from bench.datasets.babi import generate, generated, record
from bench.datasets.babi.simulator import release

TRAIN, TEST = "en/qa1_single-supporting-fact_train.txt", "en/qa1_single-supporting-fact_test.txt"
V = release.VERSION


def make(folder, tasks=(1, 8), dataset="babi-1k", train=20, test=10, **options):
    return generated.generate(folder, dataset, tasks, train=train, test=test, **options)


def main(arguments) -> int:
    return command_line(generate, arguments)


def refusal(action, *args, **options) -> str:
    with pytest.raises(BenchError) as caught:
        action(*args, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def assert_as_listed(folder: Path) -> record.Record:
    """Every file listed is there with its SHA-256; every other is one that was being written."""
    found = record.read(folder) or record.Record(V, {}, {})
    for name, entry in found.files.items():
        assert manifest.sha256(folder / name) == entry.sha256, name
    there = {f"{path.parent.name}/{path.name}" for path in folder.glob("en*/*.txt")}
    assert there <= found.files.keys() | found.writing.keys()
    return found
