"""The questions whose attention is shown statement by statement, as in S15 figures 2 and 4. No JAX.

Of a story only numbers are kept: the lines of the data's file that its statements and its question
are on. Whoever has the file finds the words there; the rows and tables hold none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.examples.stories import Story, with_lines
from bench.studies.attention.shares import questions_of, slot

if TYPE_CHECKING:
    from bench.methods.memn2n.asking import Attended

SPLIT = "test"
"""The file of a task that the stories shown are in."""


@dataclass(frozen=True)
class FigureStory:
    """Where a story of the paper's figures is in v1.2.

    Attributes:
        figure: of S15, '2' or '4'.
        question: of the released test file, from 0; en and en-10k have the same test files here.
        confirmed: whether a source other than this suite gives the figure's statements and
            question, and they are found, in that order, in this story and in no other of the file.
            ``question`` is the first that they fit. If False, the index is as it was noted,
            unverified.
    """

    figure: str
    question: int
    confirmed: bool


FIGURES = {
    1: FigureStory("2", 962, True),
    2: FigureStory("2", 960, True),
    18: FigureStory("2", 962, False),
    11: FigureStory("4", 962, False),
    17: FigureStory("4", 960, False),
    20: FigureStory("4", 960, False),
}
"""Task -> its story in a figure. Tasks 1 and 2 are confirmed by the statements and the question as
one of the paper's authors reads them out, slide by slide, in a lecture. Figure 2's story of task 16
is of v1.1, which v1.2 replaced. The figures' other stories have not been found."""

DIGITS = 4
"""Decimals of the weights that are kept."""


def shown(task: int, stories: Sequence[Story], kind: str) -> list[tuple[str, int]]:
    """(figure or '', index of the question) of those shown: the last of the first story comes
    first.

    Args:
        kind: the data's; only of 'real' and 'completed' data is the test file the released one.
    """
    found = [("", len(stories[0].questions) - 1)]
    if kind in ("real", "completed") and task in FIGURES:
        found.append((FIGURES[task].figure, FIGURES[task].question))
    return found


def tell(stories: Sequence[Story], index: int, figure: str, seen: Attended) -> dict[str, Any]:
    """A question with the weights of every statement before it, as plain JSON values without a
    word.

    Args:
        index: the question's among all of ``stories``, from 0; ``seen`` is of all of them.

    ``line`` is the question's, ``statements`` are (line of the file, 1 if it is a labelled
    supporting fact, its weights by hop or nothing if it fell out of the memory), in the story's
    order; ``empty`` is the summed weight of the slots without a statement, by hop.
    """
    story, number, first = find(stories, index)
    question = questions_of(stories)[index]
    weights = seen.weights[index].astype(float)
    slots, told = weights.shape[1], []
    for i, line in enumerate(lines_of(story, first)[: question.seen]):
        at = slot(question, i)
        by_hop = [round(w, DIGITS) for w in weights[:, at].tolist()] if at < slots else []
        told.append([line, int(i in question.support), by_hop])
    return {
        "figure": figure,
        "split": SPLIT,
        "story": number,
        "question": index,
        "line": question.line,
        "right": int(seen.right[index]),
        "probability": round(float(seen.probability[index]), DIGITS),
        "statements": told,
        "empty": [
            round(w, DIGITS) for w in weights[:, min(question.seen, slots) :].sum(axis=1).tolist()
        ],
    }


def find(stories: Sequence[Story], index: int) -> tuple[Story, int, int]:
    """The story of a question, its number from 0, and the line of the file that it begins at.

    Raises:
        IndexError: there are not so many questions.
    """
    for number, (line, story) in enumerate(with_lines(stories)):
        if index < len(story.questions):
            return story, number, line
        index -= len(story.questions)
    raise IndexError(index)


def lines_of(story: Story, first: int) -> list[int]:
    """The lines of the file that the story's statements are on, if it begins at line ``first``."""
    return [first - 1 + line for line in story.ids]
