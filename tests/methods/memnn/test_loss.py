"""What wrong memories weigh in the loss: many of them as much as a few would."""

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


def told(scores: np.ndarray, times: np.ndarray | None, negatives: int) -> float:
    """The sum over hops of the mean margin of a wrong memory, times how many count."""
    total = 0.0
    for hop, (f, wrong) in enumerate(zip(TARGET, WRONG, strict=True)):
        x = TARGET[hop - 1] if hop else SLOTS
        found = []
        for other in wrong:
            first = second = scores[hop, f] - scores[hop, other]
            if times is not None and f < SLOTS:
                first = first + times[hop] @ np.array([x < f, x < other, f < other], float)
                second = second - times[hop] @ np.array([x < other, x < f, other < f], float)
            margin = max(0.0, GAMMA - first)
            margin += max(0.0, GAMMA - second) if times is not None else 0.0
            found.append(margin)
        total += float(np.mean(found)) * min(len(wrong), negatives)
    return total


@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("negatives", [16, 4])
def test_many_wrong_memories_weigh_as_so_many_and_few_each_as_one(timed, negatives):
    rng = np.random.default_rng(0)
    scores, times, answers = (  # as large as gamma: no hop without margins
        rng.normal(0, GAMMA, size) for size in ((HOPS, SLOTS + 1), (HOPS, 3), ANSWERS)
    )
    asker = jnp.array([SLOTS, *TARGET[:-1]])
    scored = Scored(jnp.asarray(scores, "f4"), jnp.asarray(times, "f4") if timed else None, asker)
    wrong = np.zeros((HOPS, SLOTS + 1), bool)
    for hop, those in enumerate(WRONG):
        wrong[hop, those] = True
    lesson = Lesson(jnp.array(TARGET), jnp.array(wrong))
    spec = memnn(id="x", title="x", gamma=GAMMA, negatives=negatives)
    found = loss.margins(
        spec, scored, lesson, jnp.asarray(answers, "f4"), jnp.array(2),
        jnp.arange(ANSWERS) != 2, jnp.zeros(0),
    )  # fmt: skip
    said = sum(max(0.0, GAMMA - answers[2] + w) for n, w in enumerate(answers) if n != 2)
    assert float(found) == pytest.approx(
        told(scores, times if timed else None, negatives) + said, rel=1e-5
    )
