"""Can a classifier tell two sets of stories apart? Accuracy near one half means that it cannot.

Logistic regression on how often each word and each pair of neighbouring words occurs in what a
reader has before him: the statements told before a question, then the question. Pairs do not reach
from one statement into the next: the full stop is part of the text, and a pair across it would
stand for two sentences that happened to be neighbours, not for a wording.

Cross-validated by story. The questions of one story share its text, so a classifier that has seen
one knows the others again: with questions dealt out singly, any two samples of the very same source
are told apart far too often.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler
from threadpoolctl import threadpool_limits  # comes with scikit-learn, which needs it

from bench.core.errors import BenchError
from bench.examples.stories import Story

FOLDS = 5
LOTS = 10
"""How often stories are dealt out by lot to see what chance gives."""

Sentence = tuple[str, ...]


@dataclass(frozen=True)
class TellApart:
    """What came of trying to tell two sets of stories apart.

    ``accuracy``: the share of held-out questions put on their own side. ``by_lot``: the same for
    the same stories with their sides drawn by lot, once a drawing: what chance gives.
    ``questions``: on each side.
    """

    accuracy: float
    by_lot: tuple[float, ...]
    questions: int


def tell_apart(one: Sequence[Story], other: Sequence[Story], *, lots: int = LOTS) -> TellApart:
    """Trains the classifier on all folds but one and tries it on that one, for each fold.

    The longer side is cut to the other's number of questions. In a drawing each side has as many
    stories as it has in truth, so that the spread is that of this very comparison.

    Raises:
        BenchError: a side has fewer stories than there are folds.
    """
    wanted = min(sum(len(story.questions) for story in side) for side in (one, other))
    sides = _cut(one, wanted), _cut(other, wanted)
    bags, story = counts([*sides[0], *sides[1]])
    labels = np.arange(len(sides[0]) + len(sides[1])) >= len(sides[0])
    drawn = []
    with threadpool_limits(1):  # sums in one order however many cores, and small ones are faster so
        accuracy = _held_out(bags, story, labels)
        for lot in range(lots):
            order = list(range(len(labels)))
            random.Random(f"lot {lot}").shuffle(order)
            drawn.append(_held_out(bags, story, labels[order]))
    return TellApart(accuracy, tuple(drawn), wanted)


def counts(stories: Sequence[Story]) -> tuple[np.ndarray, np.ndarray]:
    """Bags of words and of pairs of words.

    Returns:
        An array (questions, words and pairs) of how often each occurs in the statements told before
        a question and in the question, and an array (questions,) of each question's story.
    """
    sentences: dict[Sentence, int] = {}
    entries: list[tuple[int, int, int]] = []  # question, sentence, how often
    story_of: list[int] = []
    for number, story in enumerate(stories):
        for question in story.questions:
            told = Counter((*story.statements[: question.seen], question.words))
            row = len(story_of)
            entries += ((row, sentences.setdefault(s, len(sentences)), n) for s, n in told.items())
            story_of.append(number)
    # Sentences are few and come again and again: each is taken apart once.
    grams: dict[str | tuple[str, ...], int] = {}
    parts = [
        (row, grams.setdefault(gram, len(grams)), 1)
        for sentence, row in sentences.items()
        for gram in _grams(sentence)
    ]
    told_in = _sparse(entries, (len(story_of), len(sentences)))
    said_in = _sparse(parts, (len(sentences), len(grams)))
    return (told_in @ said_in).toarray(), np.array(story_of)


def _grams(sentence: Sentence) -> list[str | tuple[str, ...]]:
    """A sentence's words and pairs of neighbouring words."""
    return [*sentence, *itertools.pairwise(sentence)]


def folds_by_story(labels: np.ndarray) -> np.ndarray:
    """The fold (0 to 4) of each story: either side's stories are dealt out evenly, in random order.

    As a story is of one side, this is all that stratified folds by group take.

    Args:
        labels: (stories,), the side each is of.

    Raises:
        BenchError: a side has fewer stories than there are folds.
    """
    fold = np.empty(len(labels), dtype=int)
    for side in (False, True):
        places = np.flatnonzero(labels == side)
        if len(places) < FOLDS:
            raise BenchError(
                f"{len(places)} stories are too few to be told apart; give each side at least "
                f"{FOLDS}"
            )
        order = list(range(len(places)))
        random.Random(f"folds {side}").shuffle(order)
        fold[places[order]] = np.arange(len(places)) % FOLDS
    return fold


def _held_out(bags: np.ndarray, story: np.ndarray, labels: np.ndarray) -> float:
    """Accuracy of questions whose stories the classifier did not see."""
    fold, side = folds_by_story(labels)[story], labels[story]
    right = 0
    for held in range(FOLDS):
        # C = 1, scikit-learn's own choice, for every task: tuning it would look at what is
        # measured. Newton's method suits many rows of few columns, and always converges here.
        model = make_pipeline(MaxAbsScaler(), LogisticRegression(solver="newton-cholesky"))
        model.fit(bags[fold != held], side[fold != held])
        right += int(np.sum(model.predict(bags[fold == held]) == side[fold == held]))
    return right / len(side)


def _cut(stories: Sequence[Story], wanted: int) -> list[Story]:
    """The first stories, as long as they have no more questions than wanted; the last is cut."""
    kept = []
    for story in stories:
        questions = story.questions[:wanted]
        if not questions:
            break
        kept.append(Story(story.statements, questions))
        wanted -= len(questions)
    return kept


def _sparse(entries: Sequence[tuple[int, int, int]], shape: tuple[int, int]) -> csr_array:
    rows, columns, values = zip(*entries, strict=True)
    return csr_array((np.array(values, dtype=float), (rows, columns)), shape=shape)
