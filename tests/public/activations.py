import numpy as np

from refnn import activations
from refnn.activations import (
    Activation,
    activation,
    leaky_relu,
    leaky_relu_backward,
    leaky_relu_prime,
    log_softmax,
    log_softmax_backward,
    prelu,
    prelu_backward,
    prelu_prime,
    relu_backward,
    relu_prime,
    scaled_tanh,
    scaled_tanh_backward,
    scaled_tanh_prime,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    softmax_jacobian,
)

Z = np.array([[5.0, 0, -1], [0.5, -2, 4]])
UPSTREAM = np.array([[1.0, 2, 3], [-1, -2, -3]])
SLOPE = np.array([0.25, 0.5, 2])
ELEMENTWISE = "gaussian identity leaky_relu relu scaled_tanh sigmoid softplus square step tanh".split()

VALID = {
    **dict.fromkeys(ELEMENTWISE, (Z,)),
    **{f"{name}_prime": (Z,) for name in ELEMENTWISE},
    **{f"{name}_backward": (UPSTREAM, Z) for name in ELEMENTWISE},
    "prelu": (Z, SLOPE),
    "prelu_prime": (Z, SLOPE),
    "prelu_backward": (UPSTREAM, Z, SLOPE),
    "softmax": (Z,),
    "softmax_backward": (UPSTREAM, Z),
    "softmax_jacobian": (Z,),
    "log_softmax": (Z,),
    "log_softmax_backward": (UPSTREAM, Z),
}

NO_ARRAYS = ["activation"]


def refusals(name):
    """List what every elementwise function with this name, its derivative and its backward refuse."""
    f, prime, backward = (getattr(activations, name + ending) for ending in ("", "_prime", "_backward"))
    return [
        (name, lambda: f("high"), TypeError, "z: expected float32"),
        (name, lambda: f([[1], [1, 2]]), ValueError, "z: expected an array, got rows of different lengths"),
        (f"{name}_prime", lambda: prime([1j]), TypeError, "z: expected float32.*got dtype complex128"),
        (f"{name}_backward", lambda: backward(1.0, Z), ValueError, r"upstream: expected shape \(2, 3\), got \(\)"),
        (f"{name}_backward", lambda: backward(np.ones(3), Z), ValueError, r"upstream: expected shape \(2, 3\), got \(3,\)"),
    ]


REFUSED = [
    *(row for name in ELEMENTWISE for row in refusals(name)),
    ("sigmoid", lambda: sigmoid(None), TypeError, "z: expected float32.*got dtype object"),
    ("sigmoid_backward", lambda: sigmoid_backward(np.ones((3, 2)), Z), ValueError, r"upstream: expected shape \(2, 3\), got \(3, 2\)"),
    ("scaled_tanh", lambda: scaled_tanh(Z, a=[1, 2]), TypeError, r"a: expected a number, got \[1, 2\]"),
    ("scaled_tanh", lambda: scaled_tanh(Z, b=np.inf), ValueError, "b: expected a finite number, got inf"),
    ("scaled_tanh_prime", lambda: scaled_tanh_prime(Z, b="2/3"), TypeError, "b: expected a number, got '2/3'"),
    ("scaled_tanh_backward", lambda: scaled_tanh_backward(UPSTREAM, Z, np.nan), ValueError, "a: expected a finite number"),
    ("relu_prime", lambda: relu_prime(Z, at_zero=2), ValueError, r"at_zero: .*lies in \[0, 1\], got 2"),
    ("relu_prime", lambda: relu_prime(Z, at_zero=True), TypeError, "at_zero: expected a number"),
    ("relu_backward", lambda: relu_backward(UPSTREAM, Z, at_zero=-0.5), ValueError, r"at_zero: .*lies in \[0, 1\], got -0.5"),
    ("leaky_relu", lambda: leaky_relu(Z, SLOPE), TypeError, "slope: expected a number"),
    ("leaky_relu_prime", lambda: leaky_relu_prime(Z, np.inf), ValueError, "slope: expected a finite number"),
    ("leaky_relu_backward", lambda: leaky_relu_backward(UPSTREAM, Z, "0.01"), TypeError, "slope: expected a number"),
    ("prelu", lambda: prelu(Z, np.ones(2)), ValueError, r"slope: .*axis 1 of z \(2, 3\), got \(2,\)"),
    ("prelu", lambda: prelu(Z, np.ones((2, 3))), ValueError, r"slope: .*got \(2, 3\)"),
    ("prelu", lambda: prelu(np.ones((2, 3, 4)), np.ones(4)), ValueError, r"slope: .*axis 1 of z \(2, 3, 4\), got \(4,\)"),
    ("prelu", lambda: prelu(np.ones(3), SLOPE), ValueError, r"slope: .*axis 1 of z \(3,\), got \(3,\)"),
    ("prelu_prime", lambda: prelu_prime(Z, np.ones(1)), ValueError, r"slope: .*got \(1,\)"),
    ("prelu_backward", lambda: prelu_backward(np.ones(3), Z, SLOPE), ValueError, r"upstream: expected shape \(2, 3\), got \(3,\)"),
    ("prelu_backward", lambda: prelu_backward(UPSTREAM, Z, np.ones(2)), ValueError, "slope: .*axis 1 of z"),
    ("softmax", lambda: softmax(Z, axis=2), ValueError, r"axis: expected an axis of z with shape \(2, 3\), got 2"),
    ("softmax", lambda: softmax(Z, axis=1.0), TypeError, "axis: expected a whole number, got 1.0"),
    ("softmax", lambda: softmax(3.0), ValueError, r"axis: expected an axis of z with shape \(\), got -1"),
    ("softmax", lambda: softmax(np.zeros((2, 0))), ValueError, r"z: expected at least one class on axis -1, got shape \(2, 0\)"),
    ("softmax_backward", lambda: softmax_backward(1.0, Z), ValueError, r"upstream: expected shape \(2, 3\), got \(\)"),
    ("softmax_backward", lambda: softmax_backward(UPSTREAM, Z, -3), ValueError, "axis: expected an axis of z"),
    ("softmax_jacobian", lambda: softmax_jacobian(1.0), ValueError, "axis: expected an axis of z"),
    ("log_softmax", lambda: log_softmax(Z, axis=-3), ValueError, "axis: expected an axis of z"),
    ("log_softmax", lambda: log_softmax([]), ValueError, "z: expected at least one class"),
    ("log_softmax_backward", lambda: log_softmax_backward(np.ones(2), Z), ValueError, r"upstream: expected shape \(2, 3\)"),
    ("activation", lambda: activation("rleu"), ValueError, "activation: expected one of .*relu.*, got 'rleu'"),
    ("activation", lambda: activation(np.tanh), ValueError, "activation: expected one of .*tanh.*, got <ufunc 'tanh'>"),
    ("Activation", lambda: Activation(np.tanh), TypeError, "backward"),
]
