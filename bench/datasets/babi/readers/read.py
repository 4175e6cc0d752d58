"""Answers every question of the 20 tasks from the text of its story alone.

The rules are those that the released v1.2 files follow without exception, but for task 5 (see
`bench.datasets.babi.readers.carrying.WhoGaveWhat`). Nothing here learns, and nothing is shared with
the code that writes stories, so that either can vouch for the other.
"""

from collections.abc import Iterable

from bench.datasets.babi.readers import carrying, lookups, relations, sizes, times, whereabouts
from bench.datasets.babi.readers.reader import Reader, Reading, Words
from bench.examples.stories import Story

READERS: dict[int, type[Reader]] = {
    1: carrying.WhereIsPerson,
    2: carrying.WhereIsObject,
    3: carrying.WhereWasObject,
    4: relations.WhatIsBeside,
    5: carrying.WhoGaveWhat,
    6: carrying.IsPersonThere,
    7: carrying.HowMany,
    8: carrying.WhatCarried,
    9: whereabouts.IsOrIsNot,
    10: whereabouts.IsOrMayBe,
    11: whereabouts.HeOrShe,
    12: whereabouts.Together,
    13: whereabouts.They,
    14: times.BeforeInTime,
    15: lookups.WhatFeared,
    16: lookups.WhatColour,
    17: relations.WhereAbout,
    18: sizes.WhichIsBigger,
    19: relations.TheWay,
    20: lookups.WhyOrWhere,
}
"""Task 1-20 -> its reader; ``READERS[n]()`` is ready for a story of task n."""


def answer(task: int, statements: Iterable[Words], question: Words) -> Reading:
    """What the text says: ``statements`` told so far and ``question``, both lower-cased words.

    Raises `bench.datasets.babi.readers.reader.Unreadable` at the first sentence that the task does
    not have, that contradicts the story, or whose answer the story leaves open.
    """
    reader = READERS[task]()
    for words in statements:
        reader.tell(words)
    return reader.ask(question)


def read_story(task: int, story: Story) -> list[Reading]:
    """A reading for each question, in their order; every statement is read once.

    Only the words are looked at, never the story's own answers. Raises as `answer`.
    """
    reader, readings = READERS[task](), []
    for question in story.questions:
        for words in story.statements[reader.told : question.seen]:
            reader.tell(words)
        readings.append(reader.ask(question.words))
    for words in story.statements[reader.told :]:
        reader.tell(words)
    return readings
