"""Damaged files: refused by checksum, and when let through, parsed to the last line or refused."""

import random
import shutil
from pathlib import Path

import pytest
from data_helpers import FIXTURE_EN, assert_names_line, count, real_data

from bench.core.dataset import Wish
from bench.core.errors import BenchError
from bench.datasets import manifest
from bench.datasets.babi import babi, layout, sums
from bench.datasets.babi.dataset import Babi


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(1, len(data))]


def flip(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def shuffle(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    start = rng.randrange(len(lines))
    part = lines[start : start + rng.choice((2, 20, len(lines)))]
    rng.shuffle(part)
    return b"".join(lines[:start] + part + lines[start + len(part) :])


def drop_line(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return b"".join(lines)


def lose_tab(data: bytes, rng: random.Random) -> bytes:
    tabs = [i for i, byte in enumerate(data) if byte == 9]
    at = rng.choice(tabs)
    return data[:at] + rng.choice((b"", b" ")) + data[at + 1 :]


def add_tab(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + b"\t" + data[at:]


def empty(data: bytes, rng: random.Random) -> bytes:
    return b""


def binary(data: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(rng.randint(1, 5000))


def carriage_returns(data: bytes, rng: random.Random) -> bytes:
    return data.replace(b"\n", b"\r\n")


DAMAGES = (cut, flip, shuffle, drop_line, lose_tab, add_tab, empty, binary, carriage_returns)


def fuzz(folder: Path, files: list[tuple[int, str]], variants: int) -> dict[str, int]:
    """Damage one file after another of the copy in ``folder``; how many were refused and parsed."""
    rng = random.Random(20150331)
    outcome = {"refused": 0, "parsed": 0}
    for number in range(variants):
        task, split = files[number % len(files)]
        file = folder / layout.TOP / "en" / f"{babi.TASKS[task - 1].stem}_{split}.txt"
        good = file.read_bytes()
        bad = good
        while bad == good:  # a shuffle may move nothing
            bad = DAMAGES[number % len(DAMAGES)](good, rng)
        file.write_bytes(bad)
        with pytest.raises(BenchError) as caught:
            Babi("babi-1k").find([str(task)], Wish(folder=folder))
        assert str(caught.value).startswith(f"{file}: does not match the known SHA-256")
        found = Babi("babi-1k").find([str(task)], Wish(folder=folder, allow_unverified=True))
        assert found.kind == "unverified"
        try:
            stories = found.read(str(task), split)
        except BenchError as error:
            assert_names_line(str(error), str(file), bad.count(b"\n") + 1)
            outcome["refused"] += 1
        else:
            assert count(stories) == bad.count(b"\n")
            outcome["parsed"] += 1
        file.write_bytes(good)
    return outcome


def test_damaged_real_files(tmp_path):
    source = real_data() / layout.TOP / "en"
    folder = tmp_path / layout.TOP / "en"
    folder.mkdir(parents=True)
    for file in source.glob("qa*.txt"):
        shutil.copyfile(file, folder / file.name)  # the copy can be written to, the source may not
    files = [(task.number, split) for task in babi.TASKS for split in ("train", "test")]
    outcome = fuzz(tmp_path, files, 200)
    assert sum(outcome.values()) == 200 and outcome["refused"] > 150


def test_damaged_fixture_files(tmp_path, monkeypatch):
    shutil.copytree(FIXTURE_EN, tmp_path / layout.TOP / "en")
    known = {
        f"{layout.TOP}/en/{file.name}": manifest.sha256(file) for file in FIXTURE_EN.glob("*.txt")
    }
    monkeypatch.setattr(sums, "load", lambda name: known)
    files = [(task, split) for task in (1, 6, 8) for split in ("train", "test")]
    outcome = fuzz(tmp_path, files, 100)
    assert sum(outcome.values()) == 100 and outcome["refused"] > 75
