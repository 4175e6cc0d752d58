"""What wrong memories weigh in the loss: many of them as much as a few would, or one is drawn."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from bench.methods.memnn import loss
from bench.methods.memnn.output import Scored
from bench.methods.memnn.spec import memnn
from bench.methods.memnn.supervision import Lesson

GAMMA, SLOTS, HOPS, ANSWERS = 0.1, 45, 3, 30
TARGET = [7, 20, SLOTS]
FEW = [5, 6, 8]  # of the second hop; the first has 40 wrong memories, the third 16
WRONG = [[m for m in range(42) if m not in (7, 20)], FEW, list(range(16))]


def margins(scores: np.ndarray, times: np.ndarray | None, hop: int) -> list[float]:
    """Of each wrong memory of a hop."""
    f, x = TARGET[hop], TARGET[hop - 1] if hop else SLOTS
    found = []
    for other in WRONG[hop]:
        first = second = scores[hop, f] - scores[hop, other]
        if times is not None and f < SLOTS:
            first = first + times[hop] @ np.array([x < f, x < other, f < other], float)
            second = second - times[hop] @ np.array([x < other, x < f, other < f], float)
        twice = max(0.0, GAMMA - second) if times is not None else 0.0
        found.append(max(0.0, GAMMA - first) + twice)
    return found


def both(timed: bool, drawn: np.ndarray, **fields):
    """The loss of random scores, smaller than gamma, and the margins that it is made of: of each
    hop's wrong memories, and of the wrong answers."""
    rng = np.random.default_rng(0)
    scores, times, answers = (
        rng.normal(0, GAMMA / 3, size) for size in ((HOPS, SLOTS + 1), (HOPS, 3), ANSWERS)
    )
    asker = jnp.array([SLOTS, *TARGET[:-1]])
    scored = Scored(jnp.asarray(scores, "f4"), jnp.asarray(times, "f4") if timed else None, asker)
    wrong = np.zeros((HOPS, SLOTS + 1), bool)
    for hop, those in enumerate(WRONG):
        wrong[hop, those] = True
    lesson = Lesson(jnp.array(TARGET), jnp.array(wrong))
    spec = memnn(id="x", title="x", gamma=GAMMA, **fields)
    found = loss.margins(
        spec, scored, lesson, jnp.asarray(answers, "f4"), jnp.array(2),
        jnp.arange(ANSWERS) != 2, jnp.asarray(drawn, "f4"),
    )  # fmt: skip
    hops = [margins(scores, times if timed else None, hop) for hop in range(HOPS)]
    said = [max(0.0, GAMMA - answers[2] + w) for n, w in enumerate(answers) if n != 2]
    return float(found), hops, said


@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("negatives", [16, 4])
def test_many_wrong_memories_weigh_as_so_many_and_few_each_as_one(timed, negatives):
    found, hops, said = both(timed, np.zeros(0), negatives=negatives)
    assert found == pytest.approx(
        sum(np.mean(hop) * min(len(hop), negatives) for hop in hops) + sum(said), rel=1e-5
    )


@pytest.mark.parametrize("timed", [False, True])
def test_of_a_hops_wrong_memories_and_of_the_answers_one_each_is_sampled(timed):
    drawn = np.array([0.97, 0.31, 0.55, 0.83])  # the hops' and the answer's
    found, hops, said = both(timed, drawn, loss="sampled")
    one = [of[int(u * len(of))] for of, u in zip((*hops, said), drawn, strict=True)]
    assert found == pytest.approx(sum(one), rel=1e-5) and min(one) > 0
