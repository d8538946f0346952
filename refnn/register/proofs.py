"""The one-line proofs of the errata, computed while you wait.

Each function works out, with the public functions of refnn, why a slide cannot be right and what is; it returns a
line of plain text. Typed in are the inputs and what the slides print, nothing else. What cannot be computed, names
and dates and slips of the print, says so: "record".

    >>> PROOFS["E-24"]()
    '9 + 16 + 4 + 4 = 33, not 66; 3 + 4 + 2 + 2 = 11, not 15'
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn import (
    activations,
    backprop,
    biasvariance,
    conv,
    descent,
    diagnostics,
    dropout,
    init,
    linear,
    logistic,
    losses,
    mlp,
    optimizers,
    perceptron,
    regularizers,
    universal,
)
from refnn.experiments.history import CORRECTIONS
from refnn.gradcheck import numerical_gradient

__all__ = ["PROOFS", "proof"]

PROOFS: dict[str, Callable[[], str]] = {}

# S3's scores of (cat, chair, car): a row for each image, of a cat, of a chair and of a car
SCORES, LABELS = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]), [0, 1, 2]


def proof(erratum: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Enter a function among the PROOFS, as that of this erratum."""

    def enter(function: Callable[[], str]) -> Callable[[], str]:
        PROOFS[erratum] = function
        return function

    return enter


@proof("E-01")
def each_term_differentiates_another_factor() -> str:
    f, df, g, dg = 1.0, 1.0, 1.0, 2.0  # theta and theta^2 at 1
    right, slope = backprop.product_rule(f, df, g, dg), numerical_gradient(lambda theta: theta * theta**2, f)
    slide = f * dg + dg * f
    return f"theta theta^2 at 1: fg' + f'g = {right:g}, numerically {slope:g}; the slide's fg' + g'f = {slide:g}"


@proof("E-02")
def along_the_slope_of_f_the_loss_rises() -> str:
    theta, slope_of_f, slope_of_loss = -1.0, 1.0, -1.0  # f = theta, L = f^2 / 2
    slide, right = (descent.gradient_step(theta, slope, 0.5) for slope in (slope_of_f, slope_of_loss))
    loss = [w**2 / 2 for w in (theta, slide, right)]
    return (f"L = f^2/2 = {loss[0]:g} at f = theta = {theta:g}: along df to {slide:g}, L = {loss[1]:g}; "
            f"along dL to {right:g}, L = {loss[2]:g}")


@proof("E-03")
def the_output_weight_has_the_index_of_its_unit() -> str:
    x, W, b, U = _net(3, 3)
    _, dW, delta, _ = backprop.one_hidden_layer_gradients(x, W, b, U)
    slope = numerical_gradient(lambda W: _score(x, W, b, U), W)
    slide = U[2] * delta[0] / U[0] * x[2]
    return f"dy/dW_13, tanh: with U_1 {dW[0, 2]:.6f}, numerically {slope[0, 2]:.6f}; with the slide's U_3 {slide:.6f}"


@proof("E-04")
def the_gradient_of_a_matrix_is_a_matrix() -> str:
    x, W, b, U = _net(4, 3)
    _, dW, delta, _ = backprop.one_hidden_layer_gradients(x, W, b, U)
    slope = numerical_gradient(lambda b: _score(x, W, b, U), b)
    slide = U[1] * delta[0] / U[0] * x[1]
    return (f"W is {_by(W)}, the column delta {_by(delta[:, None])}, delta x^T {_by(dW)}; dy/db_1 = delta_1 = "
            f"{delta[0]:.6f}, numerically {slope[0]:.6f}; u_2 f' x_2 = {slide:.6f}")


@proof("E-05")
def the_second_layer_meets_the_activations_of_the_first() -> str:
    x, W1, b1, W2, b2, U = _net(4, 3, 2)
    _, _, _, dW2, delta2, a2 = backprop.two_hidden_layers_gradients(x, W1, b1, W2, b2, U)
    slope = numerical_gradient(lambda W2: _score(x, W1, b1, W2, b2, U), W2)
    return (f"4-3-2: W2 is {_by(W2)}, delta2 a2^T {_by(np.outer(delta2, a2))}; delta2 a1^T is {_by(dW2)}, "
            f"its corner {dW2[0, 0]:.6f}, numerically {slope[0, 0]:.6f}")


@proof("E-06")
def the_first_delta_takes_its_slopes_from_its_own_layer() -> str:
    x, W1, b1, W2, b2, U = _net(4, 3, 2)
    _, _, delta1, _, delta2, _ = backprop.two_hidden_layers_gradients(x, W1, b1, W2, b2, U)
    _, _, lost, _, _, _ = backprop.two_hidden_layers_gradients(x, W1, b1, W2, 0 * b2, U)
    slope = numerical_gradient(lambda b1: _score(x, W1, b1, W2, b2, U), b1)
    return (f"4-3-2: W2^T delta2 has {len(W2.T @ delta2)} entries as f'(z1), f'(z2) has {len(delta2)}; "
            f"delta1_1 = {delta1[0]:.6f}, numerically {slope[0]:.6f}; without b2 {lost[0]:.6f}")


@proof("E-07")
def no_delta_is_made_of_itself() -> str:
    x, W1, b1, W2, b2, U = _net(3, 3, 3)
    _, _, delta1, _, delta2, _ = backprop.two_hidden_layers_gradients(x, W1, b1, W2, b2, U)
    slope = numerical_gradient(lambda b1: _score(x, W1, b1, W2, b2, U), b1)
    slide = W1.T @ delta1 * delta1 / (W2.T @ delta2)  # the last two are f'(z1)
    return (f"delta1_1 = (W2^T delta2 * f'(z1))_1 = {delta1[0]:.6f}, numerically {slope[0]:.6f}; "
            f"(W1^T delta1 * f'(z1))_1 = {slide[0]:.6f}")


@proof("E-08")
def deltas_come_down_through_the_weights_above() -> str:
    x, W1, b1, W2, b2, U = _net(4, 3, 2)
    net = mlp.MLP([W1, W2], [b1, b2], ["tanh", "tanh"])
    (_, delta2), (dW1, dW2) = backprop.deltas(net, [x], [U]), (dW for dW, _ in backprop.gradients(net, [x], [U]))
    slope = numerical_gradient(lambda W1: _score(x, W1, b1, W2, b2, U), W1)
    return (f"4-3-2, l = 1: W1^T is {_by(W1.T)} for {delta2.size} entries of delta2, delta2 a1^T {_by(dW2)}; "
            f"delta1 a0^T is {_by(dW1)} as W1, its corner {dW1[0, 0]:.6f}, numerically {slope[0, 0]:.6f}")


@proof("E-09")
def stride_0_goes_nowhere() -> str:
    size = conv.output_size(5, kernel=3, stride=1)
    try:
        slide = str(conv.output_size(5, kernel=3, stride=0))
    except ValueError as refused:
        slide = str(refused)
    return f"N = 5, m = 3: stride 1 gives {size} = N - m + 1 = {5 - 3 + 1}; stride 0 gives \"{slide}\""


@proof("E-10")
def every_pixel_collects_from_the_outputs_that_saw_it() -> str:
    y, w, above = np.arange(9.0).reshape(3, 3), np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 2], [3, 4]])
    dy, _, _ = conv.conv2d_backward(above[None, None], y[None, None], w[None, None])
    slope = numerical_gradient(lambda y: (above * conv.conv2d(y[None, None], w[None, None])).sum(), y)
    slide = (above[1, 1] * w).sum()
    return (f"pixel (1, 1) of {_by(y)} under {_by(w)}: {dy[0, 0, 1, 1]:g} with i-a, j-b, numerically {slope[1, 1]:g}; "
            f"{slide:g} with ij, and for pixel (2, 2) ij is outside the map of {_by(above)}")


@proof("E-11")
def the_map_ends_before_the_slides_sum() -> str:
    y, w = np.arange(36.0).reshape(1, 1, 6, 6), np.zeros((1, 1, 3, 3))
    x = conv.conv2d(y, w)
    _, dw, _ = conv.conv2d_backward(np.ones_like(x), y, w)
    side = x.shape[2]
    return (f"N = 6, m = 3: rows 0..{side - 1}, N - m + 1 = {6 - 3 + 1} is outside; to {side - 1} the sum is "
            f"{y[0, 0, :side, :side].sum():g} = dE/domega_00 = {dw[0, 0, 0, 0]:g}, one of {_by(dw[0, 0])}, not "
            f"{_by(y[0, 0])} as y")


@proof("E-12")
def active_relus_leave_the_weights_to_multiply() -> str:
    net = mlp.MLP([2 * np.eye(2)] * 10, [None] * 10, ["relu"] * 10)
    norms = diagnostics.delta_norms(net, [[1, 1]], [[1, 1]])
    slopes, _ = diagnostics.path_factors(net, [1, 1], [0] * 11)
    left, right = (activations.relu_prime(0, at_zero) for at_zero in (0, 1))
    return (f"W = 2I, 10 layers: the product of all slopes is {slopes:g}, the gradient grows {norms[0] / norms[-1]:g} "
            f"fold; at 0 the slope is {left:g} from the left, {right:g} from the right")


@proof("E-13")
def a_label_multiplied_in_twice_is_none() -> str:
    w, x, y = np.zeros(2), np.array([1.0, 2]), -1.0
    once, twice = (y * (w @ x) for w in (perceptron.update(w, x, y), w + y * (y * x)))
    return f"w = 0, x = (1, 2), y = -1: with yx, added once, y w.x = {once:g}; with y times yx, that is x, {twice:g}"


@proof("E-14")
def the_criterion_doubles_and_the_distances_stay() -> str:
    w, X, y = np.array([3.0, 4]), [[1.0, 0]], [-1]
    J, J2 = (perceptron.criterion(v, X, y) for v in (w, 2 * w))
    r, r2 = (abs(linear.signed_distance(X, v, 0).item()) for v in (w, 2 * w))
    return (f"w = (3, 4): J = {J:g}, distance {r:g}; 2w: J = {J2:g}, distance {r2:g}; "
            f"J / distance = {J / r:g} and {J2 / r2:g}, the lengths of w and 2w")


@proof("E-15")
def a_hidden_unit_hears_of_every_output() -> str:
    x, W1, b1, W2, b2, t = _net(4, 3, 2)
    _, dW1, _, _, delta = backprop.squared_error_gradients(x, W1, b1, W2, b2, t)
    net = lambda W1: mlp.MLP([W1, W2], [b1, b2], ["tanh", "tanh"])  # noqa: E731
    slope = numerical_gradient(lambda W1: losses.squared_error(mlp.output(net(W1), [x]), [t]) / 2, W1)
    terms = delta * W2[:, 0] * dW1[0, 0] / (delta @ W2[:, 0])
    return (f"c = 2, tanh: the sum over k gives {dW1[0, 0]:.6f}, numerically {slope[0, 0]:.6f}; "
            f"single terms give {_list(terms, '.6f')}")


@proof("E-16")
def the_exponents_lack_a_factor_of_two() -> str:
    a, b = 1.716, 2 / 3
    slide = a * (1 - math.exp(b)) / (1 + math.exp(b)), 2 * a / (1 + math.exp(-b)) - a
    right = a * (1 - math.exp(-2 * b)) / (1 + math.exp(-2 * b)), 2 * a / (1 + math.exp(-2 * b)) - a
    return (f"net = 1: a tanh(b) = {activations.scaled_tanh(1, a, b):.7f}, with -2b {_list(right, '.7f')}; "
            f"the slide's two forms {_list(slide, '.4f')}")


@proof("E-17")
def saturation_bounds_no_weight_and_is_not_needed() -> str:
    theta, X, y = np.array([1.0]), [[-1.0], [2.0]], [0, 1]
    costs = [float(logistic.negative_log_likelihood(c * theta, X, y)) for c in (1, 2, 4)]
    net = activations.square(np.multiply.outer(np.arange(5.0), [1, -2, 3]) + [0, 1, 2]) @ [1.0, 2, -1]
    return (f"cost of 1, 2, 4 theta: {_list(costs, '.4f')}: weights grow; ReLU of 1000 is {activations.relu(1000):g}; "
            f"a net of squares is a parabola, third difference {np.abs(np.diff(net, 3)).max():g}")


@proof("E-18")
def an_inner_sum_to_d_does_not_see_all_inputs() -> str:
    X, same = np.array([[2.0, 3], [2, 5]]), np.positive
    outer: list[Callable[[NDArray], NDArray]] = [lambda s: s**2 / 4, lambda s: -(s**2) / 4]
    right = universal.superposition(X, [[same, same], [same, np.negative]], outer)
    slide = universal.superposition(X[:, :1], [[same], [same]], outer)
    border = universal.one_hidden_layer([[0.5]], *universal.sigmoid_net(lambda x: x >= 0.5, 2, 400.0), "sigmoid")
    return (f"x1 x2 at (2, 3) and (2, 5): summed to n ({_list(right)}), to d = 1 ({_list(slide)}); at the border of a "
            f"region, 0 or 1, a net of sigmoids says {border.item():g}")


@proof("E-19")
def the_award_is_that_of_2018() -> str:
    return "record: " + "; ".join(f"{row.says}: {row.right}" for row in CORRECTIONS if row.erratum == "E-19")


@proof("E-20")
def near_on_a_compact_set_is_far_elsewhere() -> str:
    W, b, V, c = universal.sigmoid_net(lambda x: x, 20, 400.0)
    x, x0 = np.linspace(0, 1, 1001), universal.missed_point(V, c).item()
    g, far = (universal.one_hidden_layer(at, W, b, V, c, "sigmoid").ravel() for at in (x[:, None], [[x0]]))
    return (f"f(x) = x by {len(b)} sigmoids: within {np.abs(x - g).max():.4f} on [0, 1], "
            f"off by {abs(x0 - far.item()):.4f} at {x0:.4f}, more than half of it")


@proof("E-21")
def the_sum_of_sigmoids_is_nearly_softplus() -> str:
    total = activations.sigmoid(0.5 - np.arange(1, 61)).sum()
    soft, hard = activations.softplus(0.0), activations.relu(0.0)
    return (f"at 0: sum {total:.6f}, softplus {soft:.6f}, ReLU {hard:g}: "
            f"{abs(total - soft):.4f} and {abs(total - hard):.4f} away")


@proof("E-22")
def percent_of_one_is_not_one_minus_percent() -> str:
    p, all_masks = 50, dropout.masks(1)
    thinned = dropout.dropout(np.ones((2, 1)), all_masks, p / 100, inverted=False)
    mean, right = dropout.mask_probability(all_masks, p / 100) @ thinned, dropout.scale_for_test(1.0, p / 100)
    return (f"w = 1, p = {p}: the mean over all masks is {mean.item():g}, (100 - p) % is {(100 - p) / 100:g}, refnn "
            f"says {right:g}; (1 - p) % is {(1 - p) / 100:g}")


@proof("E-23")
def a_convex_cost_leads_to_its_minimum() -> str:
    convex = descent.descend(lambda w: w, 1.0, 0.5, 10)[-1]
    ends = [descent.descend(descent.double_well_prime, start, 0.01, 1000)[-1] for start in (-2.0, 2.0)]
    left, right = (descent.double_well(w) for w in ends)
    return (f"w^2/2 from 1: w_10 = {convex:.5f}, the minimum is at 0; double well: from -2 to C = {left:.4f}, "
            f"from 2 to {right:.4f}")


@proof("E-24")
def the_two_grids_differ_by_33_and_11() -> str:
    x, y = np.array([[12.0], [24], [42], [23]]), np.array([[15.0], [20], [40], [25]])  # the first rows; the rest agree
    squares, sizes = losses.squared_error(x, y, "none"), losses.absolute_error(x, y, "none")
    return (f"{_list(squares, sep=' + ')} = {losses.squared_error(x, y, 'sum'):g}, not 66; "
            f"{_list(sizes, sep=' + ')} = {losses.absolute_error(x, y, 'sum'):g}, not 15")


@proof("E-25")
def the_slide_took_image_1_three_times() -> str:
    right, first = (losses.softmax_cross_entropy(SCORES[rows], LABELS, "none") for rows in ([0, 1, 2], [0, 0, 0]))
    return (f"images 1, 2, 3: {_list(right, '.4f')}, mean {right.mean():.4f}; image 1 three times: "
            f"{_list(first, '.4f')}, and 9.12 is their sum {first.sum():.4f}")


@proof("E-26")
def each_weight_counts_once_and_has_a_strength() -> str:
    w1, w2, samples, others = np.array([1.0, 0, 0, 0]), np.full(4, 0.25), 4, 3 - 1  # K = 3 classes
    right, slide = [regularizers.l2(w) for w in (w1, w2)], [(w[:samples] ** 2).sum() * others for w in (w1, w2)]
    with_strength, without = (losses.full_loss([1.0, 3], [w1], strength) for strength in (0.5, 1))
    return (f"R of the slide's vectors: {_list(right)}; the printed sum, N = 4, K = 3: {_list(slide)}; a loss "
            f"{with_strength:g} with lambda = 0.5, {without:g} without")


@proof("E-27")
def the_third_image_has_lost_its_margins() -> str:
    first, second = (losses.multiclass_hinge(SCORES[2:, [j, 2]], [1]) for j in (0, 1))
    right, slide = (losses.multiclass_hinge(SCORES[2:], [2], margin) for margin in (1, 0))
    mean = losses.multiclass_hinge(SCORES, LABELS)
    return f"image 3: {first:g} + {second:g} = {right:g}, without the margin 1 {slide:g}; mean {mean:.4f}, not 4.6"


@proof("E-28")
def over_a_batch_signs_may_mix() -> str:
    X, delta, W = np.array([[1.0, 2], [2, 1]]), np.array([[1.0], [-1]]), np.zeros((1, 2))
    one, other, both = (linear.affine_backward(delta[i], X[i], W)[1].ravel() for i in ([0], [1], [0, 1]))
    return f"x = (1, 2), (2, 1), delta = 1, -1: gradients ({_list(one)}), ({_list(other)}), their sum ({_list(both)})"


@proof("E-29")
def beyond_slope_1_the_maximum_is_another_function() -> str:
    x, slopes = 1.0, (0.5, 2.0)
    slide, right = [max(slope * x, x) for slope in slopes], [activations.prelu(x, slope) for slope in slopes]
    return f"x = 1, slopes 0.5 and 2: PReLU is {_list(right, sep=' and ')}, max(slope x, x) {_list(slide, sep=' and ')}"


@proof("E-30")
def a_power_of_ten_is_no_power_of_e() -> str:
    loss = losses.softmax_cross_entropy([[5, -20, -20]], [0])
    exact, power = math.log1p(2 * math.exp(-25)), 2 * math.exp(-11)
    return f"log(1 + 2 e^-25) = {exact:.4e}, refnn {loss:.4e}: {loss:.1e}, not 2e-11; as a power of e it is {power:.1e}"


@proof("E-31")
def weights_of_one_sign_leave_no_unit_off() -> str:
    W, x = init.uniform((1000, 5), rng=0, bound=1.0), [[1.0, 2, 3, 4, 5]]
    signed, positive = (mlp.layer(x, V, f="relu")[1] for V in (np.vstack([W, -W]), np.abs(np.vstack([W, W]))))
    return (f"{signed.size} units, positive input: {(signed == 0).sum()} off with weights in (-1, 1), W and -W; "
            f"{(positive == 0).sum()} off with |W| in (0, 1)")


@proof("E-32")
def tanh_has_slope_1_at_0() -> str:
    z = np.linspace(-4, 4, 801)
    sigmoid, tanh = (f(z).max() for f in (activations.sigmoid_prime, activations.tanh_prime))
    at_zero = activations.tanh_prime(0)
    return f"tanh'(0) = {at_zero:g}, not smaller than 1; on [-4, 4] at most: tanh {tanh:g}, sigmoid {sigmoid:g}"


@proof("E-33")
def shifts_commute_and_turns_do_not() -> str:
    y, w = np.zeros((7, 7)), np.arange(9.0).reshape(1, 1, 3, 3)
    y[3, 3] = 1
    see, shift = (lambda y: conv.conv2d(y[None, None], w, padding=1)[0, 0]), (lambda y: np.roll(y, 1, axis=1))
    pairs = (see(shift(y)), shift(see(y))), (see(shift(y)), see(y)), (see(np.rot90(y)), np.rot90(see(y)))
    same, moved, turned = (np.abs(one - other).max() for one, other in pairs)
    return (f"one pixel: conv(shift) - shift(conv) = {same:g}, conv(shift) - conv = {moved:g}; "
            f"conv(turn) - turn(conv) = {turned:g}")


@proof("E-34")
def a_shared_weight_meets_another_input_at_every_place() -> str:
    z, delta = np.array([1.0, 2, 3]), np.array([1.0, 1])
    _, dw, _ = conv.conv1d_backward(delta[None, None], z[None, None], np.zeros((1, 1, 2)))
    slide = [(delta * z[i]).sum() for i in range(2)]
    return f"z = (1, 2, 3), delta = (1, 1): z_(j,i) gives ({_list(dw.ravel())}), the slide's z_i ({_list(slide)})"


@proof("E-35")
def kernels_make_as_many_maps() -> str:
    maps = conv.conv2d(np.zeros((1, 1, 5, 5)), np.zeros((128, 1, 5, 5))).shape[1]
    bare, *counts = conv.parameter_count(1, 128, 5, False), *(conv.parameter_count(c, 128, 5) for c in (1, 3, 64))
    return (f"128 kernels make {maps} maps, not 64; {bare} weights of one channel, with biases {counts[0]}, "
            f"of 3 channels {counts[1]}, of 64 {counts[2]}")


@proof("E-36")
def one_star_has_seven_outputs_and_three() -> str:
    w, y = np.array([1.0, 2, 3]), np.ones(5)
    full, valid = conv.toeplitz_matrix(w, 5) @ y, conv.conv1d(y[None, None], w[None, None]).ravel()
    return f"n = 5, m = 3: Toeplitz matrix, {len(full)} outputs ({_list(full)}); layer, {len(valid)} ({_list(valid)})"


@proof("E-37")
def delta_is_no_function_of_x() -> str:
    x = np.array([[0.5]])
    y = activations.sigmoid(x)
    asked = (losses.squared_error_backward(1.0, y, [[target]]) for target in (0.0, 1.0))
    delta = [activations.sigmoid_backward(upstream, x).item() for upstream in asked]
    return (f"x = {x.item():g}: y = sigma(x) = {y.item():.6f} whatever the target; delta = dE/dx is {delta[0]:.6f} for "
            f"target 0, {delta[1]:.6f} for 1")


@proof("E-38")
def only_the_mean_over_data_sets_splits_in_three() -> str:
    x, p, y = [0, 1, 2], [0.2, 0.5, 0.3], [-1, 0, 1, 3]
    q = np.array([[0, 0.5, 0.5, 0], [0, 0, 0.25, 0.75], [1, 0, 0, 0]])
    sets, weights = biasvariance.data_sets(x, p, y, q, size=2)
    F = biasvariance.predict_from_each(biasvariance.line_through_two, sets, x)
    one, mean = [biasvariance.prediction_error(f, p, y, q) for f in F], biasvariance.decompose(F, weights, p, y, q)
    return (f"EPE(f) of one f is {min(one):g} to {max(one):g}; the mean over D is {mean.error:.6f} = "
            f"{mean.bias:.6f} + {mean.variance:.6f} + {mean.noise:g}")


@proof("E-39")
def without_its_bracket_a_cost_is_negative() -> str:
    theta, X, y = np.array([1.0, 2]), np.array([[1.0, 1], [-2, 1], [3, -1]]), np.array([0, 0, 1])
    p, right = logistic.probability(theta, X), logistic.negative_log_likelihood(theta, X, y)
    slide = -(y * np.log(p)).sum() + ((1 - y) * np.log(1 - p)).sum()
    s = np.array([0.0, 2, 1])
    to_classes, to_samples = activations.softmax(s).sum(), (np.exp(s) / np.exp(s[:2]).sum()).sum()
    return (f"cost {right:.4f}, without the bracket {slide:.4f}, below zero; softmax over K = 3 classes sums "
            f"to {to_classes:g}, over n = 2 to {to_samples:.4f}")


@proof("E-40")
def slips_of_the_print_are_read() -> str:
    return "record: slips of the print, read and not computed; BP-01, BP-03, BP-05 and CNN-04 have what is meant"


@proof("E-41")
def the_sum_includes_the_gradient_of_now() -> str:
    w, rule = np.zeros(1), optimizers.Adagrad(1.0, epsilon=0)
    places = [0.0]
    for g in (0.0, 0.1, 0.0, 0.2):
        rule.step([w], [np.array([g])])
        places.append(w.item())
    return (f"g = 0, 0.1, 0, 0.2, no epsilon: steps {_list(np.abs(np.diff(places)))}; with the previous g only the "
            f"last is {0.2 / math.sqrt(0.1**2):g}, and the first 0/0")


@proof("E-42")
def priority_is_history() -> str:
    about = ", ".join(row.about for row in CORRECTIONS if row.erratum == "E-42")
    return f"record: {about}; from general knowledge, set right in refnn.experiments.history"


@proof("E-43")
def effort_is_no_number() -> str:
    slopes = [losses.absolute_error_backward(1.0, [x], [0.0]).item() for x in (-1e-9, 1e-9)]
    return ("record: n subtractions for either loss; harder is the minimum, where the slope of |x| jumps from "
            f"{_list(slopes, sep=' to ')}")


def _net(*widths: int) -> tuple[NDArray, ...]:
    """Return x, then W and b of each layer, and output weights: odd multiples of 1/8, each row another one."""
    count = iter(range(1000))

    def some(*shape: int) -> NDArray:
        return np.array([(10 * next(count) % 24 - 11) / 8 for _ in range(math.prod(shape))]).reshape(shape)

    pairs = zip(widths[1:], widths[:-1], strict=True)
    return some(widths[0]), *(array for m, d in pairs for array in (some(m, d), some(m))), some(widths[-1])


def _score(x: NDArray, *parameters: NDArray) -> float:
    """Return S0's scalar score behind layers of tanh, given W and b of each and the output weights U."""
    *layers, U = parameters
    depth = len(layers) // 2
    net = mlp.MLP([*layers[::2], U[None]], [*layers[1::2], None], [*["tanh"] * depth, "identity"])
    return float(mlp.output(net, [x])[0, 0])


def _by(array: NDArray) -> str:
    """Spell out a shape: 3x4."""
    return "x".join(map(str, array.shape))


def _list(values: Iterable[Any], form: str = "g", sep: str = ", ") -> str:
    """Spell out numbers."""
    return sep.join(f"{value:z{form}}" for value in values)
