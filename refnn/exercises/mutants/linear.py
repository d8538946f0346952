"""Wrong linear scores."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import linear
from refnn.exercises.mutants import mutant

# fmt: off


@mutant("discriminant-minus-bias", of="linear.discriminant",
        imitates="the bias is subtracted, as if it were a threshold",
        killed_by=["test_the_score_is_the_inner_product_plus_the_bias"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    return linear.discriminant(X, w, -np.asarray(b))


@mutant("discriminant-forgotten-bias", of="linear.discriminant",
        imitates="there is no bias: every plane goes through the origin",
        killed_by=["test_the_score_is_the_inner_product_plus_the_bias"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    return linear.discriminant(X, w, 0)


@mutant("discriminant-always-float64", of="linear.discriminant", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_score_keeps_the_dtype_and_leaves_the_arguments_alone"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    return linear.discriminant(np.asarray(X, np.float64), w, b)


@mutant("classify-zero-is-a-class", of="linear.classify",
        imitates="a sample on the plane is given to class 1 instead of to neither",
        killed_by=["test_scores_of_infinite_and_missing_numbers_are_what_the_formula_says"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    f = linear.discriminant(X, w, b)
    return np.where(f >= 0, 1, -1).astype(f.dtype)


@mutant("classify-as-probability", of="linear.classify",
        imitates="the score is read as a probability: class 1 begins at a half",
        killed_by=["test_the_class_does_not_change_when_weights_and_bias_grow_together"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    f = linear.discriminant(X, w, b)
    return np.sign(f - f.dtype.type(0.5))


@mutant("classify-exchanged", of="linear.classify",
        imitates="class 1 lies on the negative side: the two are exchanged",
        killed_by=["test_the_class_is_the_sign_of_the_score_and_zero_is_undecided"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    return -linear.classify(X, w, b)



@mutant("augment-in-front", of="linear.augment",
        imitates="the new coordinate is put in front, not at the end",
        killed_by=["test_every_row_of_weights_gets_its_own_bias"])
def _(v: ArrayLike, last: ArrayLike = 1.0) -> NDArray:
    return np.roll(linear.augment(v, last), 1, axis=-1)


@mutant("augment-minus-one", of="linear.augment",
        imitates="the constant input is -1, so that the last weight is a threshold and not a bias",
        killed_by=["test_augmenting_appends_a_one_to_samples_and_the_bias_to_weights"])
def _(v: ArrayLike, last: ArrayLike = 1.0) -> NDArray:
    return linear.augment(v, -1.0 if np.ndim(last) == 0 and last == 1.0 else last)


@mutant("augment-ignores-last", of="linear.augment",
        imitates="the new coordinate is always one, whatever was asked for",
        killed_by=["test_every_row_of_weights_gets_its_own_bias"])
def _(v: ArrayLike, last: ArrayLike = 1.0) -> NDArray:
    return linear.augment(v)


@mutant("split-shares-memory", of="linear.split", level="shape",
        imitates="the parts are windows into the argument: who writes into one writes into the other",
        killed_by=["test_augmenting_and_splitting_keep_the_dtype_and_share_no_memory"])
def _(v: ArrayLike) -> tuple[NDArray, NDArray]:
    v = np.asarray(v)
    return v[..., :-1], v[..., -1]


@mutant("signed-distance-length-with-bias", of="linear.signed_distance",
        imitates="the score is divided by the length of weights and bias together",
        killed_by=["test_the_distance_is_the_score_over_the_length_of_the_weights",
                   "test_in_homogeneous_coordinates_the_distance_is_a_smaller_number_unless_the_bias_is_zero"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    f, w = linear.discriminant(X, w, b), linear.augment(w, b)
    return f / np.hypot.reduce(w).astype(f.dtype)


@mutant("signed-distance-without-sign", of="linear.signed_distance",
        imitates="the distance is a size and has lost its side",
        killed_by=["test_the_distance_is_the_score_over_the_length_of_the_weights",
                   "test_the_sign_of_the_distance_tells_the_side"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    return np.abs(linear.signed_distance(X, w, b))


@mutant("signed-distance-no-root", of="linear.signed_distance",
        imitates="the score is divided by the squared length: the root is forgotten",
        killed_by=["test_the_distance_is_the_score_over_the_length_of_the_weights",
                   "test_the_distance_belongs_to_the_plane_and_not_to_its_equation"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    f, w = linear.discriminant(X, w, b), np.asarray(w)
    return f / (w @ w).astype(f.dtype)


@mutant("signed-distance-squares-overflow", of="linear.signed_distance",
        imitates="the length is the root of a sum of squares, which overflow or vanish before the root is taken",
        killed_by=["test_weights_whose_squares_leave_the_numbers_still_give_the_distance"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    f, w = linear.discriminant(X, w, b), np.asarray(w)
    return f / np.sqrt((w * w).sum()).astype(f.dtype)


@mutant("foot-point-mirrored", of="linear.foot_point",
        imitates="the step goes twice as far: this is the mirror image of the sample, not its foot",
        killed_by=["test_the_foot_point_lies_on_the_plane"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    return 2 * linear.foot_point(X, w, b) - np.asarray(X)


@mutant("foot-point-normal-not-unit", of="linear.foot_point",
        imitates="the distance is walked along w as it is, not along w of length one",
        killed_by=["test_the_foot_point_lies_on_the_plane",
                   "test_a_sample_is_as_far_from_its_foot_point_as_from_the_plane"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    return np.asarray(X) - np.multiply.outer(linear.signed_distance(X, w, b), w)


@mutant("normalize-labels-spares-the-constant", of="linear.normalize_labels",
        imitates="the last coordinate, the constant one, is not turned round with the others",
        killed_by=["test_normalising_replaces_the_negative_samples_by_their_opposites"])
def _(X: ArrayLike, y: ArrayLike) -> NDArray:
    z = linear.normalize_labels(X, y)
    z[:, -1] = np.asarray(X)[:, -1]
    return z


@mutant("normalize-labels-in-place", of="linear.normalize_labels", level="shape",
        imitates="the caller's own samples are turned round",
        killed_by=["test_normalised_samples_keep_the_dtype_whatever_that_of_the_labels"])
def _(X: ArrayLike, y: ArrayLike) -> NDArray:
    X = np.asarray(X)
    X *= np.asarray(y, X.dtype)[:, np.newaxis]
    return X


@mutant("separates-on-the-plane", of="linear.separates",
        imitates="a sample on the plane counts as separated",
        killed_by=["test_a_vector_separates_if_both_classes_lie_strictly_on_their_sides"])
def _(X: ArrayLike, y: ArrayLike, w: ArrayLike) -> bool:
    return bool((linear.normalize_labels(X, y) @ np.asarray(w) >= 0).all())


@mutant("separates-on-the-whole", of="linear.separates",
        imitates="the sum of all scores is asked to be positive, not each of them",
        killed_by=["test_a_vector_separates_if_both_classes_lie_strictly_on_their_sides"])
def _(X: ArrayLike, y: ArrayLike, w: ArrayLike) -> bool:
    return bool((linear.normalize_labels(X, y) @ np.asarray(w)).sum() > 0)


@mutant("affine-reshaped-weights", of="linear.affine",
        imitates="the weights are reshaped to (in, out) where they should be transposed",
        killed_by=["test_every_score_is_a_weighted_sum_plus_a_bias"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None) -> NDArray:
    W = np.asarray(W)
    return linear.affine(X, W.reshape(W.shape[::-1]).T, b)


@mutant("affine-always-float64", of="linear.affine", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_scores_have_one_row_per_sample_one_column_per_class_and_the_wider_dtype"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None) -> NDArray:
    return linear.affine(np.asarray(X, np.float64), W, b)


@mutant("affine-backward-mean", of="linear.affine_backward",
        imitates="the gradients of the parameters are divided by n, though the loss had its 1/n already",
        killed_by=["test_the_gradients_are_the_slopes_of_the_scores"])
def _(
    upstream: ArrayLike, X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None
) -> tuple[NDArray, NDArray, NDArray | None]:
    dX, dW, db = linear.affine_backward(upstream, X, W, b)
    n = max(1, len(dX))
    return dX, dW / n, None if db is None else db / n


@mutant("affine-backward-reshaped", of="linear.affine_backward",
        imitates="the gradient of the weights is X^T Delta, reshaped until it fits",
        killed_by=["test_the_gradients_are_the_slopes_of_the_scores"])
def _(
    upstream: ArrayLike, X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None
) -> tuple[NDArray, NDArray, NDArray | None]:
    dX, dW, db = linear.affine_backward(upstream, X, W, b)
    return dX, dW.T.reshape(dW.shape), db


@mutant("affine-backward-absent-bias-gets-zero", of="linear.affine_backward", level="shape",
        imitates="a bias that is not there is given a gradient",
        killed_by=["test_an_absent_bias_has_no_gradient_and_changes_no_other"])
def _(
    upstream: ArrayLike, X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None
) -> tuple[NDArray, NDArray, NDArray | None]:
    dX, dW, db = linear.affine_backward(upstream, X, W, b)
    return dX, dW, np.zeros(len(dW), dW.dtype) if db is None else db


@mutant("affine-parameter-count-bias-per-input", of="linear.affine_parameter_count",
        imitates="one bias is counted for each input instead of for each output",
        killed_by=["test_the_parameters_are_all_the_weights_and_one_bias_per_score"])
def _(inputs: int, outputs: int, bias: bool = True) -> int:
    return inputs * outputs + inputs * bool(bias)


@mutant("collapse-loses-lower-biases", of="linear.collapse",
        imitates="only the weights are multiplied through; the biases of the lower layers are lost",
        killed_by=["test_linear_layers_of_any_depth_are_one_layer"])
def _(weights: Sequence[ArrayLike], biases: Sequence[ArrayLike]) -> tuple[NDArray, NDArray]:
    W, _ = linear.collapse(weights, biases)
    return W, np.array(biases[-1])


@mutant("collapse-shares-memory", of="linear.collapse", level="shape",
        imitates="one layer alone is handed back as it came, not as a copy",
        killed_by=["test_a_collapsed_net_has_the_shape_of_one_layer_keeps_the_dtype_and_shares_no_memory"])
def _(weights: Sequence[ArrayLike], biases: Sequence[ArrayLike]) -> tuple[NDArray, NDArray]:
    if len(weights) == 1:
        return np.asarray(weights[0]), np.asarray(biases[0])
    return linear.collapse(weights, biases)


@mutant("discriminant-cosine", of="linear.discriminant",
        imitates="the score is divided by the length of the sample, as for the cosine of an angle",
        killed_by=["test_a_walk_at_right_angles_to_the_weights_leaves_the_score_alone",
                   "test_in_homogeneous_coordinates_the_plane_is_a_cone_through_the_origin"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    f, length = linear.discriminant(X, w, b), np.hypot.reduce(np.asarray(X), axis=-1)
    return f / np.where(length == 0, 1, length).astype(f.dtype)


@mutant("signed-distance-always-float64", of="linear.signed_distance", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_distance_and_foot_point_keep_the_dtype_and_leave_the_arguments_alone"])
def _(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    return linear.signed_distance(np.asarray(X, np.float64), w, b)


@mutant("affine-zero-without-inputs", of="linear.affine",
        imitates="an empty array is answered with zeros before the bias is added",
        killed_by=["test_no_samples_have_no_scores_and_no_inputs_leave_the_bias"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None) -> NDArray:
    Z = linear.affine(X, W, b)
    return Z if np.size(X) else np.zeros_like(Z)


@mutant("affine-with-a-tanh", of="linear.affine",
        imitates="the activation has slipped into the layer, which bends",
        killed_by=["test_no_depth_of_linear_layers_gets_all_of_xor_right"])
def _(X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None) -> NDArray:
    return np.tanh(linear.affine(X, W, b))


@mutant("affine-backward-in-the-dtype-of-upstream", of="linear.affine_backward", level="shape",
        imitates="the gradients are rounded to the dtype of the upstream gradient",
        killed_by=["test_gradients_have_the_shapes_of_their_arguments_and_the_wider_dtype"])
def _(
    upstream: ArrayLike, X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None
) -> tuple[NDArray, NDArray, NDArray | None]:
    dX, dW, db = linear.affine_backward(upstream, X, W, b)
    dtype = np.asarray(upstream).dtype
    return dX.astype(dtype), dW.astype(dtype), None if db is None else db.astype(dtype)
