"""Names and shapes of the parameters: of O and R (`bench.methods.memnn.score`), of what they have
for unseen words (`bench.methods.memnn.unseen`), and of a segmenter
(`bench.methods.memnn.segmenter`)."""

from __future__ import annotations


def shapes(
    features: int,
    lists: int,
    answers: int,
    dim: int,
    *,
    nonlinear: bool,
    write_time: bool,
    apart: bool = True,
    said: int = 0,
) -> dict[str, tuple[int, ...]]:
    """Parameter name, 'O/question' and so on -> its shape.

    Args:
        lists: L, how many word lists the memories in a query have.
        apart: whether there are three dictionaries; with one, O has ``memory`` alone of their
            tables, and R ``question``.
        said: words that R may have said before, 0 where it says one answer.
    """
    both: dict[str, tuple[int, ...]] = {"question": (features, dim)}
    if apart:
        both["support"] = (lists, features, dim)
    if nonlinear:
        both["W"] = (dim, dim)
    o = (
        both
        | {"memory": (features, dim), "null": (dim,)}
        | ({"time": (3, dim)} if write_time else {})
    )
    if not apart:
        del o["question"]
    r = both | {"answer": (answers, dim)} | ({"said": (said, dim)} if said else {})
    return {f"O/{n}": s for n, s in o.items()} | {f"R/{n}": s for n, s in r.items()}


def of_unseen(
    words: int, hops: int, dim: int, *, contexts: bool, matches: bool, neighbours: bool
) -> dict[str, tuple[int, ...]]:
    """Parameter name -> its shape, of O and R alike: neighbours to the left and the right, and what
    words in common with the question and with each memory found add; and what the neighbours, on
    either side, of an unseen one do."""
    found: dict[str, tuple[int, ...]] = {}
    for of in "OR":
        if contexts:
            found |= {f"{of}/{side}": (words, dim) for side in ("left", "right")}
        if matches:
            found[f"{of}/match"] = (1 + hops, words + 1, dim)
        if neighbours:
            found |= {f"{of}/match_{side}": (1 + hops, words, dim) for side in ("left", "right")}
    return found


def of_segmenter(words: int, dim: int) -> dict[str, tuple[int, ...]]:
    """Parameter name -> its shape: W_seg and U_S."""
    return {"S/cut": (dim,), "S/words": (words, dim)}
