"""Tasks 1, 2, 3, 5, 6, 7 and 8: questions on the world of `bench.datasets.babi.simulator.world`.

Statements come in blocks of two; after a block one question is asked if one is possible, and the
fifth ends the story. A question grows from a seed, one of the last five statements.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.datasets.babi.simulator.story import Story
from bench.datasets.babi.simulator.wording import PEOPLE, PLACES
from bench.datasets.babi.simulator.world import DROP, GET, GIVE, MOVE, Event, World
from bench.datasets.bits import Bits

QUESTIONS = 5
WINDOW = 5
DRAWS = 100
"""Seeds drawn after a block before it stays without a question."""

_CARRY = (MOVE, GET, DROP)
_COUNTS = ("none", "one", "two", "three")
_PEOPLE_OF_5 = ("Mary", "Fred", "Bill", "Jeff")


def _tell(world: World, asks: Callable[[World, list[Event]], bool]) -> Story:
    """Blocks of two statements until ``asks`` has had five questions.

    ``asks`` gets the last five events and says whether it asked. Where it draws uniformly among the
    seeds that serve, that is the same as drawing among all until one serves.
    """
    while len(world.story.questions) < QUESTIONS:
        world.step()
        world.step()
        asks(world, world.events[-WINDOW:])
    return world.story


def _last(events: list[Event], who: str) -> Event:
    """The person's latest move."""
    return next(e for e in reversed(events) if e.kind == MOVE and e.who == who)


def _latest(world: World, thing: str, kinds: tuple[str, ...]) -> Event:
    """The latest event of these kinds with this thing."""
    return next(e for e in reversed(world.events) if e.thing == thing and e.kind in kinds)


def _seed(world: World, window: list[Event], kinds: tuple[str, ...]) -> Event | None:
    """One of the window's events of these kinds, or None."""
    seeds = [event for event in window if event.kind in kinds]
    return world.bits.choice(seeds) if seeds else None


def where_is_person(bits: Bits) -> Story:
    """Task 1: 'Where is Mary?', her latest move."""

    def ask(world: World, window: list[Event]) -> bool:
        who = bits.choice(window).who
        last = _last(world.events, who)
        world.story.ask(f"Where is {who}?", last.place, (last.at,))
        return True

    return _tell(World(bits, (MOVE,), PEOPLE), ask)


def where_is_object(bits: Bits) -> Story:
    """Task 2: 'Where is the milk?', known where the last to handle it left it or walked to
    since."""

    def fixed_by(world: World, thing: str) -> tuple[Event, Event] | None:
        """The latest event of the thing and the move that says where it now is."""
        event = _latest(world, thing, (GET, DROP))
        told = world.events[: event.at] if event.kind == DROP else world.events[event.at :]
        moves = [e for e in told if e.kind == MOVE and e.who == event.who]
        return (event, moves[-1]) if moves else None

    def ask(world: World, window: list[Event]) -> bool:
        things = [e.thing for e in window if e.kind != MOVE]
        known = {thing: fixed_by(world, thing) for thing in dict.fromkeys(things)}
        seeds = [thing for thing in things if known[thing]]
        if not seeds:
            return False
        thing = bits.choice(seeds)
        fixed = known[thing]
        assert fixed is not None  # one of the seeds
        event, move = fixed
        world.story.ask(f"Where is the {thing}?", move.place, (event.at, move.at))
        return True

    return _tell(World(bits, _CARRY, PEOPLE), ask)


def where_was_object(bits: Bits) -> Story:
    """Task 3: 'Where was the milk before the garden?', two moves by one carrier since the
    pick-up."""

    def carried(world: World, thing: str) -> tuple[Event, list[Event], int]:
        """The latest event of the thing, all its handler's moves that count, and the index of the
        first of them that is after the pick-up."""
        event = _latest(world, thing, (GET, DROP))
        end = event.at if event.kind == DROP else len(world.events)
        moves = [e for e in world.events[:end] if e.kind == MOVE and e.who == event.who]
        taken = _latest(world, thing, (GET,)).at
        return event, moves, sum(move.at < taken for move in moves)

    def ask(world: World, window: list[Event]) -> bool:
        things = [e.thing for e in window if e.kind != MOVE]
        paths = {thing: carried(world, thing) for thing in dict.fromkeys(things)}
        if all(len(moves) - first < 2 for _, moves, first in paths.values()):
            return False  # no draw can succeed
        for _ in range(DRAWS):
            seed = bits.choice(window)
            if seed.kind == MOVE:
                continue
            event, moves, first = paths[seed.thing]
            stop = len(moves) - 1
            while stop >= 0 and not bits.chance(1, 4):
                stop -= 1
            if stop < 0:
                continue
            place = moves[stop].place
            arrival = max(i for i, move in enumerate(moves) if move.place == place)
            if arrival > first:  # it and the move before it lie on the carrier's path
                before = moves[arrival - 1]
                question = f"Where was the {seed.thing} before the {place}?"
                world.story.ask(question, before.place, (event.at, moves[arrival].at, before.at))
                return True
        return False

    return _tell(World(bits, _CARRY, PEOPLE, there=1), ask)


def gifts(bits: Bits) -> Story:
    """Task 5: who gave what to whom, of a thing's latest gift.

    'What did X give to Y?' does not look for a later gift of another thing between the two, as in
    the released data, where about two in a thousand questions have one.
    """

    def ask(world: World, window: list[Event]) -> bool:
        seed = _seed(world, window, (GIVE,))
        if seed is None:
            return False
        gift = _latest(world, seed.thing, (GIVE,))
        giver, thing, receiver = gift.who, gift.thing, gift.receiver
        what = (f"What did {giver} give to {receiver}?", thing)
        form = bits.choice(
            (
                what,
                what,
                (f"Who received the {thing}?", receiver),
                (f"Who gave the {thing}?", giver),
                (f"Who did {giver} give the {thing} to?", receiver),
                (f"Who gave the {thing} to {receiver}?", giver),
            )
        )
        world.story.ask(*form, (gift.at,))
        return True

    return _tell(World(bits, (MOVE, GET, DROP, GIVE), _PEOPLE_OF_5), ask)


def is_person_in(bits: Bits) -> Story:
    """Task 6: 'Is Mary in the garden?'; the handling of things is there to distract."""

    def ask(world: World, window: list[Event]) -> bool:
        seed = _seed(world, window, (MOVE,))
        if seed is None:
            return False
        last = _last(world.events, seed.who)
        yes = bits.chance(1, 2)
        place = last.place if yes else bits.other(PLACES, last.place)
        world.story.ask(f"Is {seed.who} in the {place}?", "yes" if yes else "no", (last.at,))
        return True

    return _tell(World(bits, _CARRY, PEOPLE), ask)


def how_many(bits: Bits) -> Story:
    """Task 7: 'How many objects is Mary carrying?', asked of one who acted, never of a receiver."""

    def ask(world: World, window: list[Event]) -> bool:
        seed = _seed(world, window, (GET, DROP, GIVE))
        if seed is None:
            return False
        who = seed.who
        concern = [e.at for e in world.events if e.thing and who in (e.who, e.receiver)]
        count = _COUNTS[len(world.held(who))]
        world.story.ask(f"How many objects is {who} carrying?", count, concern)
        return True

    return _tell(World(bits, (MOVE, GET, DROP, GIVE), PEOPLE), ask)


def what_carried(bits: Bits) -> Story:
    """Task 8: 'What is Mary carrying?', in the order in which she first picked each thing up."""

    def ask(world: World, window: list[Event]) -> bool:
        seed = _seed(world, window, (GET, DROP))
        if seed is None:
            return False
        who = seed.who
        of_thing: dict[str, list[int]] = {}  # by first pick-up
        for event in world.events:
            if event.thing and event.who == who:
                of_thing.setdefault(event.thing, []).append(event.at)
        held = world.held(who)
        answer = ",".join(thing for thing in of_thing if thing in held) or "nothing"
        world.story.ask(
            f"What is {who} carrying?", answer, [at for ats in of_thing.values() for at in ats]
        )
        return True

    return _tell(World(bits, _CARRY, PEOPLE), ask)
