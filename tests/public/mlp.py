import numpy as np

from refnn.mlp import (
    MLP,
    build,
    compose,
    digit_to_index,
    flatten,
    forward,
    image_to_vector,
    index_to_digit,
    layer,
    neuron,
    output,
    parameter_count,
    read_digit,
    split,
    unflatten,
    vector_to_image,
)

W1, b1 = np.array([[1.0, -2, 3], [0.5, 1, -1]]), np.array([1.0, 0])
W2, b2 = np.array([[2.0, -1]]), np.array([0.25])
X = np.array([[1.0, -1, 2], [0, 0.5, 1], [3, 1, 0], [1, 1, 1]])
NET = MLP([W1, W2], [b1, b2], ["tanh", "identity"])
THETA = np.arange(11.0)

VALID = {
    "build": ([3, 2, 1], "tanh", 0),
    "compose": (MLP([W1], [b1], ["tanh"]), MLP([W2], [b2], ["identity"])),
    "digit_to_index": (np.array([1, 2, 0]),),
    "flatten": (NET,),
    "forward": (NET, X),
    "image_to_vector": (X,),
    "index_to_digit": (np.array([1, 2, 0]),),
    "layer": (X, W1, b1, "tanh"),
    "neuron": (X[0], W1[0], 0.5),
    "output": (NET, X),
    "read_digit": (np.arange(20.0).reshape(2, 10) % 7,),
    "split": (NET, 1),
    "unflatten": (NET, THETA),
    "vector_to_image": (np.arange(12.0).reshape(2, 6), 2, 3),
}

NO_ARRAYS = ["parameter_count"]

REFUSED = [
    ("MLP", lambda: MLP([], [], []), ValueError, "weights: expected at least one layer"),
    ("MLP", lambda: MLP([W1, W2.T], [b1, None], ["tanh"] * 2), ValueError, r"weights\[1\]: expected shape \(units, 2\), no 0, got \(2, 1\)"),
    ("MLP", lambda: MLP([np.zeros((0, 3))], [None], ["tanh"]), ValueError, r"weights\[0\]: .*no 0, got \(0, 3\)"),
    ("MLP", lambda: MLP([np.zeros((2, 0))], [None], ["tanh"]), ValueError, r"weights\[0\]: .*\(units, inputs\), no 0, got \(2, 0\)"),
    ("MLP", lambda: MLP([b1], [None], ["tanh"]), ValueError, r"weights\[0\]: expected 2 axes, got 1"),
    ("MLP", lambda: MLP([W1], [b2], ["tanh"]), ValueError, r"biases\[0\]: expected shape \(2,\), got \(1,\)"),
    ("MLP", lambda: MLP([W1, W2], [b1], ["tanh"] * 2), ValueError, "biases: expected one for each of 2 layers"),
    ("MLP", lambda: MLP([W1, W2], [b1, b2], ["tanh"]), ValueError, "activations: expected one for each of 2 layers"),
    ("MLP", lambda: MLP([W1, W2], [b1, b2], "xy"), ValueError, "activations: expected one for each of 2 layers, got 'xy'"),
    ("MLP", lambda: MLP([W1], [b1], ["thanh"]), ValueError, "activation: expected one of .*, got 'thanh'"),
    ("MLP", lambda: MLP([W1.astype(np.float16)], [b1], ["tanh"]), TypeError, r"weights\[0\]: expected float32"),
    ("MLP", lambda: MLP([W1], [b1.astype(complex)], ["tanh"]), TypeError, r"biases\[0\]: expected float32"),
    ("build", lambda: build([3], "tanh", 0), ValueError, r"sizes: expected inputs and the units .* got \[3\]"),
    ("build", lambda: build(7, "tanh", 0), ValueError, "sizes: expected inputs and the units .* got 7"),
    ("build", lambda: build([3, 0, 2], "tanh", 0), ValueError, r"sizes\[1\]: expected at least 1, got 0"),
    ("build", lambda: build([3, 2.5], "tanh", 0), TypeError, r"sizes\[1\]: expected a whole number, got 2.5"),
    ("build", lambda: build([3, 2], ["tanh", "relu"], 0), ValueError, "activations: expected one for each of 1 layers"),
    ("build", lambda: build([3, 2], "tanh", 0.5), TypeError, "rng: expected"),
    ("build", lambda: build([3, 2], "tanh", 0, init="luck"), ValueError, "expected one of .* got 'luck'"),
    ("compose", lambda: compose(NET, NET), ValueError, r"weights\[2\]: expected shape \(units, 1\), no 0, got \(2, 3\)"),
    ("digit_to_index", lambda: digit_to_index([3, 10]), ValueError, "digits: expected labels 0..9, counted from 0, got 10 at 1"),
    ("digit_to_index", lambda: digit_to_index([3.0]), TypeError, "digits: expected an integer label"),
    ("flatten", lambda: flatten("net"), TypeError, "net: expected weights, biases and activations, got 'net'"),
    ("forward", lambda: forward(NET, X.T), ValueError, r"with one d, got \(3, 4\) and \(2, 3\)"),
    ("forward", lambda: forward(NET, X[0]), ValueError, "X: expected 2 axes, got 1"),
    ("forward", lambda: forward(None, X), TypeError, "net: expected weights, biases and activations, got None"),
    ("image_to_vector", lambda: image_to_vector([1.0, 2]), ValueError, r"images: expected shape \(..., H, W\), got \(2,\)"),
    ("index_to_digit", lambda: index_to_digit([[0], [-1]]), ValueError, "indices: expected labels 0..9, counted from 0, got -1 at 1"),
    ("layer", lambda: layer(X, W2, b2), ValueError, r"X, W: expected shapes"),
    ("layer", lambda: layer(X, W1, b2), ValueError, r"b: expected shape \(2,\), got \(1,\)"),
    ("layer", lambda: layer(X, W1, b1, "bend"), ValueError, "activation: expected one of .*, got 'bend'"),
    ("neuron", lambda: neuron(X, W1[0]), ValueError, "a: expected 1 axis, got 2"),
    ("neuron", lambda: neuron(X[0], W1[0, :2]), ValueError, r"w: expected shape \(3,\), got \(2,\)"),
    ("output", lambda: output(NET, [["a", "b", "c"]]), TypeError, "X: expected float32"),
    ("parameter_count", lambda: parameter_count([256]), ValueError, r"sizes: expected inputs and the units .* got \[256\]"),
    ("parameter_count", lambda: parameter_count([256, -1]), ValueError, r"sizes\[1\]: expected at least 1, got -1"),
    ("read_digit", lambda: read_digit(np.zeros((2, 9))), ValueError, r"confidences: expected shape \(..., 10\), got \(2, 9\)"),
    ("read_digit", lambda: read_digit([0.0] * 9 + [np.nan]), ValueError, "confidences: expected numbers, got NaN"),
    ("split", lambda: split(NET, 0), ValueError, "at: expected 1 .. 1, .* got 0"),
    ("split", lambda: split(NET, 2), ValueError, "at: expected 1 .. 1, .* got 2"),
    ("split", lambda: split(NET, 0.5), TypeError, "at: expected a whole number, got 0.5"),
    ("unflatten", lambda: unflatten(NET, THETA[:-1]), ValueError, r"theta: expected shape \(11,\), got \(10,\)"),
    ("vector_to_image", lambda: vector_to_image(np.zeros(255)), ValueError, r"vectors: expected shape \(..., 16 \* 16\), got \(255,\)"),
    ("vector_to_image", lambda: vector_to_image(np.zeros(0), 0, 3), ValueError, "height: expected at least 1, got 0"),
]
