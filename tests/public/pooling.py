import numpy as np

from refnn.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    subsample,
    subsample_backward,
)

x, upstream = np.arange(60.0).reshape(1, 3, 4, 5) % 7, np.arange(24.0).reshape(1, 3, 2, 4) - 9
w, b = np.array([0.5, -1, 0.25]), np.array([1.0, 0, -1])
options = (2, 3), (2, 1), (0, 1)

VALID = {
    "avg_pool2d": (x, (2, 4), (2, 1), (0, 1)),
    "avg_pool2d_backward": (upstream, x, (2, 4), (2, 1), (0, 1)),
    "max_pool2d": (x, (2, 4), (2, 1), (0, 1)),
    "max_pool2d_backward": (upstream, x, (2, 4), (2, 1), (0, 1)),
    "subsample": (x, w, b, (2, 4), (2, 1), (0, 1)),
    "subsample_backward": (upstream, x, w, b, (2, 4), (2, 1), (0, 1)),
}

REFUSED = [
    ("max_pool2d", lambda: max_pool2d(x, (5, 2)), ValueError,
     r"max_pool2d: window \(5, 2\) does not fit the padded input \(4, 5\): Ho = \(H \+ 2\*padding - kH\)//stride \+ 1 = 0"),
    ("max_pool2d", lambda: max_pool2d(x[0], 2), ValueError, r"x: expected 4 axes, got 3 in shape \(3, 4, 5\)"),
    ("max_pool2d", lambda: max_pool2d(x, 0), ValueError, "size: expected at least 1, got 0"),
    ("max_pool2d", lambda: max_pool2d(x, 2.0), TypeError, "size: expected a whole number, got 2.0"),
    ("max_pool2d", lambda: max_pool2d(x, (1, 2, 3)), ValueError, r"size: expected a whole number or \(height, width\)"),
    ("max_pool2d", lambda: max_pool2d(x, 2, 0), ValueError, "stride: expected at least 1, got 0"),
    ("max_pool2d", lambda: max_pool2d(x, 2, 1, -1), ValueError, "padding: expected at least 0, got -1"),
    ("max_pool2d", lambda: max_pool2d(x, (2, 3), 1, 2), ValueError, r"padding: expected less than the window \(2, 3\), got \(2, 2\)"),
    ("max_pool2d", lambda: max_pool2d(x[:, :, :0], 3, 1, 1), ValueError, r"window \(3, 3\) on an image \(0, 5\): expected at least one row"),
    ("max_pool2d_backward", lambda: max_pool2d_backward(upstream[..., 1:], x, *options), ValueError, r"upstream: expected shape \(1, 3, 2, 5\), got \(1, 3, 2, 3\)"),
    ("max_pool2d_backward", lambda: max_pool2d_backward(1.0, x, 2), ValueError, r"upstream: expected shape \(1, 3, 2, 2\), got \(\)"),
    ("avg_pool2d", lambda: avg_pool2d(x, (2, 6)), ValueError, r"avg_pool2d: window \(2, 6\) does not fit the padded input \(4, 5\): Wo ="),
    ("avg_pool2d", lambda: avg_pool2d(x, (2, 3), 1, (0, 3)), ValueError, "padding: expected less than the window .* a window could see no pixel"),
    ("avg_pool2d", lambda: avg_pool2d([1, 2], 2), ValueError, r"x: expected 4 axes, got 1 in shape \(2,\)"),
    ("avg_pool2d_backward", lambda: avg_pool2d_backward(upstream, x, 2), ValueError, r"upstream: expected shape \(1, 3, 2, 2\), got \(1, 3, 2, 4\)"),
    ("subsample", lambda: subsample(x, w[:2], b, 2), ValueError, r"w: expected shape \(3,\), got \(2,\)"),
    ("subsample", lambda: subsample(x, w, 0.0, 2), ValueError, r"b: expected shape \(3,\), got \(\)"),
    ("subsample", lambda: subsample(x[0], w, b, 2), ValueError, "x: expected 4 axes, got 3"),
    ("subsample", lambda: subsample(x, w, b, 7), ValueError, r"window \(7, 7\) does not fit"),
    ("subsample_backward", lambda: subsample_backward(upstream, x, w, b, 2), ValueError, r"upstream: expected shape \(1, 3, 2, 2\), got \(1, 3, 2, 4\)"),
    ("subsample_backward", lambda: subsample_backward(upstream, x, w, b[:1], 2), ValueError, r"b: expected shape \(3,\), got \(1,\)"),
]  # fmt: skip
