"""Answers the world's questions from sentences alone; shares no code with the simulator.

It keeps what it is told in lists, and looks an answer up as a person would. A sentence that it
can't understand, or that contradicts what was told before, is an assertion that fails.
"""

from bench.examples.stories import Story

GETS = {"picked up", "got", "grabbed", "took"}
DROPS = {"dropped", "left", "discarded", "put down"}
GOES = {"went to", "moved to", "travelled to", "journeyed to", "went back to"}


class Reader:
    def __init__(self):
        self.told = 0
        self.visits: dict[str, list[tuple[int, str]]] = {}
        self.notes: dict[str, list[tuple[int, str, str]]] = {}  # of a thing: when, what, who

    def tell(self, words):
        who, *verb, article, what = words
        did = " ".join(verb)
        assert article == "the"
        visits = self.visits.setdefault(who, [])
        notes = self.notes.setdefault(what, []) if did not in GOES else []
        held_by = notes[-1][2] if notes and notes[-1][1] == "get" else None
        if did in GOES:
            assert not visits or visits[-1][1] != what, "goes where he is"
            visits.append((self.told, what))
        elif did in GETS:
            assert held_by is None, "gets what somebody holds"
            there = self.place(what)
            assert not (there and visits) or there == visits[-1][1], "gets what is elsewhere"
            notes.append((self.told, "get", who))
        else:
            assert did in DROPS, did
            assert held_by == who, "drops what he does not hold"
            notes.append((self.told, "drop", who))
        self.told += 1

    def place(self, thing):
        facts = self.look_up(thing)
        return facts and facts[1][1]

    def look_up(self, thing):
        """The latest note on a thing, and the visit that tells where that leaves it."""
        if not self.notes.get(thing):
            return None
        when, what, who = self.notes[thing][-1]
        until = self.told if what == "get" else when
        visit = next((v for v in reversed(self.visits.get(who, [])) if v[0] < until), None)
        return visit and ((when, what), visit)

    def ask(self, words):
        """The answer, and the statements that prove it."""
        words = [word for word in words if word not in ("now", "the")]
        if words[:2] == ["where", "was"]:
            _, _, who, before, room = words
            assert before == "before"
            visits = self.visits[who]
            last = next(i for i in reversed(range(len(visits))) if visits[i][1] == room)
            assert last >= 1, "nobody was told where he was before"
            return visits[last - 1][1], (visits[last][0], visits[last - 1][0])
        where, verb, subject = words
        assert (where, verb) == ("where", "is")
        if subject in self.notes:
            note, visit = self.look_up(subject)
            return visit[1], (note[0], visit[0])
        when, room = self.visits[subject][-1]
        return room, (when,)


def check(story: Story) -> int:
    """Reads a story and compares every answer and its supporting facts; how many there were."""
    reader = Reader()
    for question in story.questions:
        for words in story.statements[reader.told : question.seen]:
            reader.tell(words)
        found = reader.ask(question.words)
        assert found == (question.answer, question.support), (question, found)
    return len(story.questions)
