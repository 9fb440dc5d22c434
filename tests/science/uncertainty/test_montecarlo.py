"""Monte Carlo: the same bits for any number of threads, agreement with the law of propagation, correlations that hold."""

import math
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from quanheng.errors import BadInput
from quanheng.science.uncertainty import Input, build, propagate, simulate
from quanheng.science.uncertainty.distributions import (
    Arcsine,
    Constant,
    CurvilinearTrapezoid,
    Discrete,
    Exponential,
    Gamma,
    Normal,
    Readings,
    Rectangular,
    StudentT,
    Trapezoidal,
    Triangular,
)
from quanheng.science.uncertainty.joint import semidefinite_root
from quanheng.science.uncertainty.montecarlo import CHUNK, Cancelled

TRIALS = 100_000


def drawn(model, trials=TRIALS, seed=1):
    """The trials of the outputs of a model themselves, by the same streams: one row for each output."""
    kept = {name: np.empty(trials) for name in model.outputs}
    lock = threading.Lock()
    rows = {}

    def spy(name, function):
        def call(**values):
            out = np.broadcast_to(function(**values), max(np.size(v) for v in values.values()))
            with lock:
                rows.setdefault(name, []).append(out)
            return out

        return call

    spied = build({n: spy(n, f) for n, f in model.outputs.items()}, model.inputs)
    object.__setattr__(spied, "correlation", model.correlation)
    simulate(spied, trials=trials, seed=seed, threads=1)
    for name in kept:
        kept[name] = np.concatenate(rows[name])
    return np.array(list(kept.values()))


def many():
    """A model with every kind of input, some correlated, some read together."""
    inputs = {
        "a": Normal(1, 0.1), "b": Normal(2, 0.2, 7), "c": StudentT(3, 0.3, 5), "d": Rectangular(0, 1),
        "e": Triangular(0, 2, 0.5), "f": Trapezoidal(0, 1, 0.3), "g": Arcsine(-1, 1),
        "h": CurvilinearTrapezoid(-1, 1, 0.1), "i": Exponential(2), "j": Gamma(3, 0.5),
        "k": Discrete([1, 2], [0.25, 0.75]), "l": Constant(4.0),
        "m": Input(Readings([1.0, 1.2, 0.9, 1.1]), simultaneous="x"),
        "n": Input(Readings([2.0, 2.1, 2.2, 1.9]), simultaneous="x"),
    }  # fmt: skip
    outputs = {"y": "+".join(inputs), "z": "a*b - m*n/l"}
    return build(outputs, inputs, [("a", "b", 0.5), ("d", "e", -0.4), ("a", "d", 0.2)])


@pytest.mark.parametrize("trials", [1000, CHUNK, 3 * CHUNK + 17])
def test_one_two_and_five_threads_give_the_same_bits(trials):
    one, *others = (simulate(many(), trials=trials, seed=42, threads=n) for n in (1, 2, 5))
    for other in others:
        assert other.outputs == one.outputs
        assert other.covariance.tobytes() == one.covariance.tobytes()


def test_another_seed_gives_other_draws_and_the_seed_is_in_the_result():
    one, other = (simulate(many(), trials=1000, seed=seed).outputs["y"] for seed in (1, 2))
    assert one.y != other.y and (one.seed, other.seed, one.trials) == (1, 2, 1000)


def test_the_first_trials_do_not_depend_on_how_many_follow():
    model = build({"y": "x"}, {"x": Normal(0, 1)})
    assert (drawn(model, 2 * CHUNK)[0] == drawn(model, 3 * CHUNK)[0, : 2 * CHUNK]).all()


def test_streams_of_chunks_and_seeds_are_unlike_each_other():
    x, y = (
        drawn(build({"y": "x"}, {"x": Normal(0, 1)}), 20 * CHUNK, 1)[0],
        drawn(build({"y": "x"}, {"x": Normal(0, 1)}), 20 * CHUNK, 2)[0],
    )
    chunks = x.reshape(20, CHUNK)
    r = np.corrcoef([*chunks, *y.reshape(20, CHUNK)]) - np.eye(40)
    assert np.abs(r).max() < 5 / math.sqrt(CHUNK)


def test_intervals_are_those_of_the_sorted_trials_jcgm_101_7_7():
    model = build({"y": "x**2"}, {"x": Normal(0.5, 1)})
    for trials, p in ((1000, 0.95), (1001, 0.9), (5000, 0.5), (999, 0.99)):
        ordered = np.sort(drawn(model, trials)[0])
        q = int(p * trials + 0.5)
        r = math.ceil((trials - q) / 2)  # counted from 1
        found = simulate(model, trials=trials, seed=1, p=p).outputs["y"]
        assert found.interval == (ordered[r - 1], ordered[r - 1 + q])
        lengths = [ordered[i + q] - ordered[i] for i in range(trials - q)]
        best = int(np.argmin(lengths))
        assert found.shortest == (ordered[best], ordered[best + q])


def test_mean_and_u_are_those_of_the_trials():
    values = drawn(many())
    found = simulate(many(), trials=TRIALS, seed=1)
    for row, one in zip(values, found.outputs.values(), strict=True):
        assert (one.y, one.u) == pytest.approx((row.mean(), row.std(ddof=1)), rel=1e-12)
    assert found.covariance == pytest.approx(np.cov(values), rel=1e-10)


@pytest.mark.parametrize("r", [-1, -0.999, -0.5, 0, 0.5, 0.999, 1])
@pytest.mark.parametrize(
    "make",
    [
        lambda: (Normal(1, 0.1), Normal(2, 0.2)),
        lambda: (Rectangular(0, 1), Rectangular(0, 2)),
        lambda: (Triangular(0, 1), Triangular(3, 5)),
        lambda: (Arcsine(0, 1), Arcsine(3, 5)),
        lambda: (Trapezoidal(0, 1, 0.5), Trapezoidal(3, 5, 0.5)),
    ],
)
def test_inputs_of_one_shape_have_the_correlation_that_was_given(r, make):
    a, b = make()
    model = build({"a": "a", "b": "b"}, {"a": a, "b": b}, [("a", "b", r)])
    found = simulate(model, trials=TRIALS, seed=3)
    u = [one.u for one in found.outputs.values()]
    assert found.covariance[0, 1] / (u[0] * u[1]) == pytest.approx(
        r, abs=5 / math.sqrt(TRIALS) * (1.02 - r * r)
    )
    assert u == pytest.approx([a.u, b.u], rel=0.01)


@pytest.mark.parametrize("r", [-0.4, 0.3, 0.8])  # two skew inputs cannot be strongly opposed
@pytest.mark.parametrize(
    "other", [Rectangular(0, 1), Exponential(2), Gamma(0.8, 2), Triangular(0, 3, 2.5), Arcsine(0, 1)]
)
@pytest.mark.parametrize("one", [Normal(0, 1), Exponential(1), Rectangular(-1, 1)])
def test_inputs_of_different_shapes_keep_shape_and_correlation(r, one, other):
    values = drawn(build({"a": "a", "b": "b"}, {"a": one, "b": other}, [("a", "b", r)]), seed=9)
    assert np.corrcoef(values)[0, 1] == pytest.approx(r, abs=0.025)
    rng = np.random.default_rng(5)
    assert stats.ks_2samp(values[1], other.draw(rng, TRIALS)).pvalue > 1e-4


def test_a_correlation_that_two_shapes_cannot_have_is_refused_with_the_bounds():
    model = build({"y": "a + b"}, {"a": Exponential(1), "b": Exponential(2)}, [("a", "b", -0.8)])
    with pytest.raises(BadInput, match="cannot be so strongly correlated") as refused:
        simulate(model, seed=1)
    # Fréchet's bound for two exponentials is 1 - pi^2/6 = -0.645
    assert refused.value.problems[0].expected == "-0.645 to 1.000"


@pytest.mark.parametrize("odd", [Discrete([0, 1], [0.5, 0.5]), CurvilinearTrapezoid(0, 1, 0.1)])
def test_correlated_inputs_that_cannot_be_drawn_are_refused_not_drawn_apart(odd):
    model = build({"y": "a + b"}, {"a": Normal(0, 1), "b": odd}, [("a", "b", 0.5)])
    with pytest.raises(BadInput, match=r"inputs\.b.*cannot draw a correlated"):
        simulate(model, seed=1)
    assert propagate(model).outputs["y"].u > 0  # the law of propagation needs no shape


def test_readings_taken_together_are_a_multivariate_t_with_their_correlation():
    rows = {"a": [1.0, 1.3, 0.9, 1.1, 1.2, 1.4], "b": [2.1, 2.5, 2.0, 2.0, 2.4, 2.6]}
    model = build(
        dict(zip("ab", "ab", strict=True)), {n: Input(Readings(x), simultaneous="s") for n, x in rows.items()}
    )
    values = drawn(model)
    for name, row in zip("ab", values, strict=True):
        one = Readings(rows[name])
        assert stats.kstest((row - one.estimate) / one.u, stats.t(5).cdf).pvalue > 1e-3
    assert np.corrcoef(values)[0, 1] == pytest.approx(model.correlation[0, 1], abs=0.02)
    # a sum of theirs is again t with five degrees of freedom: one divisor, not two
    summed = Readings([x + y for x, y in zip(rows["a"], rows["b"], strict=True)])
    assert stats.kstest((values.sum(axis=0) - summed.estimate) / summed.u, stats.t(5).cdf).pvalue > 1e-3


@pytest.mark.parametrize("r", [-1, -0.3, 0, 0.99, 1])
def test_root_of_a_correlation_matrix_is_a_root_singular_or_not(r):
    matrix = np.array([[1, r, r], [r, 1, 1], [r, 1, 1]], dtype=float)
    root = semidefinite_root(matrix)
    assert root @ root.T == pytest.approx(matrix, abs=1e-9)


def test_a_model_that_is_not_defined_in_some_trials_is_refused_with_their_number():
    with pytest.raises(BadInput, match=r"model\.y.*not defined in some trials.*of 10000"):
        simulate(build({"y": "log(x)"}, {"x": Normal(1, 0.5)}), trials=10_000, seed=1)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"trials": 0}, "trials"), ({"trials": -5}, "trials"), ({"trials": 39}, "trials"), ({"trials": 10**12}, "trials"),
        ({"trials": 1e6}, "trials"), ({"seed": -1}, "seed"), ({"seed": 1.5}, "seed"), ({"p": 0}, "p"), ({"p": 1}, "p"), ({"p": 95}, "p"),
    ],
)  # fmt: skip
def test_arguments_out_of_range_are_refused_by_name(options, field):
    with pytest.raises(BadInput) as refused:
        simulate(build({"y": "x"}, {"x": Normal(0, 1)}), **{"seed": 1, **options})
    assert refused.value.problems[0].field == field


@pytest.mark.parametrize("threads", [1, 3])
def test_progress_is_told_up_to_the_end(threads):
    told = []
    simulate(build({"y": "x"}, {"x": Normal(0, 1)}), trials=5 * CHUNK + 1, seed=1, threads=threads,
             progress=lambda done, whole: told.append((done, whole)))  # fmt: skip
    done = [d for d, _ in told]
    assert done == sorted(done) and told[-1] == (5 * CHUNK + 1, 5 * CHUNK + 1) and len(told) == 6


@pytest.mark.parametrize("threads", [1, 3])
def test_a_simulation_can_be_cancelled_between_chunks(threads):
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Cancelled):
        simulate(
            build({"y": "x"}, {"x": Normal(0, 1)}),
            trials=400 * CHUNK,
            seed=1,
            threads=threads,
            cancelled=cancelled,
        )
    assert len(asked) < 20


def test_a_fault_of_a_python_model_ends_the_simulation():
    def faulty(x):
        raise ZeroDivisionError("fault of the model")

    with pytest.raises(ZeroDivisionError):
        simulate(build({"y": faulty}, {"x": Normal(0, 1)}), seed=1, threads=2)


def test_notes_warn_of_few_trials_and_of_readings_without_variance():
    notes = simulate(build({"y": "x"}, {"x": [1.0, 2.0, 3.0]}), trials=1000, seed=1).notes
    assert "no finite variance" in notes[0] and "fewer than 200000 trials" in notes[1]
    assert simulate(build({"y": "x"}, {"x": [1.0, 2.0, 3.0, 4.0]}), trials=200_000, seed=1).notes == ()


bounded = st.tuples(st.floats(-5, 5), st.floats(0.1, 9)).map(lambda t: (t[0], t[0] + t[1]))
shapes = st.one_of(
    st.tuples(st.floats(-5, 5), st.floats(0.01, 9)).map(lambda t: Normal(*t)),
    bounded.map(lambda b: Rectangular(*b)),
    bounded.map(lambda b: Triangular(*b)),
    bounded.map(lambda b: Arcsine(*b)),
    st.tuples(bounded, st.floats(0, 1)).map(lambda t: Trapezoidal(*t[0], t[1])),
    st.tuples(bounded, st.floats(0.01, 0.9)).map(lambda t: CurvilinearTrapezoid(*t[0], t[1] * (t[0][1] - t[0][0]) / 2)),
    st.floats(0.1, 9).map(Exponential),
    st.tuples(st.floats(1, 9), st.floats(0.1, 3)).map(lambda t: Gamma(*t)),
    st.floats(0.1, 0.9).map(lambda p: Discrete([0, 1], [p, 1 - p])),
)  # fmt: skip


@given(
    st.lists(st.tuples(st.floats(-3, 3), shapes), min_size=1, max_size=5),
    st.integers(0, 2**32),
    st.floats(-1, 1),
)
@settings(max_examples=60, deadline=5000)
def test_on_linear_models_monte_carlo_and_the_law_of_propagation_agree_within_four_sigma(parts, seed, r):
    inputs = {f"x{i}": shape for i, (_, shape) in enumerate(parts)}
    formula = " + ".join(f"({c!r})*{n}" for (c, _), n in zip(parts, inputs, strict=True))
    normal = [n for n, shape in inputs.items() if isinstance(shape, Normal)]
    model = build({"y": formula}, inputs, [(*normal[:2], r)] if len(normal) > 1 else ())
    guide, found = propagate(model).outputs["y"], simulate(model, trials=20_000, seed=seed).outputs["y"]
    assert found.y == pytest.approx(guide.y, abs=4.5 * guide.u / math.sqrt(20_000) + 1e-9)
    # the variance of s is (kurtosis - 1) u^2/(4 M); 9 is the kurtosis of an exponential, the most of these
    assert found.u == pytest.approx(guide.u, abs=4.5 * guide.u * math.sqrt(8 / 4 / 20_000) + 1e-7)
