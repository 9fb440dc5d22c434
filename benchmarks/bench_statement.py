"""What a plant-year costs: stating it, walking a tonne back, and telling what falls with a certificate.

One source of four hourly quantities (8 760 h), 12 instruments one after the other, 30 certificates. The peer is the
same arithmetic written straight in NumPy over arrays that lie in memory: mass, corrections, and a total whose
calibration errors are common; it reads no lake, judges no coverage and records nothing. All in one run, as ratios.
Run: python benchmarks/bench_statement.py [ROUNDS]; with --profile it prints where the time of each goes.
"""

from __future__ import annotations

import cProfile
import datetime as dt
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

os.environ.setdefault("QUANHENG_HOME", tempfile.mkdtemp(prefix="quanheng-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanheng.web.settings")

import django

django.setup()

import numpy as np
from django.core.management import call_command

from quanheng.apps.carbon import actions as carbon
from quanheng.apps.carbon.chain.chain import chain
from quanheng.apps.carbon.restatement import effects
from quanheng.apps.laboratory import actions as laboratory
from quanheng.apps.laboratory import queries as certificates
from quanheng.apps.monitoring import actions as monitoring
from quanheng.apps.parties import actions as parties
from quanheng.apps.records.action import SYSTEM
from quanheng.apps.records.uploads import Upload

HOURS, YEAR, ZONE = 8760, 2025, dt.timezone(dt.timedelta(hours=8))
START = dt.datetime(YEAR, 1, 1, tzinfo=ZONE)
TARGETS = {"statement": 0.5, "chain": 0.05, "effect": 1.0}  # seconds
# point: quantity, unit, level, spread, range of the certificates
POINTS: dict[str, tuple[str, str, float, float, tuple[str, str]]] = {
    "C": ("co2_concentration", "%", 12.0, 1.0, ("5", "20")),
    "Q": ("flow", "m3/h", 1.5e6, 1e5, ("500000", "3000000")),
    "T": ("temperature", "degC", 60.0, 4.0, ("0", "120")),
    "P": ("pressure", "kPa", 100.0, 0.5, ("80", "110")),
}
PER_POINT = (8, 8, 7, 7)  # 30 certificates


def plant() -> dict[str, np.ndarray[Any, Any]]:
    """Enter everything through the acts; gives the readings."""
    for code, kind in (("BUR", "bureau"), ("LAB", "centre"), ("PLANT", "enterprise")):
        more = {} if code == "BUR" else {"authority": "BUR"}
        parties.register_organisation(SYSTEM, code=code, name=code, kind=kind, **more)
    monitoring.register_site(SYSTEM, owner="PLANT", code="S1", name="S1")
    rng = np.random.default_rng(20250101)
    values = {}
    for n, (code, (quantity, unit, level, spread, span)) in enumerate(POINTS.items()):
        monitoring.register_point(SYSTEM, site="S1", code=code, name=code, quantity=quantity)
        values[code] = np.round(rng.normal(level, spread, HOURS), 3)
        for k in range(3):
            _instrument(code, k, quantity, unit)
        for k in range(PER_POINT[n]):
            _certificate(code, k, PER_POINT[n], unit, span)
    carbon.register_source(
        SYSTEM, site="S1", code="K1", name="K1", form="concentration", basis="wet",
        points={"concentration": "C", "flow": "Q", "temperature": "T", "pressure": "P"},
    )  # fmt: skip
    _readings(values)
    return values


def _instrument(point: str, k: int, quantity: str, unit: str) -> None:
    code = f"{point}{k}"
    laboratory.register_instrument(
        SYSTEM, owner="PLANT", code=code, name=code, maker="M", model="M", serial=code, quantity=quantity,
        unit=unit, repeatability=Decimal("0.5"),
    )  # fmt: skip
    first, last = (START + dt.timedelta(hours=HOURS // 3 * n) for n in (k, k + 1))
    monitoring.install(
        SYSTEM, site="S1", point=point, instrument=code,
        valid_from=first, valid_to=last if k < 2 else None,
    )  # fmt: skip


def _certificate(point: str, k: int, of: int, unit: str, span: tuple[str, str]) -> None:
    """Certificates one after the other; each instrument holds those that fall into its third of the year."""
    first = (START + dt.timedelta(hours=HOURS * k // of)).date()
    low, high = Decimal(span[0]), Decimal(span[1])
    points = [
        {"nominal": str(low + (high - low) * i / 4), "error": str(high / 2000), "U": str(high / 500)}
        for i in range(5)
    ]
    laboratory.enter_certificate(
        SYSTEM, issuer="LAB", number=f"{point}-{k}", kind="calibration", owner="PLANT",
        instrument=f"{point}{k * 3 // of}", issued_on=first, valid_from=first,
        valid_until=first + dt.timedelta(days=70), unit=unit, basis="absolute", points=points,
        range_low=low, range_high=high,
    )  # fmt: skip


def _readings(values: dict[str, np.ndarray[Any, Any]]) -> None:
    path = Path(tempfile.mkdtemp()) / "year.csv"
    lines = ["time,C [%],Q [m3/h],T [degC],P [kPa]"]
    for h in range(HOURS):
        at = (START + dt.timedelta(hours=h)).strftime("%Y-%m-%d %H:%M")
        lines.append(",".join([at, *(str(values[code][h]) for code in POINTS)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    monitoring.take_in(SYSTEM, site="S1", file=Upload.local(path))


def straight(values: dict[str, np.ndarray[Any, Any]]) -> tuple[float, float]:
    """The peer: the same sum and its uncertainty with NumPy alone; eight stretches of each input are one error each."""
    c, q, t, p = (values[code] for code in POINTS)
    mass = c / 100 * q * 273.15 / (273.15 + t) * p / 101.325 * 44.0095 / 22.414
    variance = 0.0
    effects_of = (mass / c, mass / q, -mass / (273.15 + t), mass / p)
    for (_, _, _, _, span), of, sensitivity, x in zip(
        POINTS.values(), PER_POINT, effects_of, (c, q, t, p), strict=True
    ):
        u = float(span[1]) / 1000
        for part in np.array_split(sensitivity, of):
            variance += float((part * u).sum()) ** 2
        variance += float(((sensitivity * 0.005 * x) ** 2).sum())
    return float(mass.sum()) / 1000, 2 * variance**0.5 / 1000


def timed(work: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """The median time of a round by the clock and on the processor, in seconds: they part on a busy machine."""
    took, spent = [], []
    for _ in range(rounds):
        started, busy = time.perf_counter(), time.process_time()
        work()
        took.append(time.perf_counter() - started)
        spent.append(time.process_time() - busy)
    return statistics.median(took), statistics.median(spent)


def main(rounds: int, profiled: bool) -> int:
    call_command("migrate", verbosity=0)
    values = plant()
    statement = carbon.state(SYSTEM, site="S1", year=YEAR)
    hours = [START + dt.timedelta(hours=int(h)) for h in np.linspace(5, HOURS - 5, rounds)]
    fallen = str(certificates.certificate_named("LAB/C-3").pk)
    todo = iter(hours * 2)
    works: dict[str, Callable[[], Any]] = {
        "statement": lambda: carbon.state(SYSTEM, site="S1", year=YEAR),
        "chain": lambda: chain(statement, next(todo)),
        "effect": lambda: effects.effect_of(SYSTEM, "certificate", fallen),
    }
    peer, _busy = timed(lambda: straight(values), 20)
    tonnes, U = straight(values)
    print(f"peer, straight NumPy: {peer * 1e3:.2f} ms ({tonnes:.0f} ± {U:.0f} t; ours {statement.value:.0f})")
    missed = []
    for name, work in works.items():
        if profiled:
            work()
            _profile(name, work)
        took, spent = timed(work, rounds)
        verdict = "ok" if took < TARGETS[name] else "MISSED"
        print(
            f"{name:>10}: {took:.3f} s ({spent:.3f} s of processor), target {TARGETS[name]} s, "
            f"{took / peer:.0f} x peer: {verdict}"
        )
        missed += [name] if verdict != "ok" else []
    return 1 if missed else 0


def _profile(name: str, work: Callable[[], Any]) -> None:
    spy = cProfile.Profile()
    spy.enable()
    work()
    spy.disable()
    print(f"---- {name}")
    pstats.Stats(spy).sort_stats("cumtime").print_stats(45)


if __name__ == "__main__":
    numbers = [int(a) for a in sys.argv[1:] if a.isdigit()]
    sys.exit(main(numbers[0] if numbers else 5, "--profile" in sys.argv))
