"""The world's questions with answers in sentences, and a column small enough to train on a few of
them in a test."""

import dataclasses

from bench.datasets.world import text
from bench.datasets.world.settings import SETTINGS
from bench.datasets.world.simulator import simulate
from bench.methods.memnn import spec

UNIT = "u"


def world(questions, split):
    """A beginning of the world's hardest story."""
    made = text.write(simulate(SETTINGS["d5_actor_object"], split, questions))
    return text.parse(made, "made")


def unlabelled(story):
    return dataclasses.replace(
        story, questions=tuple(dataclasses.replace(q, support=()) for q in story.questions)
    )


def parts(*, facts=True, train=60, test=30):
    told = {"train": world(train, "train"), "test": world(test, "test")}
    return {UNIT: {split: (s if facts else unlabelled(s),) for split, s in told.items()}}


def column(cell="lstm", **fields):
    small = dict(id="x", title="x", dim=6, epochs=2, memory_size=12, holdout=0.2)
    r = spec.speech(cell=cell, dim=7, epochs=12, batch=7, words=20, rate=0.03)
    return spec.memnn(**dict(small, speech=r) | fields)


def said_of(heard, row):
    return [heard.vocabulary[word] for word in row if word]
