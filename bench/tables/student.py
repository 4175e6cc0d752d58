"""Student's t distribution, for arrays and fractional degrees of freedom, and the normal one."""

from __future__ import annotations

import math

import numpy as np

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_ODDS = 0.975


def cdf(t: np.ndarray | float, df: np.ndarray | float) -> np.ndarray:
    """P(T <= t), by Gauss-Legendre: with t = sqrt(df) tan(a) the density becomes cos(a)^(df - 1).

    Args:
        t: any shape.
        df: degrees of freedom, at least 1, of a shape that broadcasts with ``t``.
    """
    t, df = np.broadcast_arrays(np.asarray(t, float), np.asarray(df, float))
    # beyond 40 standard deviations of a normal the integrand is 0: nodes there would be wasted
    angle = np.minimum(np.arctan(np.abs(t) / np.sqrt(df)), 40.0 / np.sqrt(df))
    nodes = 0.5 * angle[..., None] * (_NODES + 1.0)
    area = 0.5 * angle * (np.cos(nodes) ** (df[..., None] - 1.0) @ _WEIGHTS)
    return 0.5 + np.sign(t) * np.minimum(_scale(df) * area, 0.5)


def normal_cdf(z: np.ndarray | float) -> np.ndarray:
    """P(Z <= z) of the standard normal distribution, any shape."""
    erf = np.vectorize(math.erf, otypes=[float])
    return 0.5 + 0.5 * erf(np.asarray(z, float) / math.sqrt(2.0))


def limit(df: np.ndarray | float) -> np.ndarray:
    """The t that 95 % of the distribution lie within, on both sides of 0 (1.96 for a normal one).

    Args:
        df: degrees of freedom, at least 1, any shape; the result has it too.
    """
    df = np.asarray(df, float)
    # the distribution function is concave above 0, so Newton's steps from below never overshoot
    t = np.full(df.shape, 1.9)
    for _ in range(12):
        density = _scale(df) / np.sqrt(df) * (1.0 + t * t / df) ** (-0.5 * (df + 1.0))
        t = t + (_ODDS - cdf(t, df)) / density
    return t


def _scale(df: np.ndarray) -> np.ndarray:
    """Gamma((df + 1) / 2) / (sqrt(pi) Gamma(df / 2))."""
    log = np.vectorize(math.lgamma, otypes=[float])
    return np.exp(log(0.5 * (df + 1.0)) - log(0.5 * df)) / math.sqrt(math.pi)
