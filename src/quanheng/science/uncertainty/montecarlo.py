"""Propagation of distributions by Monte Carlo: draws in, the whole distribution of each output out.

The trials are cut into chunks, and each chunk has a random stream of its own, keyed by seed and number of the chunk:
the bits of a result depend on model, seed and trials, never on how many threads shared the work.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from quanheng.errors import BadInput, QuanhengError
from quanheng.science.uncertainty.joint import Plan, plan
from quanheng.science.uncertainty.model import Array, Model

# Trials: a chunk's inputs lie in the processor's own memory (benchmarks/bench_monte_carlo.py). Part of the result.
CHUNK = 16_384
BLOCK = 65_536  # trials, for sums
MOST_VALUES = 200_000_000  # trials times outputs: 1.6 GB
MOST_THREADS = 64


class Cancelled(QuanhengError):
    """Whoever waited for a simulation asked for its end."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """An output: mean y and standard deviation u of its trials, the two coverage intervals, trials, seed.

    interval: probabilistically symmetric; shortest: the shortest that holds the coverage probability.
    """

    y: float
    u: float
    interval: tuple[float, float]
    shortest: tuple[float, float]
    trials: int
    seed: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """All outputs, their covariance matrix, and what the reader should know (``notes``)."""

    outputs: Mapping[str, Simulated]
    covariance: Array
    p: float
    notes: tuple[str, ...]


def simulate(
    model: Model,
    *,
    trials: int = 1_000_000,
    seed: int,
    p: float = 0.95,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Simulation:
    """Propagate the distributions of a model's inputs to its outputs.

    Parameters
    ----------
    model : see ``model.build``
    trials : number of draws M; (1 - p) M must be at least 2
    seed : whole number >= 0; it is in the result
    p : coverage probability of the intervals, 0 < p < 1
    threads : how many share the work, by default one for each processor; the result does not depend on it
    progress : called with trials done and trials in all, after each chunk, in the caller's thread
    cancelled : asked before each chunk; True ends the simulation

    Returns
    -------
    Simulation. Memory: 8 bytes for each trial of each output, and a little for each thread

    Raises
    ------
    BadInput : arguments out of range; a model that is not defined in some trials; correlations that cannot be drawn
    Cancelled : asked for by ``cancelled``

    Notes
    -----
    Readings, and normals with degrees of freedom, are drawn from scaled and shifted t distributions. Intervals are
    those of the discrete representation: with q = pM (rounded) and r = (M - q)/2 (rounded up), the symmetric one is
    [y_(r), y_(r+q)]; the shortest is [y_(r*), y_(r*+q)] with the least length over all r.

    References
    ----------
    JCGM 101:2008, 5.9, 6.4, 7.2–7.7, C.2; JJF 1059.2-2012
    """
    _check(trials, seed, p, len(model.outputs))
    draws = plan(model)
    values = np.empty((len(model.outputs), trials))
    todo = -(-trials // CHUNK)

    def work(chunk: int) -> int:
        if cancelled is not None and cancelled():
            raise Cancelled("the simulation was cancelled")
        part = values[:, chunk * CHUNK : (chunk + 1) * CHUNK]
        _fill(model, draws, seed, chunk, part)
        return int(part.shape[1])

    _carry_out(work, todo, trials, threads, progress)
    _defined(model, values)
    with np.errstate(all="ignore"):
        means = values.mean(axis=1)
        covariance = _covariance(values, means)
    _settled(model, covariance)
    outputs = {
        name: _summary(values[i], float(means[i]), math.sqrt(covariance[i, i]), trials, seed, p)
        for i, name in enumerate(model.outputs)
    }
    return Simulation(outputs, covariance, p, tuple(_notes(model, trials, p)))


def _check(trials: int, seed: int, p: float, outputs: int) -> None:
    if not 0 < p < 1:
        raise BadInput("coverage probability out of range", field="p", found=str(p), expected="0 < p < 1")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise BadInput("a seed is a whole number", field="seed", found=str(seed), expected=">= 0")
    least = math.ceil(2 / (1 - p))
    if isinstance(trials, bool) or not isinstance(trials, int) or trials < least:
        raise BadInput("too few trials", field="trials", found=str(trials), expected=f"at least {least}")
    if trials * outputs > MOST_VALUES:
        raise BadInput(
            "too many trials", field="trials", found=str(trials), expected=f"<= {MOST_VALUES // outputs}"
        )


def _fill(model: Model, draws: Plan, seed: int, chunk: int, part: Array) -> None:
    stream = np.random.SeedSequence(seed, spawn_key=(chunk,))
    drawn = draws.draw(np.random.Generator(np.random.SFC64(stream)), part.shape[1])
    with np.errstate(all="ignore"):
        for i, function in enumerate(model.outputs.values()):
            part[i] = function(**drawn)


def _carry_out(
    work: Callable[[int], int],
    todo: int,
    trials: int,
    threads: int | None,
    progress: Callable[[int, int], None] | None,
) -> None:
    number = max(1, min(threads or _processors(), MOST_THREADS, todo))
    done = 0
    if number == 1:
        for chunk in range(todo):
            done += work(chunk)
            if progress is not None:
                progress(done, trials)
        return
    ended = threading.Event()

    def guarded(chunk: int) -> int:
        if ended.is_set():
            return 0
        try:
            return work(chunk)
        except BaseException:
            ended.set()  # nothing more is begun
            raise

    with ThreadPoolExecutor(number) as pool:
        waiting = [pool.submit(guarded, chunk) for chunk in range(todo)]
        try:
            for finished in as_completed(waiting):
                done += finished.result()
                if progress is not None:
                    progress(done, trials)
        finally:  # also where ``progress`` itself failed
            ended.set()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _defined(model: Model, values: Array) -> None:
    for name, row in zip(model.outputs, values, strict=True):
        wrong = int(row.size - np.count_nonzero(np.isfinite(row)))
        if wrong:
            raise BadInput(
                "the model is not defined in some trials",
                field=f"model.{name}",
                found=f"{wrong} of {row.size}",
                remedy="an input reaches values that the model does not take; the law of propagation (--method lpu) "
                "looks at the estimates only",
            )


def _covariance(values: Array, means: Array) -> Array:
    """Sample covariance matrix, block by block: no second copy of the trials, and one order of summing."""
    n, trials = values.shape
    found = np.zeros((n, n))
    for start in range(0, trials, BLOCK):
        part = values[:, start : start + BLOCK] - means[:, None]
        for i in range(n):
            for j in range(i + 1):
                found[i, j] += float((part[i] * part[j]).sum())
    lower: Array = found / (trials - 1)
    return np.tril(lower) + np.tril(lower, -1).T


def _settled(model: Model, covariance: Array) -> None:
    for i, name in enumerate(model.outputs):
        if not np.isfinite(covariance[i]).all():
            raise BadInput(
                "too large values", field=f"model.{name}", found="an infinite variance of the trials"
            )


def _summary(row: Array, y: float, u: float, trials: int, seed: int, p: float) -> Simulated:
    q = math.floor(p * trials + 0.5)
    r = (trials - q + 1) // 2
    _sort_tails(row, trials - q)
    lengths = row[q:] - row[: trials - q]
    least = int(np.argmin(lengths))
    return Simulated(
        y, u,
        (float(row[r - 1]), float(row[r - 1 + q])),
        (float(row[least]), float(row[least + q])),
        trials, seed,
    )  # fmt: skip


def _sort_tails(row: Array, size: int) -> None:
    """Sort the least and the greatest ``size`` values into their places: no interval looks at what is between."""
    if 3 * size >= row.size:
        row.sort()
        return
    row.partition([size, row.size - size])
    row[:size].sort()
    row[-size:].sort()


def _notes(model: Model, trials: int, p: float) -> list[str]:
    notes = []
    wide = [n for n, dof in zip(model.names, model.freedoms, strict=True) if dof <= 2]
    if wide:
        notes.append(
            f"the t distribution of {', '.join(wide)} has no finite variance (2 degrees of freedom or fewer): "
            "u of Monte Carlo does not settle, its intervals do (JCGM 101:2008, 6.4.9.4)"
        )
    if trials < 1e4 / (1 - p):
        notes.append(
            f"fewer than {1e4 / (1 - p):.0f} trials: the intervals have less than two digits (JCGM 101:2008, 7.2.2)"
        )
    return notes
