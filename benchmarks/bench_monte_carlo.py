"""How long the Monte Carlo of JCGM 101 clause 9.5 takes beside straight NumPy, in one run, as a ratio.

The peer is what one writes first: whole arrays from NumPy's default generator, the model on them, mean, standard
deviation and two quantiles. Ours gives the shortest interval too, reads the model from a formula, and has the same
bits for any number of threads. Rounds are interleaved, so that both meet the same load; the least of each counts.
Run: python benchmarks/bench_monte_carlo.py [TRIALS] [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from quanheng.science.uncertainty import build, simulate
from quanheng.science.uncertainty.distributions import (
    Arcsine,
    CurvilinearTrapezoid,
    Normal,
    Rectangular,
    StudentT,
)

TARGET = 0.5
P = 0.99


def gauge_block():
    """The model and the inputs of 9.5.2, in nm."""
    return build(
        {"dl": "ls + D + d1 + d2 - ls*(dalpha*(t0 + delta) + alpha*dtheta) - 50000000"},
        {
            "ls": StudentT(50_000_623, 25, 18),
            "D": StudentT(215, 6, 24),
            "d1": StudentT(0, 4, 5),
            "d2": StudentT(0, 7, 8),
            "alpha": Rectangular(9.5e-6, 13.5e-6),
            "t0": Normal(-0.1, 0.2),
            "delta": Arcsine(-0.5, 0.5),
            "dalpha": CurvilinearTrapezoid(-1e-6, 1e-6, 0.1e-6),
            "dtheta": CurvilinearTrapezoid(-0.05, 0.05, 0.025),
        },
    )


def straight(trials: int, seed: int) -> tuple[float, float, float, float]:
    """The peer: NumPy as one writes it first."""
    rng = np.random.default_rng(seed)

    def trapezoid(half: float, d: float) -> np.ndarray:
        lower = -half - d + 2 * d * rng.random(trials)
        return lower - 2 * lower * rng.random(trials)

    ls = 50_000_623 + 25 * rng.standard_t(18, trials)
    d = 215 + 6 * rng.standard_t(24, trials) + 4 * rng.standard_t(5, trials) + 7 * rng.standard_t(8, trials)
    alpha = rng.uniform(9.5e-6, 13.5e-6, trials)
    theta = rng.normal(-0.1, 0.2, trials) + 0.5 * np.sin(2 * np.pi * rng.random(trials))
    y = ls + d - ls * (trapezoid(1e-6, 0.1e-6) * theta + alpha * trapezoid(0.05, 0.025)) - 50_000_000
    low, high = np.quantile(y, [(1 - P) / 2, (1 + P) / 2])
    return float(y.mean()), float(y.std(ddof=1)), float(low), float(high)


def timed(deed: Callable[[], object]) -> float:
    begin = time.perf_counter()
    deed()
    return time.perf_counter() - begin


def main(trials: int, rounds: int) -> int:
    model = gauge_block()
    deeds: dict[str, Callable[[], object]] = {
        "straight NumPy": lambda: straight(trials, 1),
        "ours, one thread": lambda: simulate(model, trials=trials, seed=1, p=P, threads=1),
        "ours, a thread per processor": lambda: simulate(model, trials=trials, seed=1, p=P),
    }
    times: dict[str, list[float]] = {name: [] for name in deeds}
    for number in range(rounds + 1):
        for name, deed in deeds.items():
            spent = timed(deed)
            if number:  # the first round warms up
                times[name].append(spent)
    peer = min(times["straight NumPy"])
    print(f"{trials} trials, {rounds} rounds, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, spent in times.items():
        ratio = min(spent) / peer
        print(
            f"{name:30s} least {1e3 * min(spent):7.1f} ms  median {1e3 * statistics.median(spent):7.1f} ms  ratio {ratio:5.2f}"
        )
    mine, other = simulate(model, trials=trials, seed=1, p=P).outputs["dl"], straight(trials, 1)
    print(f"ours     {mine.y:.1f}, u {mine.u:.2f}, [{mine.interval[0]:.1f}, {mine.interval[1]:.1f}]")
    print(f"straight {other[0]:.1f}, u {other[1]:.2f}, [{other[2]:.1f}, {other[3]:.1f}]")
    best = min(times["ours, a thread per processor"]) / peer
    print(f"target: at most {TARGET:g} times straight NumPy; reached {best:.2f}")
    return 0 if best <= TARGET else 1


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:3]]
    sys.exit(main(*(given + [1_000_000, 9][len(given) :])))
