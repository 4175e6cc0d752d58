"""Files that are nearly saved models, or claim to be: none of them may be read, or cost much.

Zips are put together here byte by byte, so that every field of theirs can lie.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tiny_data
from attention_helpers import saved

STORED, DEFLATED = 0, 8


@dataclass(frozen=True)
class Part:
    """A member of a zip: its data, and what the zip says of it where that is not the truth."""

    name: str
    data: bytes
    method: int = STORED
    flags: int = 0
    size: int | None = None
    packed: int | None = None
    crc: int | None = None
    at: int | None = None


def zipped(
    parts: Sequence[Part], *, comment: bytes = b"", locator: bool = False, room: int = 0
) -> bytes:
    """A zip; ``locator``: with the sign of a 64-bit one; ``room``: bytes before its directory."""
    body, directory = bytearray(), bytearray()
    for part in parts:
        at = len(body) if part.at is None else part.at
        size = len(part.data) if part.size is None else part.size
        packed = len(part.data) if part.packed is None else part.packed
        crc = zlib.crc32(part.data) if part.crc is None else part.crc
        name = part.name.encode()
        said = (part.flags, part.method, 0, 33, crc, packed, size, len(name), 0)
        if part.at is None:
            body += struct.pack("<4s5H3L2H", b"PK\3\4", 20, *said) + name + part.data
        directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, *said, 0, 0, 0, 0, at) + name
    body += bytes(room)
    start = len(body)
    body += directory
    if locator:
        body += struct.pack("<4sLQL", b"PK\6\7", 0, 1 << 40, 1)
    counts = (len(parts) & 0xFFFF,) * 2
    body += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *counts, len(directory), start, len(comment))
    body += comment
    return bytes(body)


def bomb(megabytes: int) -> bytes:
    """Deflated zeros, a thousandth of what they unpack to."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + packer.flush()


def npy(array: np.ndarray, **header: Any) -> bytes:
    """An array's .npy bytes; ``header``: fields that are not the truth."""
    told = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape} | header
    return raw(repr(told)) + array.tobytes()


def raw(header: str, version: tuple[int, int] = (1, 0)) -> bytes:
    """The start of a .npy file whose header is this text."""
    text = header.encode("latin1") + b"\n"
    size = struct.pack("<H" if version == (1, 0) else "<L", len(text))
    return b"\x93NUMPY" + bytes(version) + size + text


def digest(array: np.ndarray) -> str:
    """What the head says of an array."""
    return hashlib.sha256(f"{array.dtype.str}{array.shape}".encode() + array.tobytes()).hexdigest()


SPECS = {
    "adjacent": tiny_data.column(),
    "layerwise": tiny_data.column(tying="layerwise"),
    "untied": tiny_data.column(tying="untied"),
}
MODELS = {tying: saved(spec) for tying, spec in SPECS.items()}


def head_of(tying: str = "adjacent") -> dict[str, Any]:
    """A model's head, as JSON values."""
    model = MODELS[tying]
    head = {"run": model.run, "sizes": dataclasses.asdict(model.sizes), "training": model.training}
    return json.loads(json.dumps(head))


def file_of(
    head: Any = None,
    params: Mapping[str, np.ndarray] | None = None,
    *,
    tying: str = "adjacent",
    text: str | None = None,
    parts: Mapping[str, bytes | None] | None = None,
    change: Callable[[list[Part]], list[Part]] = lambda parts: parts,
    **options: Any,
) -> bytes:
    """A model's file.

    Args:
        text: in place of the head's JSON.
        parts: .npy bytes in place of an array's; None leaves it out.
        change: of the zip's parts.
    """
    params = MODELS[tying].params if params is None else params
    sums = {name: digest(value) for name, value in params.items()}
    if text is None:
        text = json.dumps({"head": head_of(tying) if head is None else head, "sha256": sums})
    found: dict[str, bytes | None] = {"head": npy(np.array(text))}
    found |= {name: npy(value) for name, value in params.items()}
    found |= parts or {}
    members = [Part(f"{name}.npy", data) for name, data in found.items() if data is not None]
    return zipped(change(members), **options)


def _with(path: str, value: Any, tying: str = "adjacent") -> bytes:
    """A model whose head has another value at a path such as run/spec/hops; DROP: none."""
    head = head_of(tying)
    *outer, last = path.split("/")
    inside = head
    for name in outer:
        inside = inside[name]
    if value is DROP:
        del inside[last]
    else:
        inside[last] = value
    return file_of(head, tying=tying)


DROP = object()
HEADS: dict[str, tuple[Any, ...]] = {
    "run": ([], None, "memn2n"),
    "run/seed": ("3", 3.0, True, DROP),
    "run/method": ("lstm", 7, DROP, "\x1b[31m"),
    "run/version": (99, 0, "3", None),
    "run/spec": ([], None, {}, DROP),
    "run/spec/hobs": (3,),
    "run/spec/" + "x" * 500_000: (3,),
    "run/spec/id": ("saved",),
    "run/spec/hops": (10**9, 101, 3, 0, -1, 2.0, "2", True, float("nan"), 10**4000, None, [2]),
    "run/spec/dim": (10**9, 5, 0, 4097, float("inf")),
    "run/spec/memory_size": (1, 10**12, "6"),
    "run/spec/rate": (float("nan"), float("inf"), -float("inf"), 10**400, "0.1"),
    "run/spec/tying": ("other", "layerwise", "x" * 500_000, [], {}),
    "run/spec/temporal": (False, 1, None),
    "run/spec/readings": ([], 7, {"position": "paper"}, {"time_scale": 1}),
    "training": ([], {}, None),
    "training/more": (1.0,),
    "training/diverged": (float("nan"), "never", True, []),
    "sizes": ([], {}, None),
    "sizes/more": (1,),
    "sizes/memory_slots": (10**9, 0, 5, "6", True, 1001, DROP),
    "sizes/sentence_slots": (10**9, 0, -1, 5.0, 1001, None),
    "sizes/statement_words": (10**9, 0, 12, None),
    "sizes/answers": ([], [10**9], [-1], [2, 1], [1, 1], [True], [1.0], "12", None, {"1": 2}),
    "sizes/vocabulary": (
        [], "words", None, [""], ["", "a"], ["", *map(str, range(100_000))], ["", 1], [None],
        {"": 0},
    ),
    "more": (1,),
}  # fmt: skip
WORDS = (1, None, "", "\x1b[2J", "\ud800", "a\nb", "\u202e", "x" * 101, ["ann"])


def _numbers() -> dict[str, bytes]:
    found = {}
    for path, values in HEADS.items():
        for i, value in enumerate(values):
            found[f"head {path[:30]} {i}"] = _with(path, value)
    for i, word in enumerate((*WORDS, "barn")):
        words = head_of()["sizes"]["vocabulary"]
        words[-1] = word
        found[f"head word {i}"] = _with("sizes/vocabulary", words)
    for tying in ("layerwise", "untied"):
        for hops in (10**9, 101):
            found[f"head {tying} {hops} hops"] = _with("run/spec/hops", hops, tying)
    found["head of null's place"] = _with(
        "sizes/vocabulary", head_of()["sizes"]["vocabulary"][::-1]
    )
    return found


def _texts() -> dict[str, bytes]:
    whole = json.dumps({"head": head_of(), "sha256": {}})
    texts = {
        "empty": "", "cut": whole[:-9], "no map": "[]", "number": "7", "deep": "[" * 200_000,
        "deep maps": '{"head":' * 100_000, "long number": '{"head":' + "9" * 100_000 + "}",
        "no sums": json.dumps({"head": head_of()}), "other sums": whole,
        "sums list": '{"head":1,"sha256":[]}',
        "not a head": '{"head":7,"sha256":{}}', "twice": '{"head":{},"head":[],"sha256":{}}',
        "too long": " " * 2_000_000 + whole,
    }  # fmt: skip
    return {f"text {name}": file_of(text=text) for name, text in texts.items()}


def _arrays() -> dict[str, bytes]:
    words, times = (MODELS["adjacent"].params[name] for name in ("words", "times"))
    text = np.array(json.dumps({"head": head_of(), "sha256": {}}))
    fields = np.zeros(3, np.dtype([("a", "<f4"), ("b", "<i4")]))
    told = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }"
    parts: dict[str, dict[str, bytes | None]] = {
        "object head": {"head": npy(np.zeros((), "<i8"), descr="|O")},
        "bytes head": {"head": npy(np.array(b"{}"))},
        "head of two": {"head": npy(np.array([str(text)] * 2))},
        "head that is none": {"head": npy(np.zeros((), np.float32))},
        "head no letters": {"head": npy(np.full((), 0x7FFFFFFF, "<u4"), descr="<U1")},
        "no head": {"head": None},
        "object": {"words": npy(words, descr="|O")},
        "fields": {"words": npy(fields, descr=fields.dtype.descr)},
        "nested fields": {"words": npy(words, descr=[("a", "<f4", (1000, 1000, 1000))])},
        "big-endian": {"words": npy(words.astype(">f4"))},
        "float64": {"words": npy(words.astype(np.float64))},
        "float16": {"words": npy(words.astype(np.float16))},
        "complex": {"words": npy(words.astype(np.complex64))},
        "times": {"words": npy(words.astype("<M8[s]"))},
        "whole": {"words": npy(words.astype(np.int32))},
        "text": {"words": npy(words.astype("<U9"))},
        "raw bytes": {"words": npy(words, descr="|V4")},
        "Fortran's order": {"words": npy(words, fortran_order=True)},
        "huge shape": {"words": npy(words, shape=(10**12,))},
        "huge shapes": {"words": npy(words, shape=(1 << 40, 1 << 40, 1 << 40))},
        "empty and huge": {"words": npy(words[:0], shape=(0, 10**30))},
        "negative shape": {"words": npy(words, shape=(-3, -words[0].size))},
        "shorter": {"words": npy(words, shape=(2, *words.shape[1:]))},
        "longer": {"words": npy(words, shape=(4, *words.shape[1:]))},
        "bytes behind": {"words": npy(words) + bytes(9)},
        "bytes missing": {"words": npy(words)[:-1]},
        "version 2": {"words": raw(told % (words.shape,), (2, 0)) + words.tobytes()},
        "version 3": {"words": raw(told % (words.shape,), (3, 0)) + words.tobytes()},
        "version 9": {"words": raw(told % (words.shape,), (9, 9)) + words.tobytes()},
        "deep header": {"words": raw("(" * 5000) + words.tobytes()},
        "deep short header": {"words": raw("-" * 900 + "1") + words.tobytes()},
        "open header": {"words": raw("{'descr': (") + words.tobytes()},
        "Python 2 header": {"words": raw(told % "(3L, 9L, 4L)") + words.tobytes()},
        "header of code": {"words": raw("__import__('os').abort()") + words.tobytes()},
        "header that ends nowhere": {"words": npy(words)[:20]},
        "long header": {"words": raw(told % (words.shape,) + " " * 60_000) + words.tobytes()},
        "no array": {"words": b"words"},
        "an empty part": {"words": b""},
        "a zip inside": {"words": file_of()},
        "missing": {"times": None},
        "more": {"more": npy(times)},
        "a layerwise one's": {"H": npy(np.zeros((4, 4), np.float32))},
        "a folder's": {"../words": npy(words)},
    }  # fmt: skip
    found = {f"array {name}": file_of(parts=changed) for name, changed in parts.items()}
    honest: dict[str, dict[str, np.ndarray]] = {
        "swapped": {"words": times, "times": words},
        "of fewer words": {"words": words[:, 1:], "times": times},
        "of fewer slots": {"words": words, "times": times[:, 1:]},
        "of one hop more": {"words": np.concatenate([words, words[:1]]), "times": times},
        "flat": {"words": words.ravel(), "times": times},
        "none": {},
        "no numbers": {"words": np.full_like(words, np.nan), "times": times},
        "no finite number": {"words": words, "times": np.full_like(times, np.inf)},
        "doubles": {"words": words.astype(np.float64), "times": times},
    }
    return found | {f"params {name}": file_of(params=params) for name, params in honest.items()}


def _zips() -> dict[str, bytes]:
    whole = file_of()
    kernel = npy(np.zeros((1000, 1000), np.float32))

    def first(**fields: Any) -> Callable[[list[Part]], list[Part]]:
        return lambda parts: [dataclasses.replace(parts[0], **fields), *parts[1:]]

    def last(**fields: Any) -> Callable[[list[Part]], list[Part]]:
        return lambda parts: [*parts[:-1], dataclasses.replace(parts[-1], **fields)]

    def packed(parts: list[Part]) -> list[Part]:
        short = [zlib.compress(part.data, wbits=-15) for part in parts]
        return [
            dataclasses.replace(
                part, data=data, method=DEFLATED, size=len(part.data), crc=zlib.crc32(part.data)
            )
            for part, data in zip(parts, short, strict=True)
        ]

    def overlapping(parts: list[Part]) -> list[Part]:
        return [*parts, *(dataclasses.replace(parts[0], name=f"{i}.npy", at=0) for i in range(2))]

    def said_stored(parts: list[Part]) -> list[Part]:
        return [dataclasses.replace(part, method=STORED) for part in packed(parts)]

    def bombs(name: str, start: bytes, **said: Any) -> bytes:
        zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
        head = zeros.compress(start) + zeros.flush(zlib.Z_FULL_FLUSH)
        part = Part(name, head + bomb(6000), DEFLATED, **said)
        return file_of(parts={name.removesuffix(".npy"): None}, change=lambda parts: [part, *parts])

    size = 6000 << 20
    zeros = npy(np.zeros(0, np.float32), shape=(size // 4,))
    text = npy(np.array("x"), descr=f"<U{size // 4}")[:-4]
    return {
        "nothing": b"",
        "text": b"not a model",
        "a zip's start": b"PK\3\4",
        "an empty zip": zipped([]),
        "cut by half": whole[: len(whole) // 2],
        "cut by a byte": whole[:-1],
        "bomb": bombs("words.npy", zeros, size=len(zeros) + size - (4 << 30)),
        "bomb that says little": bombs("words.npy", zeros, size=999),
        "bomb in the head": bombs("head.npy", text, size=1 << 31),
        "bomb in another part": bombs("more.npy", zeros, size=999),
        "compressed": file_of(change=packed),
        "compressed, says stored": file_of(change=said_stored),
        "says bzip2": file_of(change=first(method=12)),
        "says lzma": file_of(change=first(method=14)),
        "method unknown": file_of(change=first(method=99)),
        "encrypted": file_of(change=first(flags=1)),
        "patched": file_of(change=first(flags=32)),
        "strongly encrypted": file_of(change=first(flags=64)),
        "another checksum": file_of(change=last(crc=7)),
        "size lies, large": file_of(change=first(size=(1 << 32) - 2, packed=(1 << 32) - 2)),
        "size lies, small": file_of(change=last(size=100, packed=100)),
        "size lies, larger than the rest": file_of(change=last(size=5000, packed=5000), room=9999),
        "sizes differ": file_of(change=last(size=100)),
        "starts elsewhere": file_of(change=last(at=1), room=9999),
        "starts behind the end": file_of(change=last(at=1 << 31), room=9999),
        "twice": file_of(change=lambda parts: [*parts, parts[-1]]),
        "overlapping": file_of(change=overlapping),
        "overlapping, with room": file_of(change=overlapping, room=99_999),
        "a thousand of one": zipped(
            [Part("k.npy", kernel), *(Part(f"{i}.npy", kernel, at=0) for i in range(1000))]
        ),
        "a zip of zips": zipped([Part("a.zip", zipped([Part("b.zip", whole)]))]),
        "a zip that is the head": zipped([Part("head.npy", zipped([Part("head.npy", whole)]))]),
        "a hundred thousand parts": zipped([Part(f"{i}.npy", b"") for i in range(100_000)]),
        "a folder": file_of(change=lambda parts: [Part("words/", b""), *parts]),
        "no .npy": file_of(change=first(name="head")),
        "a comment": file_of(comment=b"PK\5\6" * 9),
        "64 bits": file_of(locator=True),
    }  # fmt: skip


def crafted() -> dict[str, bytes]:
    """What is wrong -> the file."""
    return {
        **{f"zip {name}": content for name, content in _zips().items()},
        **_texts(),
        **_arrays(),
        **_numbers(),
    }


def npz(head: Any, params: Mapping[str, np.ndarray]) -> bytes:
    """As `numpy.savez` writes it."""
    sums = {name: digest(value) for name, value in params.items()}
    parts: dict[str, Any] = {"head": np.array(json.dumps({"head": head, "sha256": sums}))}
    buffer = io.BytesIO()
    np.savez(buffer, **(parts | dict(params)))
    return buffer.getvalue()
