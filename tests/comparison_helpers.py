"""Stories and rows of the comparison, for tests that need some."""

import random

from bench.datasets.babi.babi import parse
from bench.examples.stories import Story
from bench.studies.generated_vs_real.statistics import compare, describe
from bench.studies.generated_vs_real.store import VERSION

PEOPLE = ("Ann", "Bob", "Cid", "Dee")
PLACES = ("attic", "barn", "cave", "dune")


def text(stories: int, seed: int, *, verbs=("went", "ran"), weights=(1, 1)) -> str:
    """bAbI text: three moves and two questions a story; ``weights`` are the odds of the verbs."""
    draw = random.Random(f"{seed}")
    lines = []
    for _ in range(stories):
        where: dict[str, tuple[int, str]] = {}
        for number in range(1, 6):
            if number in (3, 5):
                person = draw.choice(sorted(where))
                line, place = where[person]
                lines.append(f"{number} Where is {person}? \t{place}\t{line}")
                continue
            person, place = draw.choice(PEOPLE), draw.choice(PLACES)
            (verb,) = draw.choices(verbs, weights)
            where[person] = number, place
            lines.append(f"{number} {person} {verb} to the {place}.")
    return "\n".join(lines) + "\n"


def stories(count: int, seed: int, **options) -> tuple[Story, ...]:
    """The same, parsed."""
    return parse(text(count, seed, **options).encode(), "made up")


def row(task: int = 1, **fields) -> dict:
    """A row as `bench.studies.generated_vs_real.measure.measure` makes them; fields given win."""
    real = fields.pop("real", None) or describe(stories(30, seed=1))
    generated = fields.pop("generated", None) or describe(stories(30, seed=2))
    made = {
        "task": task,
        "version": VERSION,
        "kind": "real",
        "complete": True,
        "real": real,
        "generated": generated,
        "comparison": compare(real, generated),
        "chance": {"stories": 30, "answers": [1.0, 2.0, 3.0, 4.0]},
        "overlap": {
            "real": {"test": 40, "repeated": 3},
            "generated": {"test": 50, "repeated": 0},
        },
        "reader": {
            "real": {
                "questions": 1000, "right": 998, "exceptions": ["en/qa1.txt:3", "en/qa1.txt:27"],
            },
            "generated": {"questions": 60, "right": 60, "exceptions": []},
        },
        "classifier": {"accuracy": 0.51, "by_lot": [0.49, 0.5, 0.52], "questions": 60},
        "files": {f"tasks_1-20_v1-2/en/qa{task}_train.txt": f"{task:02d}" * 32},
        "generator": {
            "version": 1, "seed": 0, "train": 60, "test": 50, "described": 300,
            "sha256": {"train": "ab" * 32, "test": "cd" * 32},
        },
        "seconds": {"generating": 0.25, "whole": 2.0},
        "commit": "0123456789ab",
        "versions": {"python": "3", "numpy": "2"},
    }  # fmt: skip
    return made | fields
