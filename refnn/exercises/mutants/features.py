"""Wrong features and kernels."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import features
from refnn.exercises.mutants import mutant
from refnn.features import feature_scores, feature_scores_backward, quadratic_features
from refnn.linear import affine
from refnn.mlp import Net, forward

# fmt: off

Features = Callable[[NDArray], ArrayLike]


@mutant("quadratic-features-without-the-root", of="features.quadratic_features",
        imitates="the products stand without the root of 2, so x_i x_j counts once and not twice",
        killed_by=["test_the_features_are_the_pairs_in_order_each_once",
                   "test_the_kernel_is_the_scalar_product_of_the_features"])
def _(X: ArrayLike) -> NDArray:
    Phi, (i, j) = quadratic_features(X), np.triu_indices(np.shape(X)[1])
    return np.where(i == j, Phi, Phi / np.sqrt(2)).astype(Phi.dtype)


@mutant("quadratic-features-two-for-the-root", of="features.quadratic_features",
        imitates="the products are doubled, as in the square of a sum, where the root of 2 belongs",
        killed_by=["test_in_the_plane_the_features_are_two_squares_and_root_two_times_the_product",
                   "test_the_gram_matrix_of_quadratic_features_is_symmetric_and_has_no_negative_eigenvalue"])
def _(X: ArrayLike) -> NDArray:
    Phi, (i, j) = quadratic_features(X), np.triu_indices(np.shape(X)[1])
    return np.where(i == j, Phi, Phi * np.sqrt(2)).astype(Phi.dtype)


@mutant("quadratic-features-squares-first", of="features.quadratic_features",
        imitates="all squares come first and then all products: the same features in another order",
        killed_by=["test_in_the_plane_the_features_are_two_squares_and_root_two_times_the_product",
                   "test_the_features_are_the_pairs_in_order_each_once"])
def _(X: ArrayLike) -> NDArray:
    i, j = np.triu_indices(np.shape(X)[1])
    return quadratic_features(X)[:, np.argsort(i != j, kind="stable")]


@mutant("quadratic-features-hides-nan", of="features.quadratic_features",
        imitates="NaN is read as 0, so what is missing looks like nothing",
        killed_by=["test_no_samples_have_no_features_and_what_is_missing_stays_missing"])
def _(X: ArrayLike) -> NDArray:
    X = np.asarray(X)
    return quadratic_features(np.where(np.isnan(X), 0, X).astype(X.dtype))


@mutant("quadratic-features-always-float64", of="features.quadratic_features", level="shape",
        imitates="the root of 2 is a float64 array, and takes the features with it",
        killed_by=["test_features_and_kernel_keep_the_dtype_and_leave_their_arguments_alone"])
def _(X: ArrayLike) -> NDArray:
    return quadratic_features(np.asarray(X, np.float64))


@mutant("quadratic-features-backward-one-factor", of="features.quadratic_features_backward",
        imitates="the gradient is sent to the first factor of each product only",
        killed_by=["test_the_gradient_of_the_features_is_their_slope"])
def _(upstream: ArrayLike, X: ArrayLike) -> NDArray:
    dX, upstream, (i, j) = features.quadratic_features_backward(upstream, X), np.asarray(upstream), np.triu_indices(
        np.shape(X)[1])
    beside = np.where(i == j, 0, upstream)
    second = np.zeros_like(dX)
    for column, (first, other) in enumerate(zip(i, j, strict=True)):
        second[:, other] += (np.sqrt(2) * beside[:, column] * np.asarray(X)[:, first]).astype(dX.dtype)
    return dX - second


@mutant("quadratic-features-backward-in-the-dtype-of-the-sample", of="features.quadratic_features_backward",
        level="shape",
        imitates="the gradient is rounded to the dtype of the samples",
        killed_by=["test_a_float32_sample_loses_nothing_under_a_float64_gradient"])
def _(upstream: ArrayLike, X: ArrayLike) -> NDArray:
    dX, X = features.quadratic_features_backward(upstream, X), np.asarray(X)
    return dX.astype(X.dtype) if X.dtype.kind == "f" else dX


@mutant("quadratic-kernel-not-squared", of="features.quadratic_kernel",
        imitates="the scalar product is taken and not squared: the linear kernel",
        killed_by=["test_the_kernel_is_the_squared_scalar_product", "test_the_kernel_is_symmetric_and_of_degree_two"])
def _(X: ArrayLike, Y: ArrayLike) -> NDArray:
    kernel, product = features.quadratic_kernel(X, Y), np.asarray(X) @ np.asarray(Y).T
    return product.astype(kernel.dtype)


@mutant("quadratic-kernel-with-a-one", of="features.quadratic_kernel",
        imitates="(1 + x.x')^2 is taken, the kernel of all terms up to degree 2",
        killed_by=["test_the_kernel_is_the_squared_scalar_product", "test_the_kernel_is_symmetric_and_of_degree_two",
                   "test_without_the_root_of_two_the_kernel_is_not_met"])
def _(X: ArrayLike, Y: ArrayLike) -> NDArray:
    kernel, product = features.quadratic_kernel(X, Y), np.asarray(X) @ np.asarray(Y).T
    return ((1 + product) ** 2).astype(kernel.dtype)


@mutant("quadratic-kernel-negative", of="features.quadratic_kernel",
        imitates="the square is taken with the sign of the product, so that opposite samples are unlike",
        killed_by=["test_no_weighting_of_the_samples_makes_the_kernel_negative",
                   "test_the_kernel_is_symmetric_and_of_degree_two"])
def _(X: ArrayLike, Y: ArrayLike) -> NDArray:
    kernel, product = features.quadratic_kernel(X, Y), np.asarray(X) @ np.asarray(Y).T
    return kernel * np.sign(-product).astype(kernel.dtype)


@mutant("quadratic-kernel-backward-without-the-two", of="features.quadratic_kernel_backward",
        imitates="the 2 from the square is missing",
        killed_by=["test_the_gradients_of_the_kernel_are_its_slopes"])
def _(upstream: ArrayLike, X: ArrayLike, Y: ArrayLike) -> tuple[NDArray, NDArray]:
    dX, dY = features.quadratic_kernel_backward(upstream, X, Y)
    return dX / 2, dY / 2


@mutant("gram-matrix-of-the-columns", of="features.gram_matrix", level="shape",
        imitates="the columns are multiplied with each other, not the rows: features by features",
        killed_by=["test_the_gram_matrix_holds_the_scalar_product_of_every_two_rows",
                   "test_the_gram_matrix_of_quadratic_features_is_symmetric_and_has_no_negative_eigenvalue"])
def _(Phi: ArrayLike) -> NDArray:
    return features.gram_matrix(np.transpose(np.asarray(Phi)))


@mutant("gram-matrix-normalised", of="features.gram_matrix",
        imitates="every row is divided by its length first, so the matrix holds cosines",
        killed_by=["test_the_gram_matrix_holds_the_scalar_product_of_every_two_rows",
                   "test_the_gradient_of_the_gram_matrix_is_its_slope"])
def _(Phi: ArrayLike) -> NDArray:
    G = features.gram_matrix(Phi)
    length = np.sqrt(np.diagonal(G))
    return G / np.where(np.outer(length, length) == 0, 1, np.outer(length, length)).astype(G.dtype)


@mutant("gram-matrix-backward-one-side", of="features.gram_matrix_backward",
        imitates="the features are taken to enter from one side: U Phi, not (U + U^T) Phi",
        killed_by=["test_the_gradient_of_the_gram_matrix_is_its_slope"])
def _(upstream: ArrayLike, Phi: ArrayLike) -> NDArray:
    dPhi = features.gram_matrix_backward(upstream, Phi)
    return (np.asarray(upstream) @ np.asarray(Phi)).astype(dPhi.dtype)


@mutant("gram-matrix-backward-symmetric", of="features.gram_matrix_backward",
        imitates="the upstream gradient is taken to be symmetric, like the matrix: 2 U Phi",
        killed_by=["test_the_gradient_of_the_gram_matrix_is_its_slope"])
def _(upstream: ArrayLike, Phi: ArrayLike) -> NDArray:
    dPhi = features.gram_matrix_backward(upstream, Phi)
    return (2 * np.asarray(upstream) @ np.asarray(Phi)).astype(dPhi.dtype)


@mutant("gram-matrix-backward-always-float64", of="features.gram_matrix_backward", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_gram_matrix_keeps_the_dtype_and_leaves_the_features_alone"])
def _(upstream: ArrayLike, Phi: ArrayLike) -> NDArray:
    return features.gram_matrix_backward(upstream, np.asarray(Phi, np.float64))


@mutant("xor-feature-plus", of="features.xor_feature",
        imitates="the minus sign is missing, so the feature is positive where the inputs agree",
        killed_by=["test_the_feature_of_exclusive_or_is_minus_the_product",
                   "test_one_product_separates_exclusive_or_with_either_sign_of_both_inputs"])
def _(X: ArrayLike) -> NDArray:
    return -features.xor_feature(X)


@mutant("xor-feature-of-the-difference", of="features.xor_feature",
        imitates="|x1 - x2| - 1 is taken, which is the same in the four corners alone",
        killed_by=["test_the_feature_of_exclusive_or_is_minus_the_product",
                   "test_the_gradient_of_the_product_is_its_slope"])
def _(X: ArrayLike) -> NDArray:
    phi, X = features.xor_feature(X), np.asarray(X)
    return (np.abs(X[:, 0] - X[:, 1]) - 1).astype(phi.dtype)


@mutant("xor-feature-backward-own-factor", of="features.xor_feature_backward",
        imitates="each factor gets itself in place of the other one",
        killed_by=["test_the_gradient_of_the_product_is_its_slope"])
def _(upstream: ArrayLike, X: ArrayLike) -> NDArray:
    return features.xor_feature_backward(upstream, X)[:, ::-1].copy()


@mutant("xor-feature-backward-always-float64", of="features.xor_feature_backward", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_product_keeps_the_dtype_and_leaves_the_inputs_alone"])
def _(upstream: ArrayLike, X: ArrayLike) -> NDArray:
    return features.xor_feature_backward(np.asarray(upstream, np.float64), np.asarray(X, np.float64))


@mutant("feature-scores-of-the-samples", of="features.feature_scores",
        imitates="where the sizes fit the samples are scored themselves, not their features",
        killed_by=["test_the_last_layer_of_a_net_is_a_linear_model_on_learned_features"])
def _(
    X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, features: Features = quadratic_features
) -> NDArray:
    right = feature_scores(X, W, b, features)
    return affine(X, W, b).astype(right.dtype) if np.shape(W)[-1] == np.shape(X)[-1] else right


@mutant("feature-scores-squares-alone", of="features.feature_scores",
        imitates="the quadratic features are taken without their products, which is all that exclusive or needs",
        killed_by=["test_exclusive_or_is_linear_in_the_quadratic_features_though_not_in_the_inputs"])
def _(
    X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, features: Features = quadratic_features
) -> NDArray:
    def squares(X: NDArray) -> NDArray:
        i, j = np.triu_indices(X.shape[1])
        return quadratic_features(X) * (i == j)

    return feature_scores(X, W, b, squares if features is quadratic_features else features)


@mutant("feature-scores-without-bias", of="features.feature_scores",
        imitates="the bias is taken and not added",
        killed_by=["test_the_scores_are_linear_in_the_features", "test_in_quadratic_features_a_circle_is_a_plane",
                   "test_with_the_samples_as_features_the_model_is_the_linear_one"])
def _(
    X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, features: Features = quadratic_features
) -> NDArray:
    return feature_scores(X, W, None if b is None else np.zeros_like(b), features)


@mutant("feature-scores-lends-its-samples", of="features.feature_scores", level="shape",
        imitates="the features are given the caller's own array, which they may change",
        killed_by=["test_the_model_keeps_the_dtype_and_not_even_its_features_can_change_the_samples"])
def _(
    X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, features: Features = quadratic_features
) -> NDArray:
    return affine(features(np.asarray(X)), W, b)


@mutant("feature-scores-backward-of-the-samples", of="features.feature_scores_backward",
        imitates="the upstream gradient meets the samples and not their features",
        killed_by=["test_what_is_learned_on_fixed_features_gets_the_slope_as_gradient"])
def _(
    upstream: ArrayLike, X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None,
    features: Features = quadratic_features,
) -> tuple[NDArray, NDArray | None]:
    fits = np.shape(W)[-1] == np.shape(X)[-1]
    return feature_scores_backward(upstream, X, W, b, (lambda X: X) if fits else features)


@mutant("learned-features-before-the-activation", of="features.learned_features",
        imitates="the sums of the last hidden layer are handed out, before its activation",
        killed_by=["test_the_learned_features_are_the_activations_below_the_last_layer",
                   "test_the_last_layer_of_a_net_is_a_linear_model_on_learned_features"])
def _(net: Net, X: ArrayLike) -> NDArray:
    right, sums = features.learned_features(net, X), [Z for Z, _ in forward(net, X)[:-1]]
    return sums[-1] if sums else right


@mutant("learned-features-of-the-first-layer", of="features.learned_features", level="shape",
        imitates="the first hidden layer is taken for the last one",
        killed_by=["test_the_learned_features_are_the_activations_below_the_last_layer"])
def _(net: Net, X: ArrayLike) -> NDArray:
    layers = forward(net, X)
    return layers[0][1] if len(layers) > 1 else features.learned_features(net, X)


@mutant("learned-features-turned-by-the-last-layer", of="features.learned_features",
        imitates="each feature is multiplied by the size of the weights that read it, to show how much it counts",
        killed_by=["test_the_last_layer_has_no_say_in_the_features",
                   "test_the_learned_features_are_the_activations_below_the_last_layer"])
def _(net: Net, X: ArrayLike) -> NDArray:
    phi = features.learned_features(net, X)
    return phi * np.abs(net.weights[-1]).sum(axis=0).astype(phi.dtype)


@mutant("learned-features-lends-the-samples", of="features.learned_features", level="shape",
        imitates="of a net with one layer the caller's own samples are handed out",
        killed_by=["test_a_net_of_one_layer_hands_out_a_copy_of_the_samples"])
def _(net: Net, X: ArrayLike) -> NDArray:
    return np.asarray(X) if len(net.weights) == 1 else features.learned_features(net, X)
