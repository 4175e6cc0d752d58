"""Running texts: words, vocabularies, files, and the generated source."""

import hashlib
import math
import os
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.core import registry
from bench.core.dataset import Wish
from bench.core.errors import BenchError, NoData
from bench.datasets import fetch, sources
from bench.datasets.corpus import ptb, source, text8, words

DATA = os.environ.get("BENCH_DATA")
WORD = st.text("abcé", min_size=1, max_size=3)


def write(folder, **texts):
    for split in ("train", "valid", "test"):
        (folder / f"{split}.txt").write_bytes(texts.get(split, b"a b a b a\nb a b\n" * 5))


def own(folder):
    return registry.dataset("own-text").find(["text"], Wish(folder=folder))


@given(st.lists(st.lists(WORD), min_size=1), st.integers(1, 9), st.booleans())
def test_words_are_what_blanks_part_and_an_end_of_line_is_one(told, piece, ends):
    data = "\n".join("  ".join(line) for line in told) + ("\n" if ends else "")
    wanted = [word for line in told for word in (*line, words.END)]
    if not any(told):
        with pytest.raises(BenchError, match="no words|empty"):
            list(words.words(data.encode(), "x.txt", lines=True))
        return
    before, words.PIECE = words.PIECE, piece
    try:
        found = [w for some in words.words(data.encode(), "x.txt", lines=True) for w in some]
    finally:
        words.PIECE = before
    assert found == wanted or (not told[-1] and not ends and found == wanted[:-1])


@given(st.lists(WORD, min_size=1), st.integers(1, 4))
def test_the_vocabulary_has_the_frequent_words_and_one_for_the_rest(told, least):
    found = words.vocabulary(iter([told]), least)
    counts = Counter(told)
    kept = {word for word, count in counts.items() if count >= least}
    assert set(found) - {words.RARE} == kept and len(set(found)) == len(found)
    assert (words.RARE in found) == (len(kept) < len(counts))
    ids = words.numbers(iter([told]), found, "x.txt").ids
    assert [found[i] for i in ids] == [w if w in kept else words.RARE for w in told]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", r"valid.txt:1: the file is empty"),
        (b" \n\n", r"valid.txt:1: the file has no words"),
        (b"a b\na \xff\n", r"valid.txt:2: byte 0xff is not UTF-8"),
        (b"a zebra\n", r"valid.txt: 'zebra' is not in the training text, which has no <unk>"),
    ],
)
def test_a_damaged_file_is_refused_by_its_line(tmp_path, data, said):
    write(tmp_path, valid=data)
    with pytest.raises(BenchError, match=said):
        own(tmp_path).read("text", "valid")


def test_a_byte_order_mark_is_no_part_of_the_first_word(tmp_path):
    marked = b"\xef\xbb\xbf" + b"a b\nb a\n" * 5
    write(tmp_path, **dict.fromkeys(("train", "valid", "test"), marked))
    found = own(tmp_path)
    for split in ("train", "valid", "test"):
        told = found.read("text", split)
        assert " ".join(told.vocabulary[i] for i in told.ids) == " ".join(
            ["a b <eos> b a <eos>"] * 5
        )
    write(tmp_path, valid=b"\xef\xbb\xbf")
    with pytest.raises(BenchError, match=r"valid.txt:1: the file has no words"):
        own(tmp_path).read("text", "valid")


def test_a_text_of_one_s_own_is_read_and_known_by_its_hashes(tmp_path):
    write(tmp_path, train=b"a b b\n" * 6 + b"once\n", test=b"a new b\n")
    found = own(tmp_path)
    train, test = (found.read("text", split) for split in ("train", "test"))
    assert train.vocabulary == test.vocabulary == ("b", "<eos>", "a", "<unk>")
    assert [test.vocabulary[i] for i in test.ids] == ["a", "<unk>", "b", "<eos>"]
    assert found.at_hand.kind == "unverified" and len(found.at_hand.files["text"]) == 3
    (tmp_path / "test.txt").write_bytes(b"a b\n")
    with pytest.raises(BenchError, match="changed since it was checked"):
        own_again = own(tmp_path)
        (tmp_path / "test.txt").write_bytes(b"b b\n")
        own_again.read("text", "test")
    (tmp_path / "valid.txt").unlink()
    with pytest.raises(NoData, match="valid.txt: there is no such file"):
        own(tmp_path)


def test_text8_is_cut_by_letters_and_its_rare_words_are_one(tmp_path):
    told = ("the cat sat on the mat " * 40 + "rare ") * 10
    (tmp_path / "text8").write_text(told)
    for name, kept in (("text8", False), ("text8-5", True)):
        data = registry.dataset(name)
        with pytest.raises(BenchError, match="text8: does not have its known SHA-256; restore"):
            data.find(["text"], Wish(folder=tmp_path))
        found = data.find(["text"], Wish(folder=tmp_path, allow_unverified=True))
        assert found.at_hand.kind == "unverified"
        parts = {split: found.read("text", split) for split in text8.CUTS}
        assert ("rare" in parts["train"].vocabulary) == kept
        cuts = [0, round(0.933 * len(told)), round(0.99 * len(told)), len(told)]
        for part, first, last in zip(parts.values(), cuts, cuts[1:], strict=False):
            there = [part.vocabulary[i] for i in part.ids]
            wanted = told[first:last].split()
            known = set(part.vocabulary)
            assert there == [word if word in known else "<unk>" for word in wanted]
    (tmp_path / "text8").write_text(told + "A")
    found = registry.dataset("text8").find(["text"], Wish(folder=tmp_path, allow_unverified=True))
    with pytest.raises(BenchError, match=f"letter {len(told) + 1} is none of a to z"):
        found.read("text", "train")


def test_a_folder_of_text8s_name_without_the_file_is_none(tmp_path):
    (tmp_path / "text8").mkdir()
    (tmp_path / "text8" / "text8.zip").write_bytes(b"")
    with pytest.raises(NoData, match="it does not hold text8"):
        registry.dataset("text8").find(["text"], Wish(folder=tmp_path))


@pytest.mark.parametrize("name", ["text8", "text8-5"])
def test_text8_of_its_known_bytes_is_real_and_can_be_downloaded(name, tmp_path, monkeypatch):
    told, served = "the cat sat ", []
    sha256 = hashlib.sha256(told.encode()).hexdigest()
    (tmp_path / "known").write_text(f"{sha256}  text8/text8\n")
    monkeypatch.setattr(text8, "KNOWN", tmp_path / "known")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sources, "REPO_DATA", tmp_path / "nowhere")
    monkeypatch.delenv("BENCH_DATA", raising=False)

    def download(url, path, timeout, progress):
        served.append(url)
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("text8", told)

    monkeypatch.setattr(fetch, "_download", download)
    data = registry.dataset(name)
    with pytest.raises(NoData):
        data.find(["text"], Wish(offline=True))
    for _ in range(2):
        found = data.find(["text"], Wish())
        assert found.at_hand.kind == "real" and found.at_hand == data.known()
        assert found.root == tmp_path / "cache" / "text8" and served == [*text8.MIRRORS]


def test_a_file_that_is_not_penn_treebank_s_is_refused(tmp_path):
    for split in ("train", "valid", "test"):
        (tmp_path / f"ptb.{split}.txt").write_text("a b\n" * 9)
    data = registry.dataset("ptb")
    with pytest.raises(BenchError, match="ptb.train.txt: does not have its known SHA-256"):
        data.find(["text"], Wish(folder=tmp_path))
    found = data.find(["text"], Wish(folder=tmp_path, allow_unverified=True))
    assert found.at_hand.kind == "unverified" and len(found.read("text", "train")) == 27
    (tmp_path / "ptb.valid.txt").unlink()
    with pytest.raises(BenchError, match="ptb.valid.txt: cannot be read"):
        data.find(["text"], Wish(folder=tmp_path, allow_unverified=True))


@pytest.mark.skipif(not DATA, reason="BENCH_DATA is not set: Penn Treebank is not at hand")
def test_penn_treebank_has_the_paper_s_sizes():
    found = registry.dataset("ptb").find(["text"], Wish(folder=Path(DATA or "")))
    sizes = [len(found.read("text", split)) for split in ("train", "valid", "test")]
    assert sizes == [929_589, 73_760, 82_430]
    assert len(found.read("text", "train").vocabulary) == 10_000
    assert found.at_hand == registry.dataset("ptb").known()


def test_the_generated_text_is_the_same_everywhere_and_has_the_entropy_it_says(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    found = registry.dataset("ptb").find(["text"], Wish(generated=True))
    assert found.at_hand.kind == "generated"
    hashes = {Path(name).stem: sha[:8] for name, sha in found.at_hand.files["text"].items()}
    assert hashes == {"train": "7ed7853f", "valid": "9b8b2eef", "test": "6dc8c7e3"}
    drawn = source.draw("test")
    assert len(found.read("text", "test")) == len(drawn) + len(drawn) // source.LINE
    copied = (drawn[source.LAG :] == drawn[: -source.LAG]).mean()
    assert source.COPY < copied < source.COPY + 0.1  # some followers are the word 7 back by chance
    # At most the entropy of the choice itself, and of the followers where it is not a copy.
    share = source.chances()
    assert share.sum() == 1.0
    bound = -source.COPY * math.log(source.COPY) - 0.6 * (math.log(0.6) + share @ np.log(share))
    assert 0.85 * bound < source.entropy(drawn) < bound
    assert ptb.PennTreebank().find(["text"], Wish(generated=True)).at_hand == found.at_hand
