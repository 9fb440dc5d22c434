"""The law of propagation: exact derivatives, correlation, degrees of freedom, second order, several outputs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanheng.errors import BadInput
from quanheng.science.uncertainty import Input, build, coverage_factor, effective_dof, propagate
from quanheng.science.uncertainty.distributions import Normal, Readings, Rectangular
from quanheng.science.uncertainty.taylor import Taylor


def only(model, **options):
    return next(iter(propagate(model, **options).outputs.values()))


# formula, and its derivative by x worked out on paper
DERIVATIVES = [
    ("sqrt(x)", lambda x: 0.5 / math.sqrt(x)),
    ("exp(2*x)", lambda x: 2 * math.exp(2 * x)),
    ("log(x)", lambda x: 1 / x),
    ("log10(x)", lambda x: 1 / x / math.log(10)),
    ("sin(x)*cos(x)", lambda x: math.cos(2 * x)),
    ("tan(x)", lambda x: 1 / math.cos(x) ** 2),
    ("asin(x)", lambda x: 1 / math.sqrt(1 - x * x)),
    ("acos(x)", lambda x: -1 / math.sqrt(1 - x * x)),
    ("atan(x)", lambda x: 1 / (1 + x * x)),
    ("atan2(x, 3)", lambda x: 3 / (9 + x * x)),
    ("atan2(3, x)", lambda x: -3 / (9 + x * x)),
    ("atan2(x, 0.1)", lambda x: 0.1 / (0.01 + x * x)),
    ("sinh(x)", math.cosh),
    ("cosh(x)", math.sinh),
    ("tanh(x)", lambda x: 1 / math.cosh(x) ** 2),
    ("abs(-x)", lambda x: 1.0),
    ("x**3", lambda x: 3 * x * x),
    ("x**-2", lambda x: -2 * x**-3),
    ("x**2.5", lambda x: 2.5 * x**1.5),
    ("x**x", lambda x: x**x * (math.log(x) + 1)),
    ("2**x", lambda x: 2**x * math.log(2)),
    ("(1 + x)/(1 - x)", lambda x: 2 / (1 - x) ** 2),
    ("1 - 2/x", lambda x: 2 / x**2),
    ("4", lambda x: 0.0),
]


@pytest.mark.parametrize(("text", "derivative"), DERIVATIVES, ids=[text for text, _ in DERIVATIVES])
def test_sensitivity_coefficients_are_the_derivatives_on_paper(text, derivative):
    found = only(build({"y": text}, {"x": Normal(0.6, 0.01)}))
    assert found.contributions["x"].c == pytest.approx(derivative(0.6), rel=1e-14)


# formula, and its first, second and third derivatives at 0.6
HIGHER = [
    ("sqrt(x)", lambda x: (0.5 * x**-0.5, -0.25 * x**-1.5, 0.375 * x**-2.5)),
    ("log(x)", lambda x: (1 / x, -1 / x**2, 2 / x**3)),
    ("log10(x)", lambda x: tuple(d / math.log(10) for d in (1 / x, -1 / x**2, 2 / x**3))),
    ("exp(x)", lambda x: (math.exp(x),) * 3),
    ("sin(x)", lambda x: (math.cos(x), -math.sin(x), -math.cos(x))),
    ("cos(x)", lambda x: (-math.sin(x), -math.cos(x), math.sin(x))),
    ("atan(x)", lambda x: (1 / (1 + x * x), -2 * x / (1 + x * x) ** 2, (6 * x * x - 2) / (1 + x * x) ** 3)),
    ("asin(x)", lambda x: ((1 - x * x) ** -0.5, x * (1 - x * x) ** -1.5, (1 + 2 * x * x) * (1 - x * x) ** -2.5)),
    ("1/x", lambda x: (-(x**-2), 2 * x**-3, -6 * x**-4)),
    ("x**4", lambda x: (4 * x**3, 12 * x**2, 24 * x)),
    ("x**1.5", lambda x: (1.5 * x**0.5, 0.75 * x**-0.5, -0.375 * x**-1.5)),
    ("sinh(x)", lambda x: (math.cosh(x), math.sinh(x), math.cosh(x))),
    ("tanh(x)", lambda x: (1 - math.tanh(x) ** 2, -2 * math.tanh(x) * (1 - math.tanh(x) ** 2),
                           (1 - math.tanh(x) ** 2) * (6 * math.tanh(x) ** 2 - 2))),
    ("tan(x)", lambda x: (1 + math.tan(x) ** 2, 2 * math.tan(x) * (1 + math.tan(x) ** 2),
                          2 * (1 + math.tan(x) ** 2) * (1 + 3 * math.tan(x) ** 2))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "derivatives"), HIGHER, ids=[text for text, _ in HIGHER])
def test_second_order_is_the_note_of_5_1_2_with_derivatives_on_paper(text, derivatives):
    u = 0.01
    f1, f2, f3 = derivatives(0.6)
    expected = f1**2 * u**2 + (f2**2 / 2 + f1 * f3) * u**4
    assert only(build({"y": text}, {"x": Normal(0.6, u)})).second_order == pytest.approx(
        math.sqrt(expected), rel=1e-13
    )


def test_second_order_of_two_inputs_is_the_note_of_5_1_2_term_by_term():
    # f = x^2 y^3 at (2, 3): f_xy = 6xy^2 = 108, f_x = 108, f_xyy = 12xy = 72, f_y = 108, f_yxx = 6y^2 = 54
    ux, uy = 0.1, 0.2
    terms = only(build({"f": "x**2*y**3"}, {"x": Normal(2, ux), "y": Normal(3, uy)})).second_order_terms
    assert terms["x", "y"] == pytest.approx((108**2 + 108 * 72 + 108 * 54) * ux**2 * uy**2)
    assert terms["x", "x"] == pytest.approx(0.5 * 54**2 * ux**4)  # f_xx = 2y^3 = 54, f_xxx = 0
    assert terms["y", "y"] == pytest.approx(
        (0.5 * 72**2 + 108 * 24) * uy**4
    )  # f_yy = 6x^2y = 72, f_yyy = 6x^2 = 24


def test_second_order_is_exact_for_a_product_of_correlated_normals():
    # Isserlis: var(xy) = a^2 v^2 + b^2 u^2 + 2 a b r u v + u^2 v^2 (1 + r^2)
    a, b, u, v, r = 3.0, -2.0, 0.4, 0.7, -0.6
    found = only(build({"p": "x*y"}, {"x": Normal(a, u), "y": Normal(b, v)}, [("x", "y", r)]))
    variance = a * a * v * v + b * b * u * u + 2 * a * b * r * u * v + u * u * v * v * (1 + r * r)
    assert found.second_order == pytest.approx(math.sqrt(variance), rel=1e-12)


@pytest.mark.parametrize("r", [-1, -0.5, 0, 0.5, 1])
def test_correlation_from_minus_one_to_one_adds_linearly_at_the_ends(r):
    model = build({"s": "a + b", "d": "a - b"}, {"a": Normal(1, 3), "b": Normal(2, 4)}, [("a", "b", r)])
    found = propagate(model)
    assert found.outputs["s"].u == pytest.approx(math.sqrt(25 + 24 * r), abs=1e-7)
    assert found.outputs["d"].u == pytest.approx(math.sqrt(25 - 24 * r), abs=1e-7)
    assert found.covariance[0, 1] == pytest.approx(9 - 16)


def test_shares_sum_to_one_with_and_without_correlation():
    for r in (0, 0.7, -0.7):
        model = build(
            {"y": "a + 2*b - c"}, {"a": Normal(1, 3), "b": Normal(2, 4), "c": Normal(0, 1)}, [("a", "b", r)]
        )
        assert math.fsum(line.share for line in only(model).contributions.values()) == pytest.approx(1)


def test_share_without_correlation_is_the_square_of_its_part():
    lines = only(build({"y": "a - b"}, {"a": Normal(1, 3), "b": Normal(2, 4)})).contributions
    assert (lines["a"].share, lines["b"].share) == pytest.approx((9 / 25, 16 / 25))
    assert (lines["a"].cu, lines["b"].cu) == (3, -4)


def test_degrees_of_freedom_of_independent_inputs_are_welch_satterthwaite():
    model = build({"y": "2*a - b + c"}, {"a": Normal(1, 3, 4), "b": Normal(2, 4, 9), "c": Normal(0, 1)})
    assert only(model).veff == pytest.approx(effective_dof([6, 4, 1], [4, 9, math.inf]))


def test_inputs_read_together_share_their_degrees_of_freedom():
    a, b = [1.0, 2.0, 4.0, 5.0], [3.0, 3.5, 3.0, 5.0]
    inputs = {"a": Input(Readings(a), simultaneous="day 1"), "b": Input(Readings(b), simultaneous="day 1")}
    together = only(build({"y": "a + b"}, inputs))
    summed = only(
        build({"y": "s"}, {"s": [x + y for x, y in zip(a, b, strict=True)]})
    )  # the same readings, added
    assert (together.y, together.u, together.veff) == pytest.approx((summed.y, summed.u, 3))
    apart = only(build({"y": "a + b"}, {"a": a, "b": b}))
    assert apart.veff > 3


def test_groups_are_apart_from_each_other():
    rows = {"a": [1.0, 2, 4], "b": [2.0, 2, 5], "c": [7.0, 7, 9], "d": [1.0, 0, 1]}
    inputs = {n: Input(Readings(x), simultaneous="1" if n in "ab" else "2") for n, x in rows.items()}
    model = build({"y": "a + b + c + d"}, inputs)
    assert model.correlation[0, 2] == model.correlation[1, 3] == 0
    first, second = Readings([3.0, 4, 9]).u, Readings([8.0, 7, 10]).u
    assert only(model).veff == pytest.approx(effective_dof([first, second], 2))


def test_equal_errors_of_one_known_correlation_have_the_sum_of_their_degrees_of_freedom():
    # r = 1, equal u: u_c = s_a + s_b, and its relative variance is half that of one s: nu doubles
    model = build({"y": "a + b"}, {"a": Normal(0, 1, 5), "b": Normal(0, 1, 5)}, [("a", "b", 1)])
    assert only(model).veff == pytest.approx(10)


def test_k_comes_from_untruncated_degrees_of_freedom_unless_asked_otherwise():
    model = build({"y": "a + b"}, {"a": Normal(0, 3, 4), "b": Normal(0, 4, 9)})
    found, truncated = only(model), only(model, truncate_dof=True)
    assert found.veff == truncated.veff == pytest.approx(625 / (81 / 4 + 256 / 9))
    assert found.k == coverage_factor(found.veff, truncate=False)
    assert truncated.k == coverage_factor(12)
    assert found.k < truncated.k and truncated.k * truncated.u == truncated.U


def test_infinite_degrees_of_freedom_give_the_normal_factor():
    assert only(build({"y": "a"}, {"a": Normal(0, 1)})).k == pytest.approx(1.959964, abs=1e-6)
    assert only(build({"y": "a"}, {"a": Normal(0, 1)}), p=0.9545).k == pytest.approx(2, abs=1e-4)


def test_below_one_degree_of_freedom_there_is_no_k():
    found = only(build({"y": "a"}, {"a": Normal(0, 1, 0.5)}))
    assert found.veff == pytest.approx(0.5) and found.k is None and found.U is None


def test_constants_have_a_sensitivity_and_no_share():
    lines = only(build({"y": "c*a**n"}, {"a": Normal(3, 0.1), "c": 5.0, "n": 2.0})).contributions
    assert lines["c"].c == pytest.approx(9) and lines["n"].c == pytest.approx(45 * math.log(3))
    assert lines["c"].u == lines["c"].cu == lines["c"].share == 0


def test_a_sensitivity_to_a_constant_that_does_not_exist_is_left_open():
    lines = only(build({"y": "a**n"}, {"a": Normal(-3, 0.1), "n": 2.0})).contributions
    assert lines["a"].c == pytest.approx(-6) and lines["n"].c is None


@pytest.mark.parametrize(
    ("text", "x"), [("log(x)", 0), ("sqrt(x)", -1), ("1/x", 0), ("x**0.5", -2), ("exp(1000*x)", 5)]
)
def test_a_model_that_is_not_defined_at_the_estimates_is_refused(text, x):
    with pytest.raises(BadInput, match=r"model\.y.*not defined at the estimates"):
        propagate(build({"y": text}, {"x": Normal(x, 1)}))


@pytest.mark.parametrize("text", ["sqrt(x)", "abs(x)", "x**0.5"])
def test_a_model_without_derivative_at_the_estimates_is_refused(text):
    with pytest.raises(BadInput, match="no derivative"):
        propagate(build({"y": text}, {"x": Normal(0, 1)}))


def test_no_derivative_is_asked_for_where_the_input_is_certain():
    found = only(build({"y": "abs(x) + z"}, {"x": Normal(0, 0), "z": Normal(1, 2)}))
    assert found.u == 2 and found.contributions["x"].c is None


def test_third_derivatives_that_do_not_exist_leave_the_second_order_open():
    assert only(build({"y": "x**2.5"}, {"x": Normal(0, 1)})).second_order is None


def test_python_functions_with_numpy_have_the_derivatives_of_the_formula():
    inputs = {"a": Normal(1.2, 0.1), "b": Normal(0.3, 0.2)}

    def model(a, b):
        return 2 * np.exp(-b) * np.sqrt(a) - np.sin(b) / (1 + np.square(a)) + np.float64(3) * np.arctan2(b, a)

    function = only(build({"y": model}, inputs))
    formula = only(build({"y": "2*exp(-b)*sqrt(a) - sin(b)/(1 + a**2) + 3*atan2(b, a)"}, inputs))
    assert (function.y, function.u, function.second_order) == pytest.approx(
        (formula.y, formula.u, formula.second_order)
    )


def test_python_functions_that_know_only_numbers_are_differenced():
    inputs = {"a": Normal(1.2, 0.1), "b": Normal(0.3, 0.2)}
    function = only(build({"y": lambda a, b: math.exp(-b) * math.sqrt(a)}, inputs))
    formula = only(build({"y": "exp(-b)*sqrt(a)"}, inputs))
    assert function.u == pytest.approx(formula.u, rel=1e-8)
    assert function.second_order is None


def test_numbers_before_a_taylor_number_find_its_operators():
    x = Taylor(np.array([2.0]), np.array([1.0]))
    for found, slope in (
        (np.float64(3) - x, -1),
        (np.float64(3) / x, -0.75),
        (np.float64(3) ** x, 9 * math.log(3)),
        (3 + x, 1),
    ):
        assert float(found.c1[0]) == pytest.approx(slope)


@pytest.mark.parametrize(
    ("correlations", "said"),
    [
        ([("a", "b", 1.1)], "out of range"),
        ([("a", "b", math.nan)], "not a finite number"),
        ([("a", "b", 0.5), ("b", "a", 0.4)], "stands twice"),
        ([("a", "a", 0.5)], "with itself"),
        ([("a", "z", 0.5)], "no such input"),
        ([("a", "k", 0.5)], "constant"),
        ([("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)], "positive semidefinite"),
        ([("r1", "r2", 0.5)], "their readings give it"),
    ],
)
def test_correlations_that_cannot_be_are_refused(correlations, said):
    inputs = {"a": Normal(0, 1), "b": Normal(0, 1), "c": Rectangular(0, 1), "k": 2.0}
    inputs |= {n: Input(Readings(x), simultaneous="g") for n, x in {"r1": [1, 2, 4], "r2": [1, 1, 3]}.items()}
    with pytest.raises(BadInput, match=said) as refused:
        build({"y": "a + b"}, inputs, correlations)
    assert refused.value.problems[0].field.startswith("correlations")


def test_a_singular_matrix_of_correlations_is_taken():
    ones = [("a", "b", 1), ("b", "c", 1), ("a", "c", 1)]
    assert only(build({"y": "a + b + c"}, {n: Normal(0, 1) for n in "abc"}, ones)).u == pytest.approx(3)


def test_readings_of_a_group_that_differ_in_number_are_refused():
    inputs = {n: Input(Readings(x), simultaneous="g") for n, x in {"a": [1, 2, 4], "b": [1, 2]}.items()}
    with pytest.raises(BadInput, match=r"inputs\.b\.readings.*differ in number"):
        build({"y": "a + b"}, inputs)


u = st.floats(1e-3, 1e3)


@given(st.lists(st.tuples(st.floats(-9, 9), u), min_size=1, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=2000)
def test_linear_models_have_the_covariance_of_matrix_algebra(parts, random):
    names = [f"x{i}" for i in range(len(parts))]
    root = np.array([[random.uniform(-1, 1) for _ in names] for _ in names])
    matrix = root @ root.T + 0.1 * np.eye(len(names))
    scale = np.sqrt(np.diag(matrix))
    r = matrix / np.outer(scale, scale)
    pairs = [(names[i], names[j], r[i, j]) for i in range(len(names)) for j in range(i)]
    c, sizes = np.array([p[0] for p in parts]), np.array([p[1] for p in parts])
    formula = " + ".join(f"({ci!r})*{n}" for ci, n in zip(c.tolist(), names, strict=True))
    found = propagate(
        build({"y": formula}, {n: Normal(1, s) for n, s in zip(names, sizes.tolist(), strict=True)}, pairs)
    )
    assert found.covariance[0, 0] == pytest.approx((c * sizes) @ r @ (c * sizes), rel=1e-9, abs=1e-12)


def test_a_model_of_constants_has_no_uncertainty():
    found = only(build({"y": "2*c"}, {"c": 3.0}))
    assert (found.y, found.u, found.U, found.veff, found.second_order) == (6, 0, 0, math.inf, 0)


def test_two_hundred_inputs_are_propagated_and_beyond_the_second_order_is_left_open():
    for n in (30, 201):
        inputs = {f"x{i}": Normal(1, 0.1) for i in range(n)}
        found = only(build({"y": " + ".join(inputs)}, inputs))
        assert found.u == pytest.approx(0.1 * math.sqrt(n))
        assert (found.second_order is None) == (n > 200)
