"""A generated memory of statements, for where the real one can't be had: the same bytes everywhere.

Ten relations between things of a few types, whose names are made-up words that several things
share. Each relation is asked for in several ways, most of which do not have its own words: what
they mean can only be learned from paraphrases, none of which is a test question. Of a test
question's candidates those that hold the relation and the thing are right; wrong ones have the
thing in another relation, or the relation and a thing of a like name, or neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.core.cache import cache_dir
from bench.core.files import write_atomically
from bench.datasets.triples.layout import LABELS, PARAPHRASES, TUPLES
from bench.datasets.writing import holds, writing

VERSION = 1
TOP = f"generated-triples-v{VERSION}"
STATEMENTS = 2_000
"""Of each relation."""
PAIRS = 30_000
QUESTIONS = 300
SOUNDS = ("bdfgklmnprstvz", "aeiou")


class Relation(NamedTuple):
    """A relation of the generated memory.

    Attributes:
        symbol: as statements have it.
        first, second: types of its arguments.
        ask_first, ask_second: ways to ask for one, with {} for the other.
    """

    symbol: str
    first: str
    second: str
    ask_first: tuple[str, ...]
    ask_second: tuple[str, ...]


RELATIONS = (
    Relation("write", "person", "book",
             ("who write {}", "who be the author of {}", "{} be the work of who", "who pen {}"),
             ("what do {} write", "which book be by {}", "what story come from {}")),
    Relation("paint", "person", "picture",
             ("who paint {}", "whose picture be {}", "which artist make {}"),
             ("what do {} paint", "which canvas be by {}")),
    Relation("found", "person", "company",
             ("who found {}", "who start {}", "who be the founder of {}"),
             ("what do {} found", "which firm do {} start")),
    Relation("be-bear-in", "person", "city",
             ("who be bear in {}", "which celebrity come from {}"),
             ("where be {} bear", "what be the birthplace of {}", "what town do {} come from")),
    Relation("die-on", "person", "day",
             ("who die on {}", "whose death be on {}"),
             ("when do {} die", "what be the death day of {}")),
    Relation("be-the-capital-of", "city", "country",
             ("what be the capital of {}", "which city rule {}", "where do the king of {} sit"),
             ("{} be the capital of what", "which country do {} rule")),
    Relation("eat", "animal", "plant",
             ("what eat {}", "which beast feed on {}"),
             ("what do {} eat", "what be the food of {}", "what do {} feed on")),
    Relation("be-afraid-of", "animal", "animal",
             ("what be afraid of {}", "which beast do {} scare"),
             ("what be {} afraid of", "what scare {}", "what do {} fear")),
    Relation("live-in", "animal", "country",
             ("what live in {}", "which beast have its home in {}"),
             ("where do {} live", "what be the home of {}", "where can {} be find")),
    Relation("grow-in", "plant", "country",
             ("what grow in {}", "which herb thrive in {}"),
             ("where do {} grow", "what soil do {} need")),
)  # fmt: skip

TYPES = {
    "person": (2, 4000), "book": (3, 2000), "picture": (2, 2000), "company": (1, 1500),
    "city": (1, 1500), "day": (2, 1500), "country": (1, 1200), "animal": (2, 3000),
    "plant": (1, 1200),
}  # fmt: skip
"""Type -> (words of a name, things)."""

SHARED = 3
"""Things of several words to a word of their names, about."""

ABOUT = (
    f"{STATEMENTS * len(RELATIONS):,} statements of {len(RELATIONS)} relations, "
    f"{QUESTIONS} judged questions, by the suite's own generator"
)


class Fact(NamedTuple):
    """A statement."""

    relation: Relation
    first: str
    second: str

    @property
    def line(self) -> str:
        """As files have it."""
        return f"{self.relation.symbol}.r {self.first}.e {self.second}.e"


def make() -> Path:
    """The three files, made in the cache if they are not there; returns their folder.

    Raises:
        BenchError: the cache can't be written.
    """
    root = cache_dir() / TOP
    random = np.random.Generator(np.random.PCG64(VERSION))
    things = names(random)
    told = facts(random, things)
    labels = list(judged(random, told))
    alike = pairs(random, things, {question for _, question, _ in labels})
    contents = {
        TUPLES[1]: "".join(fact.line + "\n" for fact in told),
        PARAPHRASES: "".join(f"{one}\t{other}\t\n" for one, other in alike),
        LABELS: "".join("\t".join(line) + "\n" for line in labels),
    }
    for name, content in contents.items():
        if not holds(root / name, content.encode()):
            with writing(root):
                root.mkdir(parents=True, exist_ok=True)
            write_atomically(root / name, content)
    return root


def names(random: np.random.Generator) -> dict[str, list[str]]:
    """Type -> its things; words of a name are joined by '-', and no two types share a word."""
    taken: set[str] = set()
    found = {}
    for kind, (length, count) in TYPES.items():
        pool: list[str] = []
        while len(pool) < max(4, count // SHARED if length > 1 else count):
            word = "".join(
                letters[int(random.integers(len(letters)))]
                for _ in range(int(random.integers(2, 4))) for letters in SOUNDS
            )  # fmt: skip
            if word not in taken:
                taken.add(word)
                pool.append(word)
        things: dict[str, None] = {}
        while len(things) < count:
            some = [pool[int(i)] for i in random.integers(len(pool), size=length)]
            if length > 1 or len(things) < len(pool):
                things["-".join(some) if length > 1 else pool[len(things)]] = None
        found[kind] = list(things)
    return found


def facts(random: np.random.Generator, things: dict[str, list[str]]) -> list[Fact]:
    """The memory, every statement once, in no order."""
    told: dict[Fact, None] = {}
    for relation in RELATIONS:
        least = len(told) + STATEMENTS
        while len(told) < least:
            first, second = (_one(random, things[kind]) for kind in relation[1:3])
            told[Fact(relation, first, second)] = None
    every = list(told)
    return [every[int(i)] for i in random.permutation(len(every))]


def pairs(
    random: np.random.Generator, things: dict[str, list[str]], tested: set[str]
) -> Iterator[tuple[str, str]]:
    """Two ways to ask the same, neither of which is a test question."""
    left = PAIRS
    while left:
        relation, second = RELATIONS[int(random.integers(len(RELATIONS)))], random.integers(2) > 0
        ways = relation.ask_second if second else relation.ask_first
        given = _words(_one(random, things[relation.first if second else relation.second]))
        one, other = random.permutation(len(ways))[:2]
        pair = ways[int(one)].format(given), ways[int(other)].format(given)
        if tested.isdisjoint(pair):
            left -= 1
            yield pair


def judged(random: np.random.Generator, told: list[Fact]) -> Iterator[tuple[str, str, str]]:
    """(label, question, statement) of the test questions, no question twice."""
    having: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in told:
        for thing in (fact.first, fact.second):
            for word in thing.split("-"):
                having[word].append(fact)
    asked: set[str] = set()
    while len(asked) < QUESTIONS:
        fact, second = told[int(random.integers(len(told)))], random.integers(2) > 0
        relation = fact.relation
        ways = relation.ask_second if second else relation.ask_first
        given = fact.first if second else fact.second
        question = _one(random, list(ways)).format(_words(given))
        if question in asked:
            continue
        asked.add(question)
        like = [other for word in given.split("-") for other in having[word]]
        any_other = [told[int(i)] for i in random.integers(len(told), size=5)]
        candidates = dict.fromkeys([fact, *_some(random, like, 15), *any_other])
        for one in _some(random, list(candidates), len(candidates)):
            right = one.relation == relation and given == (one.first if second else one.second)
            yield str(int(right)), question, one.line


def _one(random: np.random.Generator, some: list[str]) -> str:
    return some[int(random.integers(len(some)))]


def _some(random: np.random.Generator, facts: list[Fact], most: int) -> list[Fact]:
    return [facts[int(i)] for i in random.permutation(len(facts))[:most]]


def _words(thing: str) -> str:
    return thing.replace("-", " ")
