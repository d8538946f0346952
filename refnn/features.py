r"""Features: what a linear model may look at instead of the raw input, fixed by hand or learned by a net.

A linear score cannot do exclusive or (PERC-10), but it can as soon as it is shown the product of the two inputs.
So map each sample to features $\varphi(x)$ and stay linear in those. If only scalar products of features are ever
needed, a kernel gives them without the features, in d steps instead of about $d^2/2$. And who does not know which
features to take lets a net learn them: all its layers but the last are $\varphi(x; \theta)$, and the last is a linear
model.

Symbols: `X` samples as rows, (n, d); `Phi` $= \Phi$ their features as rows $\varphi(x_i)$, (n, D); `W` weights (K, D)
and `b` biases (K,) of the linear model on top.

Source: S3 "Kernel trick", "Neural networks"; S2 "SVM".
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, as_upstream
from refnn.kernels import matmul
from refnn.linear import affine, affine_backward
from refnn.mlp import Net, forward

__all__ = [
    "feature_scores",
    "feature_scores_backward",
    "gram_matrix",
    "gram_matrix_backward",
    "learned_features",
    "quadratic_features",
    "quadratic_features_backward",
    "quadratic_kernel",
    "quadratic_kernel_backward",
    "xor_feature",
    "xor_feature_backward",
]


def quadratic_features(X: ArrayLike) -> NDArray:
    r"""Return all squares and products of the coordinates of each sample.

    $$\varphi(x) = \bigl(x_1^2,\ \sqrt2\,x_1 x_2,\ x_2^2\bigr), \qquad\text{in d dimensions}\quad
      \varphi_{ij}(x) = \begin{cases} x_i^2 & i = j \\ \sqrt2\,x_i x_j & i < j \end{cases} \tag{KER-02}$$

    The root is there because $x_i x_j$ and $x_j x_i$ are the same feature, which must count twice in $(x^\top x')^2$.

    Args:
        X: samples, shape (n, d).

    Returns:
        Features (1, 1), (1, 2), ..., (1, d), (2, 2), ..., (d, d) of each sample, shape (n, d (d + 1) / 2).

    Example:
        >>> quadratic_features([[1, 2], [3, -1]]).round(3)
        array([[ 1.   ,  2.828,  4.   ],
               [ 9.   , -4.243,  1.   ]])
    """
    X = as_float("X", X, 2)
    i, j, scale = _pairs(X)
    with np.errstate(over="ignore", invalid="ignore"):
        # x_i^2 on the diagonal, sqrt(2) x_i x_j beside it (KER-02)
        return scale * (X[:, i] * X[:, j])  # (n, d) -> (n, d (d + 1) / 2)


def quadratic_features_backward(upstream: ArrayLike, X: ArrayLike) -> NDArray:
    r"""Send the gradient in the features back to both factors of each.

    $$\frac{\partial L}{\partial x_k} = 2 u_{kk}\,x_k + \sqrt2 \sum_{i < k} u_{ik}\,x_i
      + \sqrt2 \sum_{j > k} u_{kj}\,x_j, \qquad u = \frac{\partial L}{\partial \varphi} \tag{KER-02}$$

    Args:
        upstream: gradient of the loss in the features, shape (n, d (d + 1) / 2).
        X: the samples that `quadratic_features` was given, shape (n, d).

    Returns:
        Gradient of the loss in `X`, shape (n, d).
    """
    X = as_float("X", X, 2)
    n, d = X.shape
    X, upstream = as_floats(X=X, upstream=as_upstream(upstream, (n, d * (d + 1) // 2)))
    i, j, scale = _pairs(X)
    U = np.zeros((n, d, d), X.dtype)  # upper triangle
    with np.errstate(over="ignore", invalid="ignore"):
        U[:, i, j] = scale * upstream
        return ((U + U.swapaxes(1, 2)) * X[:, np.newaxis]).sum(axis=2)  # (n, d, d) (n, 1, d) -> (n, d)


def quadratic_kernel(X: ArrayLike, Y: ArrayLike) -> NDArray:
    r"""Return the scalar products of quadratic features, without the features.

    $$k(x, x') = (x^\top x')^2 = \varphi(x)^\top \varphi(x') \tag{KER-02}$$

    Args:
        X: samples, shape (n, d).
        Y: samples to compare them with, shape (m, d).

    Returns:
        $k(x_i, y_j)$, shape (n, m).

    Raises:
        ValueError: if the samples have different numbers of coordinates.

    Example: $(1 \cdot 3 - 2 \cdot 1)^2$, and the same by way of the features.

        >>> quadratic_kernel([[1, 2]], [[3, -1]])
        array([[1.]])
        >>> (quadratic_features([[1, 2]]) @ quadratic_features([[3, -1]]).T).round(12)
        array([[1.]])
    """
    X, Y = _two_samples(X, Y)
    with np.errstate(over="ignore"):
        return matmul(X, Y.T) ** 2  # (n, d) (d, m) -> (n, m)


def quadratic_kernel_backward(upstream: ArrayLike, X: ArrayLike, Y: ArrayLike) -> tuple[NDArray, NDArray]:
    r"""Send the gradient in the kernel's values back to both sets of samples.

    $$\frac{\partial L}{\partial X} = D\,Y, \qquad \frac{\partial L}{\partial Y} = D^\top X, \qquad
      d_{ij} = 2\,u_{ij}\,x_i^\top y_j \tag{KER-02}$$

    Args:
        upstream: $u$, gradient of the loss in the kernel's values, shape (n, m).
        X: samples, shape (n, d).
        Y: samples, shape (m, d).

    Returns:
        Gradients in `X` (n, d) and in `Y` (m, d). Where `Y` is `X`, the gradient is their sum.
    """
    X, Y = _two_samples(X, Y)
    X, Y, upstream = as_floats(X=X, Y=Y, upstream=as_upstream(upstream, (len(X), len(Y))))
    with np.errstate(over="ignore", invalid="ignore"):
        D = 2 * upstream * matmul(X, Y.T)      # (n, m)
    return matmul(D, Y), matmul(D.T, X)        # (n, d), (m, d)


def gram_matrix(Phi: ArrayLike) -> NDArray:
    r"""Return the scalar product of every two rows of features: all that a kernel method knows of the samples.

    $$G = \Phi \Phi^\top, \qquad G_{ij} = \varphi(x_i)^\top \varphi(x_j) = k(x_i, x_j) \tag{KER-02}$$

    It is symmetric and has no negative eigenvalue, for $c^\top G c = \lVert \Phi^\top c \rVert^2 \ge 0$.

    Args:
        Phi: features, shape (n, D).

    Returns:
        G, shape (n, n).

    Example:
        >>> gram_matrix([[1, 2], [3, -1]])
        array([[ 5.,  1.],
               [ 1., 10.]])
    """
    Phi = as_float("Phi", Phi, 2)
    return matmul(Phi, Phi.T)  # (n, D) (D, n) -> (n, n)


def gram_matrix_backward(upstream: ArrayLike, Phi: ArrayLike) -> NDArray:
    r"""Send the gradient in the Gram matrix back to the features, which enter from both sides.

    $$\frac{\partial L}{\partial \Phi} = (U + U^\top)\,\Phi, \qquad U = \frac{\partial L}{\partial G} \tag{KER-02}$$

    Args:
        upstream: U, shape (n, n), symmetric or not.
        Phi: features, shape (n, D).

    Returns:
        Gradient in `Phi`, shape (n, D).
    """
    Phi = as_float("Phi", Phi, 2)
    U, Phi = as_floats(upstream=as_upstream(upstream, (len(Phi), len(Phi))), Phi=Phi)
    with np.errstate(over="ignore", invalid="ignore"):
        return matmul(U + U.T, Phi)  # (n, n) (n, D) -> (n, D)


def xor_feature(X: ArrayLike) -> NDArray:
    r"""Return the one product that makes exclusive or easy: above zero exactly where the inputs differ in sign.

    $$\varphi(x) = -x_1 x_2 \tag{KER-02}$$

    Args:
        X: samples, shape (n, 2); true is +1 and false is -1.

    Returns:
        The feature of each sample, shape (n,). Its sign is the label; no plane in `X` gives that (PERC-10).

    Example:
        >>> xor_feature([[1, 1], [1, -1], [-1, 1], [-1, -1]])
        array([-1.,  1.,  1., -1.])
    """
    X = _two_inputs(X)
    with np.errstate(over="ignore", invalid="ignore"):
        return -X[:, 0] * X[:, 1]  # (n, 2) -> (n,)


def xor_feature_backward(upstream: ArrayLike, X: ArrayLike) -> NDArray:
    r"""Send the gradient in the product back to its factors: to each, times the other.

    $$\frac{\partial L}{\partial x} = -u\,(x_2, x_1) \tag{KER-02}$$

    Args:
        upstream: $u$, gradient of the loss in the feature, shape (n,).
        X: samples, shape (n, 2).

    Returns:
        Gradient in `X`, shape (n, 2).
    """
    X = _two_inputs(X)
    upstream = as_upstream(upstream, (len(X),))
    with np.errstate(over="ignore", invalid="ignore"):
        return -upstream[:, np.newaxis] * X[:, ::-1]  # (n, 1) (n, 2) -> (n, 2)


def feature_scores(
    X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None,
    features: Callable[[NDArray], ArrayLike] = quadratic_features,
) -> NDArray:
    r"""Return the scores of a linear model that looks at features in place of the samples.

    $$f(x) = W \varphi(x) + b \tag{KER-01}$$

    Args:
        X: samples, shape (n, d).
        W: weights, shape (K, D).
        b: biases, shape (K,), or None for none.
        features: $\varphi$, a function from samples (n, d) to features (n, D).

    Returns:
        Scores, shape (n, K).

    Example: a circle of radius 2 is a plane in the quadratic features, $x_1^2 + x_2^2 - 4 = 0$.

        >>> feature_scores([[0, 0], [2, 0], [2, 1]], W=[[1, 0, 1]], b=[-4]).ravel()
        array([-4.,  0.,  1.])
    """
    return affine(_features(features, X), W, b)  # (n, D) (D, K) -> (n, K)


def feature_scores_backward(
    upstream: ArrayLike, X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None,
    features: Callable[[NDArray], ArrayLike] = quadratic_features,
) -> tuple[NDArray, NDArray | None]:
    r"""Send the gradient in the scores back to what a model on fixed features learns: weights and biases.

    $$\frac{\partial L}{\partial W} = \Delta^\top \Phi, \qquad \frac{\partial L}{\partial b} = \Delta^\top \mathbf{1},
      \qquad \Delta = \frac{\partial L}{\partial f} \tag{KER-01}$$

    It stops there: $\varphi$ has no parameters, so learning is as easy as that of any linear model. A net sends the
    gradient on into $\theta$ (`backprop`).

    Args:
        upstream: $\Delta$, shape (n, K).
        X: samples, shape (n, d).
        W: weights, shape (K, D).
        b: biases, shape (K,), or None for none.
        features: $\varphi$.

    Returns:
        Gradients in `W` (K, D) and in `b` (K,), the last None where there is no bias.
    """
    return affine_backward(upstream, _features(features, X), W, b)[1:]


def learned_features(net: Net, X: ArrayLike) -> NDArray:
    r"""Return the features that a net has learned: the activations below its last layer.

    $$\varphi(x; \theta) = a^{(L-1)}, \qquad z^{(L)} = W^{(L)} \varphi(x; \theta) + b^{(L)} \tag{KER-01}$$

    Args:
        net: an `MLP`, or anything with its three fields.
        X: samples, shape (n, m_0).

    Returns:
        Features, shape (n, m_{L-1}); of a net with one layer, which learns none, the samples themselves.

    Example: a net that has learned to look at |x|, as a pair of rectifiers.

        >>> from refnn.mlp import MLP, output
        >>> net = MLP([[[1], [-1]], [[1, 1]]], [None, [-2]], ["relu", "identity"])
        >>> learned_features(net, [[3], [-1]])
        array([[3., 0.],
               [0., 1.]])
        >>> feature_scores([[3], [-1]], net.weights[-1], net.biases[-1], lambda X: learned_features(net, X)).tolist()
        [[1.0], [-1.0]]
        >>> output(net, [[3], [-1]]).tolist()
        [[1.0], [-1.0]]
    """
    X = as_float("X", X, 2)
    *below, _ = [X.copy(), *(A for _, A in forward(net, X))]  # A^(0), ..., A^(L-1)
    return below[-1]


def _pairs(X: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return the indices i <= j of all quadratic features and their factors, 1 on the diagonal and sqrt(2) beside."""
    i, j = np.triu_indices(X.shape[1])
    return i, j, np.where(i == j, 1, math.sqrt(2)).astype(X.dtype)


def _two_samples(X: ArrayLike, Y: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return samples (n, d) and (m, d) in one dtype."""
    X, Y = as_floats(ndim=2, X=X, Y=Y)
    if X.shape[1] != Y.shape[1]:
        raise ValueError(f"X, Y: expected shapes (n, d) and (m, d) with one d, got {X.shape} and {Y.shape}")
    return X, Y


def _two_inputs(X: ArrayLike) -> NDArray:
    """Return samples of two coordinates."""
    X = as_float("X", X, 2)
    if X.shape[1] != 2:
        raise ValueError(f"X: expected shape (n, 2), the two inputs of exclusive or, got {X.shape}")
    return X


def _features(features: Callable[[NDArray], ArrayLike], X: ArrayLike) -> NDArray:
    """Return the features of samples (n, d), one row for each."""
    if not callable(features):
        raise TypeError(f"features: expected a function from samples to features, got {features!r}")
    X = as_float("X", X, 2)
    Phi = as_float("features(X)", features(X.copy()), 2)
    if len(Phi) != len(X):
        raise ValueError(f"features(X): expected one row for each of {len(X)} samples, got shape {Phi.shape}")
    return Phi
