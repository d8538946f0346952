"""Wrong maxout units."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import maxout
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("maxout-strided-groups", of="maxout.maxout",
        imitates="a unit takes every m-th line instead of k neighbours",
        killed_by=["test_each_unit_answers_with_the_highest_of_its_lines",
                   "test_the_order_of_the_lines_inside_a_unit_does_not_matter"])
def _(z: ArrayLike, pieces: int) -> NDArray:
    z = np.asarray(z)
    return z.reshape(*z.shape[:-1], pieces, -1).max(axis=-2)


@mutant("maxout-mean", of="maxout.maxout",
        imitates="a unit answers with the mean of its lines: linear, and worth nothing more than one line",
        killed_by=["test_each_unit_answers_with_the_highest_of_its_lines",
                   "test_relu_is_the_maxout_of_a_line_and_zero"])
def _(z: ArrayLike, pieces: int) -> NDArray:
    z = np.asarray(z)
    return z.reshape(*z.shape[:-1], -1, pieces).mean(axis=-1)


@mutant("maxout-above-zero", of="maxout.maxout",
        imitates="zero takes part in the maximum, as if every unit were a ReLU",
        killed_by=["test_each_unit_answers_with_the_highest_of_its_lines",
                   "test_absolute_value_leaky_relu_and_a_line_are_maxout_units"])
def _(z: ArrayLike, pieces: int) -> NDArray:
    return np.maximum(maxout.maxout(z, pieces), 0)


@mutant("maxout-largest-size", of="maxout.maxout",
        imitates="the line of the largest size wins, not the highest",
        killed_by=["test_each_unit_answers_with_the_highest_of_its_lines",
                   "test_relu_is_the_maxout_of_a_line_and_zero"])
def _(z: ArrayLike, pieces: int) -> NDArray:
    z = np.asarray(z)
    groups = z.reshape(*z.shape[:-1], -1, pieces)
    return np.take_along_axis(groups, np.abs(groups).argmax(axis=-1)[..., np.newaxis], axis=-1)[..., 0]


@mutant("maxout-hides-nan", of="maxout.maxout",
        imitates="the maximum leaves NaN out, so a broken line is not seen",
        killed_by=["test_nan_in_a_unit_is_not_hidden_by_the_maximum"])
def _(z: ArrayLike, pieces: int) -> NDArray:
    z = np.asarray(z)
    return np.fmax.reduce(z.reshape(*z.shape[:-1], -1, pieces), axis=-1)


@mutant("maxout-always-float64", of="maxout.maxout", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_dtype_stays_and_the_argument_is_left_alone"])
def _(z: ArrayLike, pieces: int) -> NDArray:
    return maxout.maxout(np.asarray(z, np.float64), pieces)


@mutant("maxout-backward-all-winners", of="maxout.maxout_backward",
        imitates="every line that is as high as the maximum gets the whole gradient",
        killed_by=["test_of_equal_lines_the_first_takes_the_whole_gradient"])
def _(upstream: ArrayLike, z: ArrayLike, pieces: int) -> NDArray:
    z = np.asarray(z)
    groups = z.reshape(*z.shape[:-1], -1, pieces)
    wins = groups == groups.max(axis=-1, keepdims=True)
    return (wins.astype(z.dtype) * np.asarray(upstream)[..., np.newaxis]).reshape(z.shape)


@mutant("maxout-backward-last-winner", of="maxout.maxout_backward",
        imitates="the last of equal lines takes the gradient",
        killed_by=["test_of_equal_lines_the_first_takes_the_whole_gradient"])
def _(upstream: ArrayLike, z: ArrayLike, pieces: int) -> NDArray:
    turn = lambda a: np.ascontiguousarray(np.asarray(a)[..., ::-1])  # noqa: E731
    return turn(maxout.maxout_backward(turn(upstream), turn(z), pieces))


@mutant("maxout-backward-shared", of="maxout.maxout_backward",
        imitates="the gradient is spread over all lines of a unit, whether they won or not",
        killed_by=["test_the_gradient_is_the_slope_of_the_definition",
                   "test_of_equal_lines_the_first_takes_the_whole_gradient"])
def _(upstream: ArrayLike, z: ArrayLike, pieces: int) -> NDArray:
    z, upstream = np.asarray(z), np.asarray(upstream)
    return np.repeat(upstream / upstream.dtype.type(pieces), pieces, axis=-1).astype(np.result_type(z, upstream))


@mutant("maxout-backward-in-groups", of="maxout.maxout_backward", level="shape",
        imitates="the gradient is left in groups, one axis more than z has",
        killed_by=["test_the_gradient_has_the_shape_of_z_and_the_wider_dtype"])
def _(upstream: ArrayLike, z: ArrayLike, pieces: int) -> NDArray:
    dz = maxout.maxout_backward(upstream, z, pieces)
    return dz.reshape(*dz.shape[:-1], -1, pieces)


@mutant("maxout-parameter-count-one-bias-per-unit", of="maxout.parameter_count",
        imitates="a unit is given one bias, where each of its lines has its own",
        killed_by=["test_a_maxout_layer_has_k_times_the_parameters_of_a_linear_one"])
def _(inputs: int, units: int, pieces: int) -> int:
    return pieces * units * inputs + units
