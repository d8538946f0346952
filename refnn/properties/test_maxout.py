"""Laws of maxout: what every implementation obeys, ours and yours."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import EXACT, FLOATS, exact_arrays


@st.composite
def units(draw, dtype=np.float64, distinct=False):
    """Pre-activations of n samples and m units of k lines, shape (n, m * k), and k."""
    n, m, k = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    z = draw(exact_arrays((n, m * k), dtype))
    if distinct:  # no two lines of a unit closer than 1/8: away from the kinks
        z = (z.reshape(n, m, k).argsort(axis=-1).argsort(axis=-1) / 8 + draw(EXACT)).reshape(n, m * k)
    return z, k


@law("MAX-01", level="shape")
@given(FLOATS.flatmap(lambda dtype: units(dtype=dtype)))
def test_the_dtype_stays_and_the_argument_is_left_alone(subject, case):
    z, k = case
    before = z.copy()
    a = subject.maxout.maxout(z, k)
    assert a.dtype == z.dtype and a.shape == (len(z), z.shape[1] // k)
    a[...] = 99
    assert (z == before).all()


@law("MAX-04", level="shape")
@given(FLOATS.flatmap(lambda dtype: units(dtype=dtype)), FLOATS)
def test_the_gradient_has_the_shape_of_z_and_the_wider_dtype(subject, case, upstream_dtype):
    z, k = case
    dz = subject.maxout.maxout_backward(np.ones((len(z), z.shape[1] // k), upstream_dtype), z, k)
    assert dz.shape == z.shape and dz.dtype == np.result_type(z, upstream_dtype)


@law("MAX-01", level="definition")
@given(units())
def test_each_unit_answers_with_the_highest_of_its_lines(subject, case):
    z, k = case
    expected = [[max(row[i : i + k]) for i in range(0, len(row), k)] for row in z.tolist()]
    assert subject.maxout.maxout(z, k).tolist() == expected


@law("MAX-02", level="law")
@given(exact_arrays(7))
def test_relu_is_the_maxout_of_a_line_and_zero(subject, x):
    z = np.stack([x, np.zeros_like(x)], axis=-1)
    assert subject.maxout.maxout(z, 2).ravel().tolist() == np.maximum(x, 0).tolist()


@law("MAX-03", level="law")
@given(units(), st.data())
def test_a_unit_is_convex_in_its_pre_activations(subject, case, data):
    u, k = case
    v = data.draw(exact_arrays(u.shape))
    chord = (subject.maxout.maxout(u, k) + subject.maxout.maxout(v, k)) / 2
    assert (subject.maxout.maxout((u + v) / 2, k) <= chord).all()


@law("MAX-04", level="gradient")
@given(units(distinct=True), st.data())
def test_the_gradient_is_the_slope_of_the_definition(subject, case, data):
    z, k = case
    upstream = data.draw(exact_arrays((len(z), z.shape[1] // k)))
    direction = data.draw(exact_arrays(z.shape))
    h = 2.0**-10  # lines 1/8 apart, directions at most 10 long: no line overtakes another, so this is exact
    rise = subject.maxout.maxout(z + h * direction, k) - subject.maxout.maxout(z - h * direction, k)
    assert (subject.maxout.maxout_backward(upstream, z, k) * direction).sum() == (upstream * rise).sum() / (2 * h)


@law("MAX-04", level="extreme")
@given(units())
def test_of_equal_lines_the_first_takes_the_whole_gradient(subject, case):
    z, k = np.zeros_like(case[0]), case[1]
    dz = subject.maxout.maxout_backward(np.ones((len(z), z.shape[1] // k)), z, k).reshape(len(z), -1, k)
    assert (dz[..., 0] == 1).all() and (dz[..., 1:] == 0).all()


@law("MAX-03", level="theorem")
@given(st.integers(1, 16))
def test_k_tangents_to_the_parabola_stay_within_one_over_k_squared_below_it(subject, k):
    c = -1 + (2 * np.arange(1, k + 1) - 1) / k
    x = np.linspace(-1, 1, 2 * k + 1)  # cell borders and centres, where the gap is largest and zero
    gap = x**2 - subject.maxout.maxout(2 * c * x[:, np.newaxis] - c**2, k).ravel()
    assert (gap >= -1e-15).all()
    assert abs(gap.max() - 1 / k**2) <= 1e-15


@law("MAX-03", level="theorem")
@given(st.integers(1, 5), st.data())
def test_along_a_line_the_slope_never_falls_and_takes_at_most_k_values(subject, k, data):
    slopes, intercepts = data.draw(exact_arrays(k)), data.draw(exact_arrays(k))
    x = np.arange(-256, 257) / 2.0
    a = subject.maxout.maxout(np.multiply.outer(x, slopes) + intercepts, k).ravel()
    bends = np.diff(np.diff(a))
    assert (bends >= 0).all()
    assert (bends > 0).sum() <= 2 * (k - 1)  # a corner between two grid points bends the two differences beside it


@law("MAX-01", level="definition")
@given(units(), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_inside_a_unit_does_not_matter(subject, case, random):
    z, k = case
    order = random.sample(range(k), k)
    shuffled = z.reshape(len(z), -1, k)[..., order].reshape(z.shape)
    assert (subject.maxout.maxout(shuffled, k) == subject.maxout.maxout(z, k)).all()


@law("MAX-02", level="law")
@given(exact_arrays((3, 2)), exact_arrays(2), EXACT, st.integers(0, 8).map(lambda i: i / 8))
def test_absolute_value_leaky_relu_and_a_line_are_maxout_units(subject, X, w, b, slope):
    z = X @ w + b
    unit = lambda *lines: subject.maxout.maxout(np.stack(lines, axis=-1), len(lines)).ravel()  # noqa: E731
    assert (unit(z, X @ -w - b) == np.abs(z)).all()
    assert (unit(z, X @ (slope * w) + slope * b) == np.where(z > 0, z, slope * z)).all()
    assert (unit(z) == z).all()
    assert (unit(z, z) == z).all()


@law("MAX-04", level="extreme")
def test_nan_in_a_unit_is_not_hidden_by_the_maximum(subject):
    assert np.isnan(subject.maxout.maxout(np.array([[1.0, np.nan, 3, 4]]), 2)).tolist() == [[True, False]]


@law("MAX-05", level="law")
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 5))
def test_a_maxout_layer_has_k_times_the_parameters_of_a_linear_one(subject, d, m, k):
    W, b = np.zeros((m * k, d)), np.zeros(m * k)
    assert subject.maxout.parameter_count(d, m, k) == W.size + b.size
