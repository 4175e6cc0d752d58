"""Made-up restarts whose law is known, like those that bAbI gives, to measure intervals on.

A restart has a rank, by which the paper's rule chooses (the lowest of 10), and a true test error,
which questions tell as `score` says. Nothing is trained.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.tables.interval import PERCENT

QUESTIONS = PERCENT.questions

OWN, ONE_FILE, TWO_FILES = "own", "one file", "two files"
"""How restarts are scored. 'own': each errs on its own questions, the paper's restart too. 'one
file': questions are more or less hard for all, and a restart with true error p errs on those that
are among the
share p of hardest ones: one draw of 1000 questions for all restarts, ours and the paper's. 'two
files': the same, but the paper's 1000 questions are another draw. Real restarts are between the
first and the others."""


@dataclass(frozen=True)
class Task:
    """The law of a restart's rank and true test error on one task; errors in %.

    Attributes:
        error, sd: mean and standard deviation of the error where training went well.
        tie: correlation of rank and error there.
        skew: 0 for a normal error; else the error's logarithm is normal with this sd, ``error`` is
            its median, and ``sd`` is not used.
        bad: the share of restarts that fall into a bad optimum.
        bad_error, bad_sd: as error and sd, in it.
        seen: whether the training error tells a bad optimum.
    """

    error: float
    sd: float = 0.0
    tie: float = 0.5
    skew: float = 0.0
    bad: float = 0.0
    bad_error: float = 0.0
    bad_sd: float = 0.0
    seen: bool = True

    def restarts(
        self, rng: np.random.Generator, shape: tuple[int, ...], common: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Ranks (the least is the best) and true errors in %, of this shape.

        Args:
            common: (shape) standard normal luck that a restart has on all tasks of a joint model;
                half of the luck on this task. None: it has none.
        """
        luck = rng.standard_normal(shape)
        if common is not None:
            luck = math.sqrt(0.5) * (luck + common)
        rank = self.tie * luck + math.sqrt(1.0 - self.tie**2) * rng.standard_normal(shape)
        bad = rng.random(shape) < self.bad
        good = self.error * np.exp(self.skew * luck) if self.skew else self.error + self.sd * luck
        error = np.where(bad, self.bad_error + self.bad_sd * luck, good)
        return rank + 8.0 * (bad & self.seen), np.clip(error, 0.0, 100.0)


TASKS = {
    **{
        f"normal, sd {sd:g}, correlation {tie:g}": Task(20.0, sd, tie)
        for sd in (0.0, 0.3, 1.26, 5.0)
        for tie in (0.0, 0.5, 0.9)
    },
    **{f"skewed, correlation {tie:g}": Task(5.0, tie=tie, skew=0.6) for tie in (0.0, 0.5, 0.9)},
    **{
        f"{bad:.0%} in a bad optimum, {'seen' if seen else 'not seen'} in training": Task(
            2.0, 1.0, bad=bad, bad_error=45.0, bad_sd=3.0, seen=seen
        )
        for bad in (0.1, 0.2, 0.5, 0.8)
        for seen in (True, False)
    },
    "always 0.0": Task(0.0),
    "0.02 on average, by questions alone": Task(0.02),
    "0.2 on average, by questions alone": Task(0.2),
    "0.0, a fifth at 0.1": Task(0.0, bad=0.2, bad_error=0.1, seen=False),
    "0.0, a fifth at 1": Task(0.0, bad=0.2, bad_error=1.0, seen=False),
    "0.0, a tenth near 20, seen in training": Task(0.0, bad=0.1, bad_error=20.0, bad_sd=3.0),
}
"""Single tasks by name. An error of 20 % has a binomial standard deviation of 1.26 on 1000
questions."""

COLUMN = (
    Task(0.02), Task(9.0, 2.2, 0.3), Task(38.0, 3.0, 0.7), Task(2.5, tie=0.6, skew=0.7),
    Task(12.0, 1.5, 0.0), Task(7.5, 0.6, 0.2), Task(18.0, 1.3, 0.0), Task(10.0, 0.8, 0.5),
    Task(13.5, 1.9, 0.4), Task(12.5, 1.1, 0.5),
    Task(0.9, 0.2, 0.0), Task(0.02), Task(0.1, 0.1, 0.0), Task(1.1, 0.5, 0.3),
    Task(0.02, bad=0.3, bad_error=50.0, bad_sd=5.0),
    Task(1.0, 0.3, bad=0.2, bad_error=50.0, bad_sd=2.0, seen=False),
    Task(47.0, 2.2, 0.5), Task(10.5, 1.2, 0.3), Task(86.0, 3.0, 0.8),
    Task(0.0, bad=0.5, bad_error=15.0, bad_sd=5.0),
)  # fmt: skip
"""Twenty tasks like a column of Table 1 of S15: some solved, some not, one on the verge of 5 %, bad
optima that training shows (15, 20) and one that it does not (16)."""


def score(
    rng: np.random.Generator, errors: np.ndarray, papers: np.ndarray, questions: str
) -> tuple[np.ndarray, np.ndarray]:
    """Errors (%) on 1000 questions of ours (R, N) and the paper's (R) restarts, of true errors in
    %.

    Args:
        questions: `OWN`, `ONE_FILE` or `TWO_FILES`.
    """
    if questions == OWN:
        ours = rng.binomial(QUESTIONS, errors / 100.0)
        theirs = rng.binomial(QUESTIONS, papers / 100.0)
    else:
        files = np.sort(rng.random((2, len(errors), QUESTIONS)), axis=-1)
        pairs = zip(files[0], errors / 100.0, strict=True)
        ours = np.stack([np.searchsorted(file, error) for file, error in pairs])
        pairs = zip(files[0 if questions == ONE_FILE else 1], papers / 100.0, strict=True)
        theirs = np.array([np.searchsorted(file, error) for file, error in pairs])
    return ours * (100.0 / QUESTIONS), theirs * (100.0 / QUESTIONS)
