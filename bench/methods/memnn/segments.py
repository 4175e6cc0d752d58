"""Word streams and the segments they are cut into (W14 3.2), as arrays; nothing here knows a model.

A segment ends with a cut, and what was read since the last cut is the next one's beginning. So the
words that join two statements go before the second: ``, and then fred moved to the office``. Words
behind the last cut are in no memory yet. Questions are not part of the stream: each is asked after
so many words of it, and takes no cut with it.

What a segmenter is taught (W14 appendix): that F, the known supporting segments, are segments,
and that what is unfinished of them, "Bill is in the", is none. F is what the supporting facts of
the training questions say, each statement once. Of other statements nobody tells where they end;
nothing is taught of them, though the paper's F' has "all other segments in the training set", for
whole statements would be among these, and most of them are in F for another question. The words of
a known segment are those since the cut before it, as a segmenter will meet it: behind the known
segment before, or behind the last segment that the segmenter itself cut there. No statement is
taken to be shorter than the shortest known segment. So segments that are do not count: a cut among
the words that join statements is taught to be none. And where as many words lie in between, a
statement may be among them, and the known segment's words are its own alone.

A *boundary* is the place right behind a statement's last word, before what joins it to the next;
the one behind a stream's last statement is one, too. Those of test streams are measured alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import NamedTuple

import numpy as np

from bench.core.errors import BenchError
from bench.examples.stories import Question, Story
from bench.examples.streams import Stream, stream
from bench.methods.memnn.input import dictionary
from bench.methods.memnn.memory import Encoded, encode, held_out

UNWRITTEN = -1
"""In place of a supporting fact's segment: at the question its last word was in none."""

Parts = Mapping[str, Mapping[str, Sequence[Story]]]


class Known(NamedTuple):
    """N known supporting segments of the training streams, as numbers of words read by then.

    Attributes:
        start, end: (N,) int32, before its own first word, and behind its last.
        before: (N,) int32, behind the known segment before it in its stream, or at the stream's
            beginning.
        shortest, longest: () int32, how many words of their own they have.
    """

    start: np.ndarray
    end: np.ndarray
    before: np.ndarray
    shortest: np.ndarray
    longest: np.ndarray


class Running(NamedTuple):
    """A split's streams one after another, T words.

    Attributes:
        words: (T,) int32; one that no training text has is V.
        first: (T,) bool, the first word of each stream.
    """

    words: np.ndarray
    first: np.ndarray


class Boundaries(NamedTuple):
    """How the streams of a split were cut.

    Attributes:
        found: share of the boundaries that were cut at, in [0, 1].
        false: share of the cuts that are at no boundary; 0 if there are no cuts.
    """

    found: float
    false: float


@dataclass(frozen=True, eq=False)
class Streams:
    """A data set of word streams for one group of runs.

    Attributes:
        parts: its stories, unit -> 'train' and 'test' -> stories.
        told: the stream of each story, likewise.
        words: V words of the training streams and questions, sorted: all have embeddings.
        known: what a segmenter is taught, of the questions that are not held out.
        running: 'train' and 'test' -> their streams, in the order of ``told``.
        fit: (n,) indices of the training questions that are not held out.
        memory_size, holdout: of the spec.
    """

    parts: Parts
    told: Mapping[str, Mapping[str, Sequence[Stream]]]
    words: tuple[str, ...]
    known: Known
    running: Mapping[str, Running]
    fit: np.ndarray
    memory_size: int
    holdout: float

    def encoded(self, cuts: Mapping[str, np.ndarray]) -> Encoded:
        """The questions, their memories the segments.

        Args:
            cuts: 'train' and 'test' -> (T,) bool, whether a segment ends with that word.

        Raises:
            BenchError: as `bench.methods.memnn.memory.encode`.
        """
        ends = {split: self._ends(cuts[split], split) for split in cuts}
        parts = {
            unit: {
                split: [
                    segmented(story, told, next(ends[split]))
                    for story, told in zip(stories, self.told[unit][split], strict=True)
                ]
                for split, stories in splits.items()
            }
            for unit, splits in self.parts.items()
        }
        running = [told.words for splits in self.told.values() for told in splits["train"]]
        return encode(parts, memory_size=self.memory_size, holdout=self.holdout, running=running)

    @property
    def answers(self) -> tuple[str, ...]:
        """Of the training questions, sorted: what R chooses from."""
        stories = [story for splits in self.parts.values() for story in splits["train"]]
        return tuple(sorted({q.answer for story in stories for q in story.questions}))

    def boundaries(self, cuts: np.ndarray, split: str) -> Boundaries:
        """How a split's streams were cut, ``cuts`` (T,) as above."""
        right = there = made = 0
        for told, ends in zip(self._streams(split), self._ends(cuts, split), strict=True):
            true, cut = {end for _, end in told.spans}, set(ends.tolist())
            right += len(true & cut)
            there, made = there + len(true), made + len(cut)
        return Boundaries(right / max(1, there), (made - right) / max(1, made))

    def _streams(self, split: str) -> Iterator[Stream]:
        return chain.from_iterable(splits[split] for splits in self.told.values())

    def _ends(self, cuts: np.ndarray, split: str) -> Iterator[np.ndarray]:
        """Of each stream, how many of its words were read at its cuts."""
        at = 0
        for told in self._streams(split):
            yield 1 + np.flatnonzero(cuts[at : at + len(told.words)])
            at += len(told.words)


def read(parts: Parts, *, memory_size: int, holdout: float) -> Streams:
    """Streams of stories.

    Raises:
        BenchError: nothing says what joins the statements, no question that is trained on has
            supporting facts, or there are too few to hold out.
    """
    told = {
        unit: {split: tuple(map(stream, stories)) for split, stories in splits.items()}
        for unit, splits in parts.items()
    }
    texts = [one.words for splits in told.values() for one in splits["train"]]
    texts += [
        q.words for splits in parts.values() for story in splits["train"] for q in story.questions
    ]
    words = tuple(word for (word,) in dictionary(texts, 1))
    index = {word: at for at, word in enumerate(words)}
    running = {}
    for split in ("train", "test"):
        every = [one.words for splits in told.values() for one in splits[split]]
        running[split] = Running(
            np.array([index.get(word, len(words)) for text in every for word in text], np.int32),
            np.array([at == 0 for text in every for at in range(len(text))], bool),
        )
    units = [u for u, splits in parts.items() for s in splits["train"] for _ in s.questions]
    fit, _ = held_out(np.array(units, np.str_), holdout)
    known = _known(parts, told, fit)
    return Streams(parts, told, words, known, running, fit, memory_size, holdout)


def segmented(story: Story, told: Stream, ends: np.ndarray) -> Story:
    """A story whose statements are the segments of its stream.

    A supporting fact is the segment that has its last word, or `UNWRITTEN`.

    Args:
        ends: of each segment, ascending, how many words were read at its end.
    """
    starts = [0, *ends[:-1].tolist()] if len(ends) else []
    texts = tuple(told.words[a:b] for a, b in zip(starts, ends.tolist(), strict=True))
    seen = np.searchsorted(ends, [told.told[q.seen] for q in story.questions], side="right")
    slot = np.searchsorted(ends, [end for _, end in told.spans])

    def moved(question: Question, seen: int) -> Question:
        at = (int(slot[fact]) for fact in question.support)
        support = tuple(segment if segment < seen else UNWRITTEN for segment in at)
        return replace(question, seen=seen, support=support)

    asked = tuple(map(moved, story.questions, seen.tolist()))
    return Story(texts, asked)


def _known(
    parts: Parts, told: Mapping[str, Mapping[str, Sequence[Stream]]], fit: np.ndarray
) -> Known:
    """The known segments of all training streams, questions held out unseen."""
    found: list[tuple[int, int, int]] = []
    fitted, number, at = set(fit.tolist()), count(), 0
    for unit, splits in parts.items():
        for story, one in zip(splits["train"], told[unit]["train"], strict=True):
            asked = [q for q in story.questions if next(number) in fitted]
            before = at
            for fact in sorted({fact for q in asked for fact in q.support}):
                start, end = (at + place for place in one.spans[fact])
                found.append((start, end, before))
                before = end
            at += len(one.words)
    if not found:
        raise BenchError(
            "no training question has supporting facts, which teach where segments end; give data "
            "that has them, or the column text='sentences'"
        )
    start, end, before_it = np.array(found, np.int32).T
    own = end - start
    return Known(start, end, before_it, own.min(), own.max())
