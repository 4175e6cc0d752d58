"""What a set of stories looks like in numbers, and where two sets differ.

Definitions: ``statements per question`` counts all statements told before a question, since the
start of its story. Words are counted as `bench.datasets.babi.babi` parses them (lower case, no full
stop or question mark). An answer is one string, a list of things ('football,apple') too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from bench.examples.stories import Story

Statistics = dict[str, Any]
"""What `describe` returns: plain JSON."""

COUNTS = ("stories", "questions", "statements")
MEANS = (
    "statements_per_question",
    "words_per_statement",
    "words_per_question",
    "lines_per_story",
    "support_per_question",
)
SHARES = ("answers", "support")
WORDS = ("words",)


def describe(stories: Sequence[Story]) -> Statistics:
    """The statistics of some stories with at least one question each.

    Returns:
        ``stories``, ``questions``, ``statements``: how many there are.
        Each of `MEANS`: {``mean``, ``max``, ``se``}. ``se`` is the standard error of the mean over
            stories: lines of one story go together, so a story is what counts as one observation
            (0 if there is but one story).
        ``answers``: answer -> questions, most frequent first, then by name.
        ``support``: number of supporting facts, as text -> questions, ascending.
        ``words``: the words of statements and questions, sorted.
    """
    answers = Counter(q.answer for story in stories for q in story.questions)
    support = Counter(len(q.support) for story in stories for q in story.questions)
    words: set[str] = set()
    for story in stories:
        words.update(*story.statements, *(q.words for q in story.questions))
    asked = [story.questions for story in stories]
    values = {
        "statements_per_question": [[q.seen for q in questions] for questions in asked],
        "words_per_statement": [list(map(len, story.statements)) for story in stories],
        "words_per_question": [[len(q.words) for q in questions] for questions in asked],
        "lines_per_story": [[len(s.statements) + len(s.questions)] for s in stories],
        "support_per_question": [[len(q.support) for q in questions] for questions in asked],
    }
    return {
        "stories": len(stories),
        "questions": answers.total(),
        "statements": sum(len(story.statements) for story in stories),
        **{name: _mean(values[name]) for name in MEANS},
        "answers": dict(sorted(answers.items(), key=lambda item: (-item[1], item[0]))),
        "support": {str(number): support[number] for number in sorted(support)},
        "words": sorted(words),
    }


def repeated(training: Iterable[Story], test: Iterable[Story]) -> int:
    """How many test questions occur word for word in training, all statements before them alike."""
    known = {item for story in training for item in _items(story)}
    return sum(item in known for story in test for item in _items(story))


def compare(real: Mapping[str, Any], generated: Mapping[str, Any]) -> dict[str, Any]:
    """How ``generated`` differs from ``real``, both as `describe` gives them.

    Returns:
        Each of `MEANS`: {``relative``: (generated - real) / real mean, ``z``: the difference in its
            standard errors, None where both sides are the same constant or neither varies}.
        ``answers``, ``support``: {``points``: the largest difference of a share, in percentage
            points of questions, generated - real; ``of``: the answer or number of facts}.
        ``answers_only``, ``words_only``: {``real``, ``generated``}: what occurs on one side alone.
    """
    return {
        **{name: _difference(real[name], generated[name]) for name in MEANS},
        **{name: _furthest(real[name], generated[name]) for name in SHARES},
        "answers_only": _only(real["answers"], generated["answers"]),
        "words_only": _only(real["words"], generated["words"]),
    }


def by_chance(
    stories: Sequence[Story], count: int, *, draws: int = 400, seed: int = 0
) -> list[float]:
    """Largest differences of an answer's share between sets of one and the same process.

    Each set is ``count`` of the stories, drawn with replacement, and is set against all of them:
    what `compare` would say of ``points`` if nothing but chance told two sides apart.

    Returns:
        ``draws`` absolute differences in percentage points, ascending.
    """
    index = {
        answer: i
        for i, answer in enumerate(sorted({q.answer for s in stories for q in s.questions}))
    }
    given = np.zeros((len(stories), len(index)))
    for row, story in zip(given, stories, strict=True):
        for question in story.questions:
            row[index[question.answer]] += 1
    every = given.sum(axis=0) / given.sum()
    bits = np.random.PCG64(seed)
    most = []
    for _ in range(draws):
        # Raw bits: a library's ways of drawing from them may change.
        chosen = given[
            (bits.random_raw(count) >> np.uint64(32)) * np.uint64(len(stories)) >> np.uint64(32)
        ]
        totals = chosen.sum(axis=0)
        most.append(100.0 * float(np.abs(totals / totals.sum() - every).max()))
    return sorted(most)


def _mean(by_story: Sequence[Sequence[int]]) -> dict[str, float]:
    """Mean and maximum over all values; the standard error is that of a ratio of story totals."""
    total = sum(map(sum, by_story))
    number = sum(map(len, by_story))
    mean = total / number
    stories = len(by_story)
    squares = math.fsum((sum(values) - mean * len(values)) ** 2 for values in by_story)
    error = math.sqrt(squares * stories / (stories - 1)) / number if stories > 1 else 0.0
    return {"mean": mean, "max": max(map(max, filter(None, by_story))), "se": error}


def _items(story: Story) -> Iterable[tuple]:
    for question in story.questions:
        yield story.statements[: question.seen], question.words


def _difference(real: Mapping[str, float], generated: Mapping[str, float]) -> dict[str, Any]:
    apart = generated["mean"] - real["mean"]
    error = math.hypot(real["se"], generated["se"])
    return {"relative": apart / real["mean"], "z": apart / error if error else None}


def _furthest(real: Mapping[str, int], generated: Mapping[str, int]) -> dict[str, Any]:
    """The largest difference of shares; of equal ones the first by name."""
    sides = sum(real.values()), sum(generated.values())
    points = {
        name: 100.0 * (generated.get(name, 0) / sides[1] - real.get(name, 0) / sides[0])
        for name in sorted({*real, *generated})
    }
    most = max(points, key=lambda name: abs(points[name]))
    return {"of": most, "points": points[most]}


def _only(real: Iterable[str], generated: Iterable[str]) -> dict[str, list[str]]:
    one, other = set(real), set(generated)
    return {"real": sorted(one - other), "generated": sorted(other - one)}
