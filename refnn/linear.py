r"""Linear scores: the weighted sum that every model in this book is made of, and the geometry behind it.

A score $f(x) = w^\top x + b$ is zero on a hyperplane. The weights stand at right angles to it (LIN-03), and the score
divided by their length is the distance from it, with a sign for the side (LIN-04). A bias is no more than the weight
of an input that is always one (LIN-02), and a label folded into its sample turns *separate the classes* into *be
positive everywhere* (LIN-05). Several scores side by side are one matrix product (LIN-06), the linear part of every
layer to come; without something non-linear between them, any number of such layers is worth one (LIN-07).

Symbols: `X` samples as rows; `w`, `b` weights and bias of one score; `W`, `b` those of several, a row of `W` for each;
`y` labels -1 or +1; `f` a score, `r` a signed distance.

Source: S1 "Linear model (classifier)", "Decision Surface", "Two-category Linearly Separable Case", "Activation
Function"; S3 "Beyond linear".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, as_upstream, at_least, same_shape, several, sign_labels
from refnn.kernels import matmul

__all__ = [
    "affine",
    "affine_backward",
    "affine_parameter_count",
    "augment",
    "classify",
    "collapse",
    "discriminant",
    "foot_point",
    "normalize_labels",
    "separates",
    "signed_distance",
    "split",
]


def discriminant(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    r"""Return the score of each sample, which is zero on the decision surface.

    $$f(x) = w^\top x + b \tag{LIN-01}$$

    Args:
        X: samples, shape (n, d).
        w: weights, shape (d,).
        b: bias, a number; it takes the dtype of `X` and `w`.

    Returns:
        Scores, shape (n,).

    Raises:
        ValueError: if `w` has not one weight for each column of `X`.

    Example:
        >>> discriminant([[3, 4], [1, 0]], w=[3, 4], b=-5)
        array([20., -2.])
    """
    X, w, b = _one_score(X, w, b)
    return affine(X, w[np.newaxis], b[np.newaxis])[:, 0]  # (n, 1) -> (n,)


def classify(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    r"""Return the side of the plane on which each sample lies.

    $$\hat y = \operatorname{sgn}(w^\top x + b) \tag{LIN-01}$$

    Convention: a sample on the plane is undecided and gets 0, which is neither class.

    Args:
        X: samples, shape (n, d).
        w: weights, shape (d,).
        b: bias, a number.

    Returns:
        +1 for class 1, -1 for class 2, 0 on the plane, in the dtype of the scores, shape (n,). NaN stays NaN.

    Example:
        >>> classify([[3, 4], [1, 0], [-1, 2]], w=[3, 4], b=-5)
        array([ 1., -1.,  0.])
    """
    return np.sign(discriminant(X, w, b))


def augment(v: ArrayLike, last: ArrayLike = 1.0) -> NDArray:
    r"""Append a coordinate: the constant one to samples, the bias to weights.

    $$\tilde x = (x, 1), \qquad \tilde w = (w, b), \qquad \tilde w^\top \tilde x = w^\top x + b \tag{LIN-02}$$

    Args:
        v: samples or weights, shape (..., d).
        last: the new coordinate, one number for all rows, or one for each, shape (...).

    Returns:
        Homogeneous coordinates, shape (..., d + 1). A single number takes the dtype of `v`.

    Raises:
        ValueError: if `v` is a number, or `last` neither a number nor one number for each row.

    Example: samples, then the weights of one plane.

        >>> augment([[3, 4], [1, 0]])
        array([[3., 4., 1.],
               [1., 0., 1.]])
        >>> augment([3, 4], -5)
        array([ 3.,  4., -5.])
    """
    v, last = as_float("v", v), as_float("last", last)
    if v.ndim == 0:
        raise ValueError(f"v: expected at least one axis, got shape {v.shape}")
    if last.ndim == 0:
        last = np.full(v.shape[:-1], last, v.dtype)
    same_shape("last", last, v.shape[:-1])
    return np.concatenate([v, last[..., np.newaxis]], axis=-1)  # (..., d) and (..., 1) -> (..., d + 1)


def split(v: ArrayLike) -> tuple[NDArray, NDArray]:
    r"""Take homogeneous coordinates apart again: what `augment` joined, as two arrays (LIN-02).

    Args:
        v: homogeneous coordinates, shape (..., d + 1).

    Returns:
        The first d coordinates, shape (..., d), and the last one, shape (...).

    Raises:
        ValueError: if there is no last coordinate to take off.

    Example:
        >>> w, b = split([3, 4, -5])
        >>> w.tolist(), b.tolist()
        ([3.0, 4.0], -5.0)
    """
    v = as_float("v", v)
    if v.ndim == 0 or v.shape[-1] == 0:
        raise ValueError(f"v: expected a last axis of at least one entry, got shape {v.shape}")
    return v[..., :-1].copy(), v[..., -1].copy()


def signed_distance(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    r"""Return how far each sample lies from the plane, positive on the side to which `w` points.

    $$r(x) = \frac{f(x)}{\lVert w \rVert} \tag{LIN-04}$$

    Pitfall: the length is that of `w` without the bias. In homogeneous coordinates $\tilde w^\top \tilde x /
    \lVert \tilde w \rVert$ is a distance too, but in a space of one dimension more, and another number.

    Args:
        X: samples, shape (n, d).
        w: weights, not all zero, shape (d,).
        b: bias, a number.

    Returns:
        Signed distances, shape (n,); the same for every equation of the plane with `w` on this side.

    Raises:
        ValueError: if `w` is zero, for then there is no plane.

    Example:
        >>> signed_distance([[3, 4]], w=[3, 4], b=-5)
        array([4.])
    """
    X, w, b = _one_score(X, w, b)
    with np.errstate(over="ignore", invalid="ignore"):  # infinity over infinity is NaN, as it should be
        return discriminant(X, w, b) / _length(w)


def foot_point(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> NDArray:
    r"""Return the point of the plane that is nearest to each sample, straight down along the normal.

    $$x_p = x - r(x)\,\frac{w}{\lVert w \rVert}, \qquad f(x_p) = 0 \tag{LIN-04}$$

    Args:
        X: samples, shape (n, d).
        w: weights, not all zero, shape (d,).
        b: bias, a number.

    Returns:
        Points, shape (n, d). The difference of any two of them is at right angles to `w` (LIN-03).

    Raises:
        ValueError: if `w` is zero, for then there is no plane.

    Example:
        >>> foot_point([[3, 4]], w=[3, 4], b=-5).round(12)
        array([[0.6, 0.8]])
    """
    X, w, b = _one_score(X, w, b)
    r = signed_distance(X, w, b)
    with np.errstate(over="ignore", invalid="ignore"):
        return X - r[:, np.newaxis] * (w / _length(w))  # (n, d) - (n, 1) (d,)


def normalize_labels(X: ArrayLike, y: ArrayLike) -> NDArray:
    r"""Fold each label into its sample: what is left to ask of a vector is to be positive on every row.

    $$z_i = y_i\,x_i, \qquad y_i\,w^\top x_i = w^\top z_i \tag{LIN-05}$$

    Args:
        X: samples, shape (n, d); `augment` them first where the plane has a bias, for that is turned round too.
        y: labels -1 or +1, shape (n,).

    Returns:
        Samples of class +1 as they are, of class -1 as their opposites, shape (n, d), in the dtype of `X`.

    Example:
        >>> normalize_labels([[3, 4], [1, 2]], [1, -1])
        array([[ 3.,  4.],
               [-1., -2.]])
    """
    X = as_float("X", X, 2)
    return X * sign_labels("y", y, len(X)).astype(X.dtype)[:, np.newaxis]


def separates(X: ArrayLike, y: ArrayLike, w: ArrayLike) -> bool:
    r"""Tell whether `w` is a separating vector: every sample strictly on the side of its label.

    $$w^\top z_i > 0 \quad\text{for all } i, \qquad z_i = y_i\,x_i \tag{LIN-05}$$

    Separating vectors form a cone: sums and positive multiples of them separate too. There are none at all if some
    $\sum_i c_i z_i = 0$ with $c_i \ge 0$, not all zero.

    Args:
        X: samples, augmented where the plane has a bias, shape (n, d).
        y: labels -1 or +1, shape (n,).
        w: weights, shape (d,).

    Returns:
        True or False; True where there is no sample to get wrong.

    Example: AND is separable, and this plane does it.

        >>> X = augment([[1, 1], [1, -1], [-1, 1], [-1, -1]])
        >>> separates(X, [1, -1, -1, -1], augment([1, 1], -1))
        True
    """
    return bool((discriminant(normalize_labels(X, y), w, 0) > 0).all())


def affine(X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None) -> NDArray:
    r"""Return several scores of each sample at once, one for each row of `W`.

    $$S = X W^\top + \mathbf{1} b^\top, \qquad s_{ik} = w_k^\top x_i + b_k \tag{LIN-06}$$

    Convention: `W` is (out, in), as in $Wx + b$ for a single column $x$; samples are rows.

    Args:
        X: samples, shape (n, d).
        W: weights, shape (m, d).
        b: biases, shape (m,), or None for none.

    Returns:
        Scores, shape (n, m). Score (i, k) depends on row i of `X` and row k of `W` and `b` only.

    Raises:
        ValueError: if the shapes do not fit each other.

    Example:
        >>> affine([[3, 4], [1, 0]], W=[[1, 0], [0, 1], [1, 1]], b=[0, 0, 10])
        array([[ 3.,  4., 17.],
               [ 1.,  0., 11.]])
    """
    X, W, b = _several_scores(X, W, b)
    return matmul(X, W.T, bias=b)  # (n, d) (d, m) + (m,) -> (n, m)


def affine_backward(
    upstream: ArrayLike, X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None
) -> tuple[NDArray, NDArray, NDArray | None]:
    r"""Send the gradient in the scores back to samples, weights and biases.

    $$\frac{\partial L}{\partial X} = \Delta W, \qquad \frac{\partial L}{\partial W} = \Delta^\top X, \qquad
      \frac{\partial L}{\partial b} = \Delta^\top \mathbf{1}, \qquad
      \Delta = \frac{\partial L}{\partial S} \tag{LIN-06}$$

    Args:
        upstream: $\Delta$, shape (n, m).
        X: the samples that `affine` was given, shape (n, d).
        W: its weights, shape (m, d).
        b: its biases, shape (m,), or None for none.

    Returns:
        Gradients in `X` (n, d), in `W` (m, d) and in `b` (m,), the last None where there is no bias. Each sums over
        what shares the parameter; nothing is divided by n.
    """
    X, W, b = _several_scores(X, W, b)
    X, W, delta = as_floats(X=X, W=W, upstream=as_upstream(upstream, (len(X), len(W))))
    dX = matmul(delta, W)                         # (n, m) (m, d) -> (n, d)
    dW = matmul(delta.T, X)                       # (m, n) (n, d) -> (m, d)
    with np.errstate(over="ignore", invalid="ignore"):
        db = None if b is None else delta.sum(axis=0)  # (n, m) -> (m,)
    return dX, dW, db


def affine_parameter_count(inputs: int, outputs: int, bias: bool = True) -> int:
    r"""Return the number of weights and biases of an affine map.

    $$m\,d + m \tag{LIN-06}$$

    Args:
        inputs: d, at least 1.
        outputs: m, at least 1.
        bias: whether there is one bias for each output.

    Example: ten scores of an image of 128 by 128 pixels.

        >>> affine_parameter_count(128 * 128, 10)
        163850
    """
    d, m = at_least("inputs", inputs, 1), at_least("outputs", outputs, 1)
    return m * d + m * bool(bias)  # (LIN-06)


def collapse(weights: Sequence[ArrayLike], biases: Sequence[ArrayLike]) -> tuple[NDArray, NDArray]:
    r"""Return the one affine map that a chain of affine maps amounts to.

    $$W^{(2)}\bigl(W^{(1)}x + b^{(1)}\bigr) + b^{(2)}
      = \bigl(W^{(2)}W^{(1)}\bigr)x + \bigl(W^{(2)}b^{(1)} + b^{(2)}\bigr) \tag{LIN-07}$$

    Hence layers need something non-linear between them: stacked as they are they can do what one can, and no more. XOR
    stays out of reach (PERC-10).

    Args:
        weights: the weights of each layer from the input on, shapes (m_1, d), (m_2, m_1), ...
        biases: the biases of each layer, shapes (m_1,), (m_2,), ...

    Returns:
        Weights (m_L, d) and biases (m_L,) of the collapsed net.

    Raises:
        ValueError: if there is no layer, or one does not fit on the one before it.

    Example: double, then subtract one; then negate.

        >>> W, b = collapse([[[2]], [[-1]]], [[-1], [0]])
        >>> W.tolist(), b.tolist()
        ([[-2.0]], [1.0])
    """
    (W, b), *above = _chain(weights, biases)
    for V, c in above:
        V, c, W, b = as_floats(V=V, c=c, W=W, b=b)
        W, b = matmul(V, W), affine(b[np.newaxis], V, c)[0]  # the bias is a sample that the next layer maps (LIN-07)
    return W.copy(), b.copy()


def _one_score(X: ArrayLike, w: ArrayLike, b: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Return samples (n, d), weights (d,) and a single bias in one dtype."""
    X, w = as_floats(X=as_float("X", X, 2), w=as_float("w", w, 1))
    same_shape("w", w, X.shape[1:])
    return X, w, as_float("b", b, 0).astype(w.dtype)


def _several_scores(X: ArrayLike, W: ArrayLike, b: ArrayLike | None) -> tuple[NDArray, NDArray, NDArray | None]:
    """Return samples (n, d), weights (m, d) and biases (m,) in one dtype."""
    X, W = as_floats(ndim=2, X=X, W=W)
    if W.shape[1] != X.shape[1]:
        raise ValueError(f"X, W: expected shapes (n, d) and (out, d) with one d, got {X.shape} and {W.shape}")
    if b is None:
        return X, W, None
    return as_floats(X=X, W=W, b=same_shape("b", as_float("b", b), W.shape[:1]))  # type: ignore[return-value]


def _chain(weights: Sequence[ArrayLike], biases: Sequence[ArrayLike]) -> list[tuple[NDArray, NDArray]]:
    """Return weights and biases layer by layer, if each layer takes what the one below it gives."""
    weights, biases = several("weights", weights), several("biases", biases)
    if not weights:
        raise ValueError("weights: expected at least one layer, got none")
    if len(biases) != len(weights):
        raise ValueError(f"biases: expected one for each of {len(weights)} weights, got {len(biases)}")
    layers: list[tuple[NDArray, NDArray]] = []
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        W = as_float(f"weights[{i}]", W, 2)
        if layers and W.shape[1] != len(layers[-1][0]):
            raise ValueError(f"weights[{i}]: expected shape (out, {len(layers[-1][0])}), got {W.shape}")
        layers.append((W, same_shape(f"biases[{i}]", as_float(f"biases[{i}]", b), W.shape[:1])))
    return layers


def _length(w: NDArray) -> NDArray:
    """Return the Euclidean length of w, without squares that could overflow or vanish."""
    length = np.hypot.reduce(w, initial=0)
    if length == 0:
        raise ValueError("w: expected a vector that is not zero, for zero is normal to no plane")
    return length
