"""W14's and W15's equations in plain NumPy, float64, one question and one number at a time: what
the model is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Slot = TypeVar("Slot", int, int | None)
"""A candidate; None is the null memory."""


@dataclass
class Equations:
    """A model.

    Attributes:
        params: 'O/question' and so on.
        gamma, hops: of the spec.
        question: (F,) and memories (M, F), bags.
    """

    params: dict[str, np.ndarray]
    gamma: float
    hops: int
    question: np.ndarray
    memories: np.ndarray

    def table(self, which: str, name: str) -> np.ndarray:
        """A dictionary, the only one where the model has one."""
        found = self.params.get(f"{which}/{name}")
        if found is None:
            found = self.params["O/memory" if which == "O" else "R/question"]
            return found[None] if name == "support" else found
        return found

    def e(self, which: str, z: np.ndarray) -> np.ndarray:
        w = self.params.get(f"{which}/W")
        return z if w is None else np.tanh(np.tanh(z) @ w)

    def x(self, which: str, facts: Sequence[int]) -> np.ndarray:
        """E(Phi_x) of [x, m_o1, ...]; None stands for no memory."""
        z = self.question @ self.table(which, "question")
        lists = self.table(which, "support")
        for hop, fact in enumerate(facts):
            z = z + self.memories[fact] @ lists[min(hop, len(lists) - 1)]
        return self.e(which, z)

    def y(self, slot: int | None) -> np.ndarray:
        if slot is None:
            return self.e("O", self.params["O/null"])
        return self.e("O", self.memories[slot] @ self.params["O/memory"])

    def s(self, facts: Sequence[int], y: int | None, z: int | None) -> float:
        """s_Ot([x, facts], y, z); without write time s(y) - s(z)."""
        x = self.x("O", facts)
        value = x @ (self.y(y) - self.y(z))
        if "O/time" in self.params and y is not None and z is not None:
            asker = facts[-1] if facts else np.inf
            features = np.array([asker < y, asker < z, y < z], float)
            value += x @ (features @ self.params["O/time"])
        return float(value)

    def find(self) -> list[int]:
        """The memories, until the null memory wins."""
        facts: list[int] = []
        while len(facts) < self.hops:
            free: list[int | None] = [m for m in range(len(self.memories)) if m not in facts]
            if self.hops > 1:
                free.insert(0, None)
            if not free:
                break
            winner = self.among(free, facts)
            if winner is None:
                break
            facts.append(winner)
        return facts

    def respond(self, facts: Sequence[int]) -> np.ndarray:
        return np.array([self.e("R", row) @ self.x("R", facts) for row in self.params["R/answer"]])

    def loss(self, facts: Sequence[int], answer: int, drawn: Sequence[float] = ()) -> float:
        """The margins of all hops and of the answer: of all that is wrong, or of one of each.

        Args:
            drawn: numbers in [0, 1), one a hop and one for the answer, that say which one: of C
                wrong ones each has an interval of 1/C, in order. Nothing for all.
        """
        hops = []
        for hop in range(min(self.hops, len(facts) + 1)):
            before = list(facts[:hop])
            right = facts[hop] if hop < len(facts) else None
            wrong = [m for m in range(len(self.memories)) if m not in (*before, right)]
            others: list[int | None] = [*wrong, *[None] * (right is not None and self.hops > 1)]
            if len(drawn) and others:
                others = [others[int(drawn[hop] * len(others))]]
            hops.append((right, others))
        scores = self.respond(facts[: self.hops])
        said = [word for word in range(len(scores)) if word != answer]
        if len(drawn):
            said = [said[int(drawn[-1] * len(said))]]
        return self.margins(hops, facts, answer, said)

    def margins(
        self,
        hops: Sequence[tuple[int | None, Sequence[int | None]]],
        facts: Sequence[int],
        answer: int,
        said: Sequence[int],
    ) -> float:
        """Of hops, each what is right and what is wrong in it, ``facts`` given to those after them
        and to R; and of the wrong answers ``said``."""
        total = 0.0
        for hop, (right, others) in enumerate(hops):
            before = facts[:hop]
            for other in others:
                total += max(0.0, self.gamma - self.s(before, right, other))
                if "O/time" in self.params:
                    total += max(0.0, self.gamma + self.s(before, other, right))
        scores = self.respond(facts)
        return total + sum(max(0.0, self.gamma - scores[answer] + scores[word]) for word in said)

    def among(self, valid: Sequence[Slot], before: Sequence[int]) -> Slot:
        """The winner of a tournament of candidates."""
        winner = valid[0]
        for other in valid[1:]:
            if self.s(before, winner, other) <= 0:
                winner = other
        return winner

    def words_loss(
        self,
        question: set[str],
        memories: Sequence[set[str]],
        said: set[str],
        answer: int,
        drawn: Sequence[float] = (),
    ) -> float:
        """MemNN-WSH's (S15 4.1), of the words that count.

        Args:
            drawn: a number in [0, 1) for each hop, that says which valid memory is its target.
                Nothing for the one that the model ranks highest.
        """
        answers = [word for word in range(len(self.params["R/answer"])) if word != answer]
        facts: list[int] = []
        hops: list[tuple[int | None, Sequence[int | None]]] = []
        for hop in range(2):
            valid = [
                m for m, words in enumerate(memories)
                if words & (memories[facts[0]] if hop else question) and (not hop or words & said)
            ]  # fmt: skip
            invalid = [m for m in range(len(memories)) if m not in valid]
            if not valid:
                if hop:
                    hops.append((None, invalid))
                break
            target = self.among(valid, facts)
            if len(drawn):
                target = valid[int(drawn[hop] * len(valid))]
            hops.append((target, [*invalid, None]))
            facts.append(target)
        return self.margins(hops, facts, answer, answers)
