import numpy as np

from refnn.conv import (
    conv1d,
    conv1d_backward,
    conv2d,
    conv2d_backward,
    conv2d_matrix,
    convolve,
    lecun1989,
    output_size,
    parameter_count,
    toeplitz_matrix,
)

x, W, b = np.arange(60.0).reshape(1, 3, 4, 5) % 7, np.arange(36.0).reshape(2, 3, 2, 3) - 9, np.array([1.0, -2])
signal, taps = np.arange(15.0).reshape(1, 3, 5) % 4, np.arange(12.0).reshape(2, 3, 2) - 5

VALID = {
    "conv1d": (signal, taps, b, 2, 1),
    "conv1d_backward": (np.arange(6.0).reshape(1, 2, 3), signal, taps, b, 2, 1),
    "conv2d": (x, W, b, (2, 1), (1, 0)),
    "conv2d_backward": (np.arange(18.0).reshape(1, 2, 3, 3), x, W, b, (2, 1), (1, 0)),
    "conv2d_matrix": (np.array([[1.0, 2, 3], [4, 5, 6]]), (3, 4)),
    "convolve": (np.array([1.0, 2]), np.array([3.0, 1, 1])),
    "toeplitz_matrix": (np.array([1.0, 2, 3]), 5),
}

NO_ARRAYS = ["lecun1989", "output_size", "parameter_count"]

upstream = np.zeros((1, 2, 3, 3))

REFUSED = [
    ("conv2d", lambda: conv2d(np.zeros((1, 1, 2, 7)), np.zeros((1, 1, 3, 5))), ValueError,
     r"conv2d: kernel \(3, 5\) does not fit the padded input \(2, 7\): Ho = \(H \+ 2\*padding - kH\)//stride \+ 1 = 0"),
    ("conv2d", lambda: conv2d(np.zeros((1, 1, 9, 2)), np.zeros((1, 1, 3, 7)), padding=(0, 1)), ValueError,
     r"kernel \(3, 7\) does not fit the padded input \(9, 4\): Wo = \(W \+ 2\*padding - kW\)//stride \+ 1 = -2"),
    ("conv2d", lambda: conv2d(x[0], W), ValueError, r"x: expected 4 axes, got 3 in shape \(3, 4, 5\)"),
    ("conv2d", lambda: conv2d(x, W[0]), ValueError, r"W: expected 4 axes, got 3 in shape \(3, 2, 3\)"),
    ("conv2d", lambda: conv2d(x, W[:, :2]), ValueError, r"W: expected 3 channels, as many as x has, got 2"),
    ("conv2d", lambda: conv2d(x, W[:0]), ValueError, r"W: expected at least one kernel.* got shape \(0, 3, 2, 3\)"),
    ("conv2d", lambda: conv2d(x[:, :, :0], W, padding=2), ValueError, r"kernel \(2, 3\) on an image \(0, 5\): expected at least one row"),
    ("conv2d", lambda: conv2d(x, W, b[:1]), ValueError, r"b: expected shape \(2,\), got \(1,\)"),
    ("conv2d", lambda: conv2d(x, W, 0.0), ValueError, r"b: expected shape \(2,\), got \(\)"),
    ("conv2d", lambda: conv2d(x, W, stride=0), ValueError, "stride: expected at least 1, got 0"),
    ("conv2d", lambda: conv2d(x, W, stride=(1, 2, 1)), ValueError, r"stride: expected a whole number or \(height, width\)"),
    ("conv2d", lambda: conv2d(x, W, padding=(0, -1)), ValueError, "padding: expected at least 0, got -1"),
    ("conv2d", lambda: conv2d(x, W, padding=0.5), TypeError, "padding: expected a whole number, got 0.5"),
    ("conv2d", lambda: conv2d(x, W, padding="same"), TypeError, "padding: expected a whole number, got 'same'"),
    ("conv2d_backward", lambda: conv2d_backward(upstream[..., 1:], x, W, b, (2, 1), (1, 0)), ValueError, r"upstream: expected shape \(1, 2, 3, 3\), got \(1, 2, 3, 2\)"),
    ("conv2d_backward", lambda: conv2d_backward(1.0, x, W, b, (2, 1), (1, 0)), ValueError, r"upstream: expected shape .*got \(\)"),
    ("conv2d_backward", lambda: conv2d_backward(upstream, x, W, np.zeros(3), (2, 1), (1, 0)), ValueError, r"b: expected shape \(2,\), got \(3,\)"),
    ("conv2d_backward", lambda: conv2d_backward(upstream, x[:, 1:], W), ValueError, "W: expected 2 channels"),
    ("conv1d", lambda: conv1d(x, taps), ValueError, r"x: expected 3 axes, got 4 in shape \(1, 3, 4, 5\)"),
    ("conv1d", lambda: conv1d(signal, W), ValueError, "W: expected 3 axes, got 4"),
    ("conv1d", lambda: conv1d(signal, taps[:, 1:]), ValueError, "W: expected 3 channels, as many as x has, got 2"),
    ("conv1d", lambda: conv1d(signal[:, :, :1], taps), ValueError, "kernel 2 does not fit the padded input 1"),
    ("conv1d", lambda: conv1d(signal, taps, stride=(1, 2)), TypeError, r"stride: expected a whole number, got \(1, 2\)"),
    ("conv1d_backward", lambda: conv1d_backward(np.zeros((1, 2, 3)), signal, taps, b), ValueError, r"upstream: expected shape \(1, 2, 4\), got \(1, 2, 3\)"),
    ("conv1d_backward", lambda: conv1d_backward(np.zeros((1, 2, 1, 4)), signal, taps, b), ValueError, r"upstream: expected shape \(1, 2, 4\)"),
    ("output_size", lambda: output_size(2, 5, 1), ValueError, r"kernel 5 does not fit the padded input 4: \(size \+ 2\*padding - kernel\)//stride \+ 1 = 0"),
    ("output_size", lambda: output_size(5, 3, stride=0), ValueError, "stride: expected at least 1, got 0"),
    ("output_size", lambda: output_size(5, 3, padding=-1), ValueError, "padding: expected at least 0, got -1"),
    ("output_size", lambda: output_size(5.0, 3), TypeError, "size: expected a whole number, got 5.0"),
    ("output_size", lambda: output_size(5, 0), ValueError, "kernel: expected at least 1, got 0"),
    ("convolve", lambda: convolve(np.ones(2), np.ones((2, 3))), ValueError, r"two vectors or two matrices, not empty, got shapes \(2,\), \(2, 3\)"),
    ("convolve", lambda: convolve(np.ones(2), np.ones(0)), ValueError, r"not empty, got shapes \(2,\), \(0,\)"),
    ("convolve", lambda: convolve(2.0, 3.0), ValueError, r"got shapes \(\), \(\)"),
    ("toeplitz_matrix", lambda: toeplitz_matrix(np.ones((2, 2)), 3), ValueError, "w: expected 1 axis, got 2"),
    ("toeplitz_matrix", lambda: toeplitz_matrix(np.ones(0), 3), ValueError, "the length of w: expected at least 1, got 0"),
    ("toeplitz_matrix", lambda: toeplitz_matrix(np.ones(2), 0), ValueError, "n: expected at least 1, got 0"),
    ("conv2d_matrix", lambda: conv2d_matrix(np.ones((2, 3)), (4, 2)), ValueError, r"kernel \(2, 3\) does not fit the padded input \(4, 2\): Wo = .* = 0"),
    ("conv2d_matrix", lambda: conv2d_matrix(np.ones((0, 3)), (4, 5)), ValueError, r"kernel \(0, 3\) on an image \(4, 5\)"),
    ("conv2d_matrix", lambda: conv2d_matrix(W, (4, 5)), ValueError, "W: expected 2 axes, got 4"),
    ("conv2d_matrix", lambda: conv2d_matrix(np.ones((2, 3)), (4, 5, 6)), ValueError, r"shape: expected a whole number or \(height, width\)"),
    ("parameter_count", lambda: parameter_count(0, 128, 5), ValueError, "channels: expected at least 1, got 0"),
    ("parameter_count", lambda: parameter_count(1, 2.5, 5), TypeError, "maps: expected a whole number, got 2.5"),
    ("parameter_count", lambda: parameter_count(1, 128, (5, 0)), ValueError, "kernel: expected at least 1, got 0"),
    ("lecun1989", lambda: lecun1989(16), TypeError, "takes 0 positional arguments"),
]  # fmt: skip
