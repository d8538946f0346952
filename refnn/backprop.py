r"""Back-propagation: the chain rule, read from the output to the input, so that every factor is computed once.

How much does the cost change if a weight does? A weight acts on the pre-activation of its unit, and that acts on
everything above; so ask first what each pre-activation is worth, $\delta^{(l)} = \partial L / \partial z^{(l)}$. The
deltas of a layer follow from those of the layer above, through the same weights that carried the signal up; and once
they are known, the gradient of a weight is a product of two numbers, the delta above it and the activation below it.
One sweep down costs about as much as two sweeps up, for any number of weights.

Symbols: a net has layers $l = 1, \dots, L$ with `weights` $W^{(l)}$ of shape $(m_l, m_{l-1})$, `biases` $b^{(l)}$ and
`activations` $f_l$; $z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}$, $a^{(l)} = f_l(z^{(l)})$; `delta` is $\delta^{(l)}$ of one
sample, `Delta` $= \Delta^{(l)}$, shape $(n, m_l)$, has those of n samples as its rows; `upstream` is
$\partial L / \partial A^{(L)}$, what the cost hands down. $\odot$ multiplies entry by entry.

Read it in this order: the rules of calculus, S0's nets with one and two hidden layers, S1's net and the chain of
single units, each written out; then the general recursion, which contains them all; then the product of Jacobians
that it computes without ever forming one.

Source: S0 "in a nutshell" to "Backpropagation in action!", S1 "Backpropagation Algorithm". Many indices on S0's slides
slip (E-03 to E-08); the forms here are those that the slope of the cost confirms.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn._validate import as_float, as_floats, as_upstream, same_shape
from refnn.activations import Activation, activation
from refnn.linear import affine_backward
from refnn.mlp import Net, as_mlp, forward

__all__ = [
    "chain_gradients",
    "curvature",
    "deltas",
    "gradients",
    "input_gradient",
    "jacobian",
    "layer_jacobians",
    "one_hidden_layer_gradients",
    "product_rule",
    "squared_error_gradients",
    "sum_rule",
    "two_hidden_layers_gradients",
]


def sum_rule(df: ArrayLike, dg: ArrayLike) -> NDArray:
    r"""Return the derivative of a sum.

    $$(f + g)' = f' + g' \tag{BP-02}$$

    Args:
        df: f' at some points, any shape.
        dg: g' at the same points, same shape.

    Example:
        >>> sum_rule([1, 2], [10, 20])
        array([11., 22.])
    """
    df, dg = as_floats(df=df, dg=dg)
    with np.errstate(all="ignore"):
        return np.asarray(df + same_shape("dg", dg, df.shape))


def product_rule(f: ArrayLike, df: ArrayLike, g: ArrayLike, dg: ArrayLike) -> NDArray:
    r"""Return the derivative of a product.

    $$(f g)' = f\, g' + f'\, g \tag{BP-02}$$

    S0 prints $f g' + g' f$, which is something else (E-01).

    Args:
        f: f at some points, any shape.
        df: f' there, same shape.
        g: g there, same shape.
        dg: g' there, same shape.

    Example: $\theta \cdot \theta^2$ at 1 has the slope 3; the slide's form says 4.

        >>> float(product_rule(f=1, df=1, g=1, dg=2))
        3.0
    """
    f, df, g, dg = as_floats(f=f, df=df, g=g, dg=dg)
    for name, array in {"df": df, "g": g, "dg": dg}.items():
        same_shape(name, array, f.shape)
    with np.errstate(all="ignore"):
        return np.asarray(f * dg + df * g)  # (BP-02)


def one_hidden_layer_gradients(
    x: ArrayLike, W: ArrayLike, b: ArrayLike, U: ArrayLike, f: str | Activation = "tanh"
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    r"""Return the gradients of S0's scalar score $\hat y = U^{\top} f(Wx + b)$.

    $$\delta = U \odot f'(z), \quad \frac{\partial \hat y}{\partial W} = \delta x^{\top}, \quad
      \frac{\partial \hat y}{\partial b} = \delta, \quad \frac{\partial \hat y}{\partial U} = a \tag{BP-04}$$

    $$\frac{\partial \hat y}{\partial x_j} = \sum_i \delta_i W_{ij}, \quad\text{that is}\quad W^{\top} \delta
      \tag{BP-05}$$

    A column times a row: all rows of $\partial \hat y / \partial W$ are multiples of $x$, its rank is 1 at most. The
    slide has $U_j$ for $U_i$ (E-03) and prints the column $\delta$ where the matrix belongs (E-04).

    Args:
        x: one sample, shape (d,).
        W: weights, shape (m, d).
        b: biases, shape (m,).
        U: output weights, shape (m,).
        f: the activation's name; it needs a derivative, so not softmax.

    Returns:
        Gradients in x (d,), W (m, d), b (m,) and U (m,).

    Raises:
        ValueError: if the shapes do not fit each other, or f has no f'.

    Example:
        >>> dx, dW, db, dU = one_hidden_layer_gradients([1, 2], W=[[3, 0], [0, -1]], b=[0, 1], U=[10, 20], f="relu")
        >>> dU, db                     # the second unit is off
        (array([3., 0.]), array([10.,  0.]))
        >>> dW
        array([[10., 20.],
               [ 0.,  0.]])
        >>> dx
        array([30.,  0.])
    """
    x, W, b, U = _columns(x=x, W=W, b=b, U=U)
    bend, bend_prime = _elementwise(f)
    with np.errstate(all="ignore"):
        z = W @ x + b                   # (m, d) (d,) -> (m,)
        # delta_i = U_i f'(z_i): what z_i is worth (BP-04)
        delta = U * bend_prime(z)       # (m,)
        # dy/dW_ij = delta_i x_j (BP-04)
        dW = np.outer(delta, x)         # (m, d)
        # dy/dx_j = sum_i delta_i W_ij: x_j is heard by every unit (BP-05)
        dx = W.T @ delta                # (d, m) (m,) -> (d,)
    return dx, dW, delta, bend(z)


def two_hidden_layers_gradients(
    x: ArrayLike,
    W1: ArrayLike,
    b1: ArrayLike,
    W2: ArrayLike,
    b2: ArrayLike,
    U: ArrayLike,
    f: str | Activation = "tanh",
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray, NDArray]:
    r"""Return the gradients of $\hat y = U^{\top} f(W^{(2)} f(W^{(1)} x + b^{(1)}) + b^{(2)})$.

    $$\delta^{(2)} = U \odot f'(z^{(2)}), \qquad
      \delta^{(1)} = \bigl(W^{(2)\top} \delta^{(2)}\bigr) \odot f'(z^{(1)}), \qquad
      \frac{\partial \hat y}{\partial W^{(2)}} = \delta^{(2)} a^{(1)\top}, \qquad
      \frac{\partial \hat y}{\partial W^{(1)}} = \delta^{(1)} x^{\top} \tag{BP-06}$$

    With unequal widths, 4-3-2 say, every slip of an index on the slides (E-05, E-06) is caught by the shapes alone.

    Args:
        x: one sample, shape (d,).
        W1: weights of the first layer, shape (m1, d).
        b1: its biases, shape (m1,).
        W2: weights of the second layer, shape (m2, m1).
        b2: its biases, shape (m2,).
        U: output weights, shape (m2,).
        f: the activation's name; it needs a derivative, so not softmax.

    Returns:
        Gradients in x, W1, b1, W2, b2 and U, of their shapes.

    Raises:
        ValueError: if the shapes do not fit each other, or f has no f'.

    Example:
        >>> dx, dW1, db1, dW2, db2, dU = two_hidden_layers_gradients(
        ...     [1, 2], W1=[[3, 0], [0, 1], [1, 1]], b1=[0, 0, 0], W2=[[1, 0, 2]], b2=[1], U=[10], f="identity"
        ... )
        >>> dW2                       # delta2 = 10, a1 = (3, 2, 3)
        array([[30., 20., 30.]])
        >>> db1, dx
        (array([10.,  0., 20.]), array([50., 20.]))
    """
    x, W1, b1, W2, b2, U = _columns(x=x, W1=W1, b1=b1, W2=W2, b2=b2, U=U)
    bend, bend_prime = _elementwise(f)
    with np.errstate(all="ignore"):
        z1 = W1 @ x + b1                              # (m1, d) (d,) -> (m1,)
        a1 = bend(z1)
        z2 = W2 @ a1 + b2                             # (m2, m1) (m1,) -> (m2,)
        delta2 = U * bend_prime(z2)                   # (m2,)
        # delta1 = (W2^T delta2) * f'(z1): down through the weights that led up (BP-06)
        delta1 = (W2.T @ delta2) * bend_prime(z1)     # (m1, m2) (m2,) -> (m1,)
        # dy/dW2 = delta2 a1^T, dy/dW1 = delta1 x^T (BP-06)
        dW2, dW1 = np.outer(delta2, a1), np.outer(delta1, x)
        dx = W1.T @ delta1                            # (d, m1) (m1,) -> (d,)
    return dx, dW1, delta1, dW2, delta2, bend(z2)


def squared_error_gradients(
    x: ArrayLike,
    W1: ArrayLike,
    b1: ArrayLike,
    W2: ArrayLike,
    b2: ArrayLike,
    t: ArrayLike,
    f: str | Activation = "tanh",
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
    r"""Return the gradients of S1's squared error $J = \frac12 \sum_k (t_k - z_k)^2$ behind one hidden layer.

    $$\frac{\partial J}{\partial w_{kj}} = (z_k - t_k) f'(net_k)\, y_j, \qquad
      \frac{\partial J}{\partial w_{ji}} = \Bigl[\sum_{k=1}^{c} (z_k - t_k) f'(net_k)\, w_{kj}\Bigr] f'(net_j)\, x_i
      \tag{BP-09}$$

    S1's letters: $y_j = f(net_j)$ are the hidden units, $z_k = f(net_k)$ the outputs, $w_{j0}$ and $w_{k0}$ the biases.
    The sum over k is missing where S1 repeats the formula (E-15): a hidden unit hears of every output. Learning steps
    by $\Delta w = -\eta\, \partial J / \partial w$.

    Args:
        x: one sample, shape (d,).
        W1: weights $w_{ji}$, shape (h, d).
        b1: biases $w_{j0}$, shape (h,).
        W2: weights $w_{kj}$, shape (c, h).
        b2: biases $w_{k0}$, shape (c,).
        t: targets, shape (c,).
        f: the activation's name, for hidden units and outputs; it needs a derivative, so not softmax.

    Returns:
        Gradients in x, W1, b1, W2 and b2, of their shapes.

    Raises:
        ValueError: if the shapes do not fit each other, or f has no f'.

    Example: one hidden unit, two outputs, of which each is 1 too high.

        >>> dx, dW1, db1, dW2, db2 = squared_error_gradients(
        ...     [2], W1=[[1]], b1=[0], W2=[[3], [5]], b2=[0, 0], t=[5, 9], f="identity"
        ... )
        >>> dW2.ravel(), dW1           # (1 * 3 + 1 * 5) * 2
        (array([2., 2.]), array([[16.]]))
    """
    x, W1, b1, W2, b2, t = _columns(x=x, W1=W1, b1=b1, W2=W2, b2=b2, t=t)
    bend, bend_prime = _elementwise(f)
    with np.errstate(all="ignore"):
        net_j = W1 @ x + b1                                    # (h, d) (d,) -> (h,)
        y = bend(net_j)
        net_k = W2 @ y + b2                                    # (c, h) (h,) -> (c,)
        delta_k = (bend(net_k) - t) * bend_prime(net_k)        # (c,)
        # dJ/dw_kj = (z_k - t_k) f'(net_k) y_j (BP-09)
        dW2 = np.outer(delta_k, y)                             # (c, h)
        # the bracket: sum_k (z_k - t_k) f'(net_k) w_kj, times f'(net_j) (BP-09)
        delta_j = (delta_k @ W2) * bend_prime(net_j)           # (c,) (c, h) -> (h,)
        dW1 = np.outer(delta_j, x)                             # (h, d)
        dx = delta_j @ W1                                      # (h,) (h, d) -> (d,)
    return dx, dW1, delta_j, dW2, delta_k


def chain_gradients(x: float, w: ArrayLike, f: str | Activation = "sigmoid", upstream: float = 1.0) -> NDArray:
    r"""Return the gradients of a chain of single units, each written as the product along its way.

    With $x_{l+1} = f(net_l)$, $net_l = w_l x_l$, and $z$ the last output, for four units:

    $$\frac{\partial J}{\partial w_1} = \frac{\partial J}{\partial z}\, f'(net_4) w_4\, f'(net_3) w_3\, f'(net_2) w_2\,
      f'(net_1) x_1 \tag{BP-10}$$

    Here one sees gradients vanish: a sigmoid's $f'$ is a quarter at most, so the first of ten weights is reached by
    less than $4^{-9}$ of what the last one gets, unless large weights make up for it.

    Args:
        x: the input x_1, a number.
        w: the weights w_1, ..., w_L, shape (L,).
        f: the activation's name; it needs a derivative, so not softmax.
        upstream: dJ/dz, a number.

    Returns:
        dJ/dw_l for l = 1, ..., L, shape (L,), in the dtype of `w`.

    Raises:
        ValueError: if `w` is empty, or f has no f'.

    Example:
        >>> chain_gradients(1, w=[2, 3, 5], f="identity")
        array([15., 10.,  6.])
    """
    w = as_float("w", w, 1)
    if not w.size:
        raise ValueError("w: expected at least one weight, got none")
    bend, bend_prime = _elementwise(f)
    xs, slopes = [as_float("x", x, 0).astype(w.dtype)], []
    with np.errstate(all="ignore"):
        for w_l in w:
            net = w_l * xs[-1]
            slopes.append(bend_prime(net))
            xs.append(bend(net))
        dz = as_float("upstream", upstream, 0).astype(w.dtype)
        # dJ/dw_l = dJ/dz prod_{k > l} f'(net_k) w_k  f'(net_l) x_l (BP-10)
        way = [prod(slopes[k] * w[k] for k in range(l + 1, len(w))) for l in range(len(w))]
        return np.array([dz * way[l] * slopes[l] * xs[l] for l in range(len(w))], w.dtype)


def deltas(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[NDArray]:
    r"""Return what every pre-activation is worth: the recursion from the output to the input.

    $$\delta^{(L)} = \nabla_{a^{(L)}} \ell \odot f_L'(z^{(L)}), \qquad
      \delta^{(l)} = \bigl(W^{(l+1)\top} \delta^{(l+1)}\bigr) \odot f_l'(z^{(l)}), \quad l = L-1, \dots, 1 \tag{BP-07}$$

    $$\Delta^{(l)} = \bigl(\Delta^{(l+1)} W^{(l+1)}\bigr) \odot f_l'(Z^{(l)}) \tag{BP-08}$$

    $\delta^{(l)}$ comes through the weights *above* it, $W^{(l+1)}$, and is bent by the slopes of its *own* layer; S0
    defines it by itself (E-07) or takes $W^{(l)}$ (E-08). Softmax has no f': there $\odot f'$ is the product with its
    Jacobian.

    Args:
        net: an `MLP`, or anything with weights, biases and activations.
        X: samples, shape (n, m_0).
        upstream: gradient of the cost in the outputs, shape (n, m_L). A mean over samples has its 1/n in here.

    Returns:
        [Delta^(1), ..., Delta^(L)], each (n, m_l).

    Raises:
        ValueError: if the shapes do not fit each other.

    Example:
        >>> from refnn.mlp import MLP
        >>> net = MLP([[[1, 0], [0, 1]], [[2, 5]]], [None, None], ["relu", "identity"])
        >>> for Delta in deltas(net, X=[[3, -1]], upstream=[[10]]):
        ...     print(Delta)
        [[20.  0.]]
        [[10.]]
    """
    return _sweep(net, X, upstream)[0]


def gradients(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    r"""Return the gradients of all weights and biases.

    $$\frac{\partial L}{\partial W^{(l)}} = \delta^{(l)} a^{(l-1)\top}, \qquad
      \frac{\partial L}{\partial b^{(l)}} = \delta^{(l)}, \qquad l = 1, \dots, L \tag{BP-07}$$

    and for a batch, summed over its samples,

    $$\frac{\partial L}{\partial W^{(l)}} = \Delta^{(l)\top} A^{(l-1)}, \qquad
      \frac{\partial L}{\partial b^{(l)}} = \Delta^{(l)\top} \mathbf{1} \tag{BP-08}$$

    The gradient of a sum is the sum of the gradients; S0 averages, S2 sums, and learning rates differ by n:

    $$\nabla \sum_{r=1}^{n} L^r = \sum_{r=1}^{n} \nabla L^r, \qquad
      \nabla \frac1n \sum_{r=1}^{n} L^r = \frac1n \sum_{r=1}^{n} \nabla L^r \tag{BP-01}$$

    Convention: nothing is divided by n here; `upstream` decides. It is the gradient of the *cost*: with ones in its
    place this is the slope of the net itself, and stepping along that may climb (E-02).

    Args:
        net: an `MLP`, or anything with weights, biases and activations.
        X: samples, shape (n, m_0).
        upstream: gradient of the cost in the outputs, shape (n, m_L).

    Returns:
        [(dW^(1), db^(1)), ..., (dW^(L), db^(L))], of the parameters' shapes; db is None where there is no bias.

    Raises:
        ValueError: if the shapes do not fit each other.

    Example: two samples, one unit; each weight gets what its input was, times what the output is worth.

        >>> from refnn.mlp import MLP
        >>> net = MLP([[[1, 1]]], [[0]], ["identity"])
        >>> gradients(net, X=[[1, 2], [3, 4]], upstream=[[1], [10]])
        [(array([[31., 42.]]), array([11.]))]
    """
    return _sweep(net, X, upstream)[1]


def input_gradient(net: Net, X: ArrayLike, upstream: ArrayLike) -> NDArray:
    r"""Return the gradient in the samples: which way each input would move the cost.

    $$\frac{\partial L}{\partial X} = \Delta^{(1)} W^{(1)} \tag{BP-08}$$

    Args:
        net: an `MLP`, or anything with weights, biases and activations.
        X: samples, shape (n, m_0).
        upstream: gradient of the cost in the outputs, shape (n, m_L).

    Returns:
        Gradient in `X`, shape (n, m_0).

    Raises:
        ValueError: if the shapes do not fit each other.

    Example:
        >>> from refnn.mlp import MLP
        >>> net = MLP([[[1, 2], [3, 4]], [[1, 10]]], [[0, -9], None], ["relu", "identity"])
        >>> input_gradient(net, X=[[1, 1], [2, 1]], upstream=[[1], [1]])
        array([[ 1.,  2.],
               [31., 42.]])
    """
    return _sweep(net, X, upstream)[2]


def curvature(net: Net, X: ArrayLike, upstream: ArrayLike) -> list[tuple[NDArray, NDArray | None]]:
    r"""Return how strongly the cost bends along each weight and bias: back-propagation with every factor squared.

    $$h_{z^{(l)}} = h_{a^{(l)}} \odot f_l'(z^{(l)})^2, \qquad
      h_{W^{(l)}_{ij}} = \sum_r h_{z^{(l)}_{ri}}\, \bigl(a^{(l-1)}_{rj}\bigr)^2, \qquad
      h_{a^{(l-1)}_j} = \sum_i h_{z^{(l)}_i}\, \bigl(W^{(l)}_{ij}\bigr)^2 \tag{OPT-06}$$

    Convention: Gauss and Newton's part of the second derivative, which leaves out $f''$ and so is never negative, and
    of that the diagonal, layer by layer, as LeCun propagates it: mixed derivatives are dropped on the way. With one
    hidden layer at most it is the exact diagonal of $J^{\top} H J$, if the loss does not mix the outputs; with more
    layers it is an estimate (two paths from a unit to an output count as $1^2 + 1^2$ where $(1 + 1)^2$ is right).

    Args:
        net: an `MLP`, or anything with weights, biases and activations that have an f'.
        X: samples, shape (n, m_0).
        upstream: second derivatives of the cost along the outputs, shape (n, m_L): what a loss's curvature gives.

    Returns:
        [(hW^(1), hb^(1)), ..., (hW^(L), hb^(L))], of the parameters' shapes; hb is None where there is no bias.

    Raises:
        ValueError: if the shapes do not fit each other, or an activation has no f' of its own, as softmax.

    Example: one linear unit; the cost bends along a weight as the square of its input.

        >>> from refnn.mlp import MLP
        >>> curvature(MLP([[[1, 1]]], [[0]], ["identity"]), X=[[1, 2], [3, 4]], upstream=[[2], [2]])
        [(array([[20., 40.]]), array([4.]))]
    """
    net, layers = as_mlp(net), forward(net, X)
    below = [as_float("X", X), *(A for _, A in layers[:-1])]     # A^(0), ..., A^(L-1)
    h = as_upstream(upstream, layers[-1][1].shape)               # (n, m_L)
    bends: list[tuple[NDArray, NDArray | None]] = []
    for (Z, _), A, W, b, f in reversed(list(zip(layers, below, net.weights, net.biases, net.activations, strict=True))):
        with np.errstate(all="ignore"):
            slope, A2, W2 = _elementwise(f)[1](Z), np.square(A), np.square(W)
            # as deltas and gradients, but with f'(z)^2, W^2 and a^2 (OPT-06)
            h, hW, hb = affine_backward(h * slope**2, A2, W2, b)  # (n, m_{l-1}), (m_l, m_{l-1}), (m_l,)
        bends.insert(0, (hW, hb))
    return bends


def layer_jacobians(net: Net, x: ArrayLike) -> list[NDArray]:
    r"""Return the Jacobian of each layer at one sample: rows are its outputs, columns its inputs.

    $$J_l = \frac{\partial a^{(l)}}{\partial a^{(l-1)\top}} = \operatorname{diag}\bigl(f_l'(z^{(l)})\bigr)\, W^{(l)}
      \tag{BP-03}$$

    Args:
        net: an `MLP`, or anything with weights, biases and activations.
        x: one sample, shape (m_0,).

    Returns:
        [J_1, ..., J_L], each (m_l, m_{l-1}).

    Example:
        >>> from refnn.mlp import MLP
        >>> net = MLP([[[1, 2], [3, 4]], [[1, 10]]], [[0, -9], None], ["relu", "identity"])
        >>> for J in layer_jacobians(net, [1, 1]):
        ...     print(J.tolist())
        [[1.0, 2.0], [0.0, 0.0]]
        [[1.0, 10.0]]
    """
    net, x = as_mlp(net), as_float("x", x, 1)
    jacobians = []
    for (Z, _), W, f in zip(forward(net, x[np.newaxis]), net.weights, net.activations, strict=True):
        units = len(W)
        # row i of D is the gradient of a_i in z: diag(f'(z)), or a full matrix for softmax (BP-03)
        D = activation(f).backward(np.eye(units, dtype=Z.dtype), Z.repeat(units, axis=0))  # (m, m)
        with np.errstate(all="ignore"):
            jacobians.append(D @ W)  # (m_l, m_l) (m_l, m_{l-1}) -> (m_l, m_{l-1})
    return jacobians


def jacobian(net: Net, x: ArrayLike) -> NDArray:
    r"""Return the Jacobian of the whole net at one sample, by the chain rule as it is written: a product of matrices.

    $$\frac{\partial f}{\partial x^{\top}} = J_L\, J_{L-1} \cdots J_1 \tag{BP-03}$$

    Reading it from the left with a row vector, $u^{\top} J_L$, then $(u^{\top} J_L) J_{L-1}$, and so on, is the delta
    recursion: vectors times matrices, never matrices times matrices, and one sweep for the gradients of all layers
    (BP-11). This function forms the matrices all the same, to have something to compare with.

    Args:
        net: an `MLP`, or anything with weights, biases and activations.
        x: one sample, shape (m_0,).

    Returns:
        The matrix of $\partial a^{(L)}_i / \partial x_j$, shape (m_L, m_0).

    Example:
        >>> from refnn.mlp import MLP
        >>> net = MLP([[[1, 2], [3, 4]], [[1, 10]]], [[0, -9], None], ["relu", "identity"])
        >>> jacobian(net, [2, 1])
        array([[31., 42.]])
    """
    J, *above = layer_jacobians(net, x)
    with np.errstate(all="ignore"):
        for J_l in above:
            J = J_l @ J  # (m_l, m_{l-1}) (m_{l-1}, m_0) -> (m_l, m_0)
    return J


def _sweep(
    net: Net, X: ArrayLike, upstream: ArrayLike
) -> tuple[list[NDArray], list[tuple[NDArray, NDArray | None]], NDArray]:
    """Go up once and down once; return the deltas, the gradients of the parameters, and the gradient of the input."""
    net, layers = as_mlp(net), forward(net, X)
    below = [X, *(A for _, A in layers[:-1])]                    # A^(0), ..., A^(L-1)
    dA = as_upstream(upstream, layers[-1][1].shape)              # (n, m_L)
    Deltas: list[NDArray] = []
    parameters: list[tuple[NDArray, NDArray | None]] = []
    # one walk down is enough: a layer needs its own Delta and the activations below it, no more (BP-11)
    for (Z, _), A, W, b, f in reversed(list(zip(layers, below, net.weights, net.biases, net.activations, strict=True))):
        # Delta^(l) = dL/dA^(l) * f_l'(Z^(l)) (BP-07)
        Delta = activation(f).backward(dA, Z)                    # (n, m_l)
        # dL/dA^(l-1) = Delta W, dL/dW = Delta^T A^(l-1), dL/db = Delta^T 1 (BP-08)
        dA, dW, db = affine_backward(Delta, A, W, b)             # (n, m_{l-1}), (m_l, m_{l-1}), (m_l,)
        Deltas.insert(0, Delta)
        parameters.insert(0, (dW, db))
    return Deltas, parameters, dA


def _elementwise(f: str | Activation) -> tuple[Callable[..., NDArray], Callable[..., NDArray]]:
    """Return f and f', if there is an f'."""
    bend = activation(f)
    if bend.prime is None:
        raise ValueError(f"f: expected an activation with a derivative f', got {f!r}")
    return bend.f, bend.prime


def _columns(**arrays: ArrayLike) -> tuple[NDArray, ...]:
    """Return a sample, then weights and biases layer by layer, then one number for each output, if their shapes fit."""
    columns = as_floats(None, **{name: as_float(name, a, 2 if name[0] == "W" else 1) for name, a in arrays.items()})
    size = len(columns[0])
    for name, array in zip(arrays, columns, strict=True):
        if name[0] == "W":
            same_shape(name, array, (len(array), size))
            size = len(array)
        else:
            same_shape(name, array, (size,))
    return columns
