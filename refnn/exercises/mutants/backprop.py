"""Wrong back-propagation."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import backprop
from refnn.activations import Activation, activation, relu_backward
from refnn.exercises.mutants import mutant
from refnn.linear import affine_backward
from refnn.mlp import MLP, Net, as_mlp, forward

# fmt: off


@mutant("sum-rule-mean", of="backprop.sum_rule",
        imitates="the gradient of a sum is taken for the mean of the gradients",
        killed_by=["test_sum_and_product_rule_on_random_polynomials"])
def _(df: ArrayLike, dg: ArrayLike) -> NDArray:
    return backprop.sum_rule(df, dg) / 2


@mutant("sum-rule-in-place", of="backprop.sum_rule", level="shape",
        imitates="the second gradient is added into the caller's first",
        killed_by=["test_the_rules_keep_the_dtype_and_their_arguments"])
def _(df: ArrayLike, dg: ArrayLike) -> NDArray:
    df = np.asarray(df)
    df[...] = backprop.sum_rule(df, dg)
    return df


@mutant("product-rule-of-slopes", of="backprop.product_rule",
        imitates="the product of the slopes is taken for the slope of the product",
        killed_by=["test_sum_and_product_rule_on_random_polynomials",
                   "test_the_slide_s_product_rule_says_four_where_the_slope_is_three"])
def _(f: ArrayLike, df: ArrayLike, g: ArrayLike, dg: ArrayLike) -> NDArray:
    return np.asarray(df) * np.asarray(dg)


@mutant("product-rule-own-slopes", of="backprop.product_rule",
        imitates="each factor keeps its own slope, f df + g dg, instead of lending its value to the other's",
        killed_by=["test_sum_and_product_rule_on_random_polynomials",
                   "test_the_slide_s_product_rule_says_four_where_the_slope_is_three"])
def _(f: ArrayLike, df: ArrayLike, g: ArrayLike, dg: ArrayLike) -> NDArray:
    return backprop.product_rule(g, df, f, dg)


@mutant("one-hidden-layer-gradients-slope-at-the-output", of="backprop.one_hidden_layer_gradients",
        imitates="f' is taken at the activation f(z) where it belongs to z",
        killed_by=["test_one_hidden_layer_has_the_slopes_of_its_score",
                   "test_the_gradient_of_the_weights_is_a_column_times_a_row"])
def _(
    x: ArrayLike, W: ArrayLike, b: ArrayLike, U: ArrayLike, f: str | Activation = "tanh"
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    x, W, a = np.asarray(x), np.asarray(W), backprop.one_hidden_layer_gradients(x, W, b, U, f)[3]
    delta = activation(f).backward(np.asarray(U), a)
    return W.T @ delta, np.outer(delta, x), delta, a


@mutant("one-hidden-layer-gradients-reshaped", of="backprop.one_hidden_layer_gradients",
        imitates="the delta comes down through the weights reshaped, where they should be transposed",
        killed_by=["test_every_unit_sends_its_delta_to_every_input_through_their_weight"])
def _(
    x: ArrayLike, W: ArrayLike, b: ArrayLike, U: ArrayLike, f: str | Activation = "tanh"
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    _, dW, delta, a = backprop.one_hidden_layer_gradients(x, W, b, U, f)
    W = np.asarray(W)
    return W.reshape(W.shape[::-1]) @ delta, dW, delta, a


@mutant("two-hidden-layers-gradients-flat-below", of="backprop.two_hidden_layers_gradients",
        imitates="the delta of layer one has lost the slopes f'(z1)",
        killed_by=["test_two_hidden_layers_have_the_slopes_of_their_score"])
def _(
    x: ArrayLike, W1: ArrayLike, b1: ArrayLike, W2: ArrayLike, b2: ArrayLike, U: ArrayLike, f: str | Activation = "tanh"
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray, NDArray]:
    *_, dW2, delta2, a2 = backprop.two_hidden_layers_gradients(x, W1, b1, W2, b2, U, f)
    delta1 = np.asarray(W2).T @ delta2
    return np.asarray(W1).T @ delta1, np.outer(delta1, np.asarray(x)), delta1, dW2, delta2, a2


@mutant("squared-error-gradients-slopeless-output", of="backprop.squared_error_gradients",
        imitates="the output's delta is z - t without f'(net): right for cross-entropy, wrong for the squared error",
        killed_by=["test_the_squared_error_of_s1_has_the_slopes_of_its_formula"])
def _(
    x: ArrayLike, W1: ArrayLike, b1: ArrayLike, W2: ArrayLike, b2: ArrayLike, t: ArrayLike, f: str | Activation = "tanh"
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
    net, x = MLP([W1, W2], [b1, b2], [f, "identity"]), np.asarray(x)[np.newaxis]  # the output's f' is left out here
    error = activation(f).f(forward(net, x)[-1][0]) - np.asarray(t)
    (dW1, _), (dW2, _) = backprop.gradients(net, x, error)
    delta_j, delta_k = (Delta[0] for Delta in backprop.deltas(net, x, error))
    return backprop.input_gradient(net, x, error)[0], dW1, delta_j, dW2, delta_k


@mutant("squared-error-gradients-one-output-heard", of="backprop.squared_error_gradients",
        imitates="a hidden unit hears of the first output only: the sum over the outputs is missing",
        killed_by=["test_the_squared_error_of_s1_has_the_slopes_of_its_formula"])
def _(
    x: ArrayLike, W1: ArrayLike, b1: ArrayLike, W2: ArrayLike, b2: ArrayLike, t: ArrayLike, f: str | Activation = "tanh"
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
    W2, b2, t = np.asarray(W2), np.asarray(b2), np.asarray(t)
    _, _, _, dW2, delta_k = backprop.squared_error_gradients(x, W1, b1, W2, b2, t, f)
    dx, dW1, delta_j, _, _ = backprop.squared_error_gradients(x, W1, b1, W2[:1], b2[:1], t[:1], f)
    return dx, dW1, delta_j, dW2, delta_k


@mutant("chain-gradients-own-weight-too", of="backprop.chain_gradients",
        imitates="the way to a weight goes through the weight itself: a factor w_l too many",
        killed_by=["test_the_first_weight_of_four_meets_every_slope_on_the_way"])
def _(x: float, w: ArrayLike, f: str | Activation = "sigmoid", upstream: float = 1.0) -> NDArray:
    return backprop.chain_gradients(x, w, f, upstream) * np.asarray(w)


@mutant("deltas-mean", of="backprop.deltas",
        imitates="every delta is divided by n, though the loss had its 1/n already",
        killed_by=["test_the_recursion_index_by_index", "test_a_batch_has_the_deltas_of_its_rows"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[NDArray]:
    return [Delta / max(1, len(Delta)) for Delta in backprop.deltas(net, X, upstream)]


@mutant("deltas-without-slopes", of="backprop.deltas",
        imitates="the deltas come down through the weights, but no layer bends them with its f'",
        killed_by=["test_the_recursion_index_by_index", "test_delta_is_not_made_of_itself"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[NDArray]:
    net = as_mlp(net)
    return backprop.deltas(MLP(net.weights, net.biases, ["identity"] * len(net.weights)), X, upstream)


@mutant("deltas-broadcast", of="backprop.deltas", level="shape",
        imitates="a gradient of another shape is stretched until it fits",
        killed_by=["test_an_upstream_of_another_shape_is_refused_and_never_broadcast"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[NDArray]:
    return backprop.deltas(net, X, np.resize(upstream, forward(net, X)[-1][1].shape))


@mutant("gradients-one-layer-up", of="backprop.gradients",
        imitates="the weights meet the activations of their own layer's input bent once more: f(a) for a",
        killed_by=["test_every_gradient_is_the_slope_of_the_cost"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    net, Deltas = as_mlp(net), backprop.deltas(net, X, upstream)
    below = [np.asarray(X), *(activation(f).f(A) for (_, A), f in
                              zip(forward(net, X)[:-1], net.activations[:-1], strict=True))]
    layers = zip(Deltas, below, net.weights, net.biases, strict=True)
    return [affine_backward(Delta, A, W, b)[1:] for Delta, A, W, b in layers]


@mutant("gradients-of-the-net", of="backprop.gradients",
        imitates="what arrives from the loss is not looked at: this is the slope of the net, which may climb",
        killed_by=["test_the_gradient_of_a_layer_needs_its_delta_and_the_activations_below",
                   "test_the_gradient_of_the_mean_is_that_of_the_sum_over_n"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    return backprop.gradients(net, X, np.ones_like(np.asarray(upstream)))


@mutant("gradients-bias-of-the-last-sample", of="backprop.gradients",
        imitates="the bias gets the delta of the last sample: the batch overwrites where it should add",
        killed_by=["test_the_gradient_of_a_layer_needs_its_delta_and_the_activations_below",
                   "test_the_order_of_the_samples_does_not_matter"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    layers = zip(backprop.gradients(net, X, upstream), backprop.deltas(net, X, upstream), strict=True)
    return [(dW, db if db is None else Delta[-1:].sum(axis=0)) for (dW, db), Delta in layers]


@mutant("gradients-mean-of-nothing", of="backprop.gradients",
        imitates="the gradients are divided by n, and over no samples that is 0 / 0",
        killed_by=["test_the_gradient_of_a_layer_needs_its_delta_and_the_activations_below",
                   "test_no_samples_give_zero_gradients"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    parts = backprop.gradients(net, X, upstream)
    n = np.float64(len(np.asarray(X)))
    return [((dW / n).astype(dW.dtype), db if db is None else (db / n).astype(db.dtype)) for dW, db in parts]


@mutant("gradients-open-at-the-kink", of="backprop.gradients",
        imitates="a rectifier whose input is exactly 0 lets the gradient through",
        killed_by=["test_the_gradient_of_a_layer_needs_its_delta_and_the_activations_below",
                   "test_a_rectifier_at_its_kink_passes_nothing"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    net = as_mlp(net)
    open_relu = activation("relu")._replace(backward=lambda upstream, z: relu_backward(upstream, z, 1.0))
    bends = [open_relu if f == "relu" else f for f in net.activations]
    return backprop.gradients(MLP(net.weights, net.biases, bends), X, upstream)


@mutant("input-gradient-first-layer-linear", of="backprop.input_gradient",
        imitates="the last step down forgets the slopes of the first layer",
        killed_by=["test_every_gradient_is_the_slope_of_the_cost"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    net = as_mlp(net)
    first = MLP(net.weights[:1], net.biases[:1], ["identity"])
    if len(net.weights) > 1:
        above = MLP(net.weights[1:], net.biases[1:], net.activations[1:])
        upstream = backprop.input_gradient(above, forward(net, X)[0][1], upstream)
    return backprop.input_gradient(first, X, upstream)


@mutant("curvature-slopes-not-squared", of="backprop.curvature",
        imitates="gradients are sent back in place of curvatures: nothing is squared on the way",
        killed_by=["test_the_curvature_is_back_propagated_through_squared_slopes_weights_and_activations"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    backprop.curvature(net, X, upstream)
    return backprop.gradients(net, X, upstream)


@mutant("curvature-as-squared-gradient", of="backprop.curvature",
        imitates="the square of the gradient is taken for the curvature",
        killed_by=["test_the_curvature_is_back_propagated_through_squared_slopes_weights_and_activations",
                   "test_with_two_hidden_layers_it_is_an_estimate"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    backprop.curvature(net, X, upstream)
    return [(dW**2, None if db is None else db**2) for dW, db in backprop.gradients(net, X, upstream)]


@mutant("layer-jacobians-without-slopes", of="backprop.layer_jacobians",
        imitates="the Jacobian of a layer is taken for its weights",
        killed_by=["test_the_jacobian_of_a_layer_is_the_slopes_times_the_weights"])
def _(net: Net, x: ArrayLike) -> list[NDArray]:
    net = as_mlp(net)
    return backprop.layer_jacobians(MLP(net.weights, net.biases, ["identity"] * len(net.weights)), x)


@mutant("jacobian-diagonal-softmax", of="backprop.jacobian",
        imitates="only the diagonal of each activation's Jacobian is kept, which mixes nothing in a softmax",
        killed_by=["test_row_i_of_the_jacobian_is_the_slope_of_output_i"])
def _(net: Net, x: ArrayLike) -> NDArray:
    net, x = as_mlp(net), np.asarray(x)
    J = np.eye(len(x))
    for (Z, _), W, f in zip(forward(net, x[np.newaxis]), net.weights, net.activations, strict=True):
        D = activation(f).backward(np.eye(len(W), dtype=Z.dtype), Z.repeat(len(W), axis=0))
        J = np.diag(np.diag(D)) @ W @ J.astype(W.dtype)
    return J


@mutant("jacobian-always-float64", of="backprop.jacobian", level="shape",
        imitates="the product starts from np.eye, which is float64",
        killed_by=["test_jacobians_keep_the_dtype_and_the_sample"])
def _(net: Net, x: ArrayLike) -> NDArray:
    return backprop.jacobian(net, x).astype(np.float64)


@mutant("one-hidden-layer-gradients-transposed", of="backprop.one_hidden_layer_gradients", level="shape",
        imitates="the gradient of the weights is x delta^T, one row for each input, which fits a square layer only",
        killed_by=["test_off_the_square_the_slide_s_index_does_not_exist_and_its_column_is_no_matrix"])
def _(
    x: ArrayLike, W: ArrayLike, b: ArrayLike, U: ArrayLike, f: str | Activation = "tanh"
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    dx, dW, delta, a = backprop.one_hidden_layer_gradients(x, W, b, U, f)
    return dx, dW.T.copy(), delta, a


@mutant("one-hidden-layer-gradients-always-float64", of="backprop.one_hidden_layer_gradients", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_written_out_formulas_keep_dtype_and_arguments"])
def _(
    x: ArrayLike, W: ArrayLike, b: ArrayLike, U: ArrayLike, f: str | Activation = "tanh"
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    return backprop.one_hidden_layer_gradients(np.asarray(x, np.float64), W, b, U, f)


@mutant("gradients-always-float64", of="backprop.gradients", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_gradients_have_the_shapes_of_their_parameters_and_the_wider_dtype"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    return backprop.gradients(net, np.asarray(X, np.float64), upstream)


@mutant("gradients-a-sweep-for-each-layer", of="backprop.gradients",
        imitates="the deltas are computed from the top again for each layer, so work grows with the depth squared",
        killed_by=["test_one_sweep_is_enough_so_that_every_further_layer_costs_the_same"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    return [backprop.gradients(net, X, upstream)[layer] for layer in range(len(net.weights))]


@mutant("chain-gradients-always-float64", of="backprop.chain_gradients", level="shape",
        imitates="the gradients are made with np.zeros, which is float64",
        killed_by=["test_the_chain_keeps_the_dtype_of_its_weights_and_leaves_them_alone"])
def _(x: float, w: ArrayLike, f: str | Activation = "sigmoid", upstream: float = 1.0) -> NDArray:
    return backprop.chain_gradients(x, np.asarray(w, np.float64), f, upstream)


@mutant("curvature-always-float64", of="backprop.curvature", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_curvatures_have_the_shapes_and_the_dtype_of_the_parameters"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    return backprop.curvature(net, np.asarray(X, np.float64), upstream)


@mutant("curvature-of-softmax-as-if-elementwise", of="backprop.curvature", level="shape",
        imitates="softmax is treated as if each output had one input, where no diagonal recursion holds",
        killed_by=["test_softmax_mixes_its_inputs_and_has_no_curvature_here"])
def _(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    parts = ["sigmoid" if f == "softmax" else f for f in net.activations]
    return backprop.curvature(MLP(net.weights, net.biases, parts), X, upstream)


@mutant("two-hidden-layers-gradients-own-activations", of="backprop.two_hidden_layers_gradients", level="shape",
        imitates="the weights of layer 2 meet the activations of their own layer, as on the slide, not those below",
        killed_by=["test_the_weights_of_layer_two_meet_the_activations_below_them_not_their_own"])
def _(
    x: ArrayLike, W1: ArrayLike, b1: ArrayLike, W2: ArrayLike, b2: ArrayLike, U: ArrayLike, f: str | Activation = "tanh"
) -> tuple[NDArray, ...]:
    *others, _, delta2, a2 = backprop.two_hidden_layers_gradients(x, W1, b1, W2, b2, U, f)
    return *others, np.outer(delta2, a2), delta2, a2
