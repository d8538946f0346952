"""Defects of convolutions: most of them hide behind square kernels."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.exercises.museum import exhibit


@exhibit(
    "conv2d-rows-counted-by-height", of="conv.conv2d",
    title="Height for width",
    project="cs231n/cs231n.github.io", file="assignments/2026/assignment2.zip, cs231n/im2col_cython.pyx",
    thread="", year=2026,
    read="code read at commit 3d84654; a student's copy of 2017 has it, one of 2022 has repaired it",
    imitates="place (i, j) of a patch goes to row i kH + j of the table of patches, where a row of the kernel has "
             "kW places",
    mistake="A kernel that is wider than high overwrites rows of its own table; one that is higher than wide "
            "writes beyond its end, where no bound is checked. The kernels of the assignment are square, and what "
            "its layers call by default is another function.",
    killed_by=["test_a_map_is_the_bias_and_the_sum_over_channels_and_taps",
               "test_the_layer_is_the_matrix_of_patches_times_the_kernels_as_rows"],
    counterexample="x = np.array([[[[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]]])\n"
                   "conv2d(x, np.ones((1, 1, 2, 3))).tolist()",
    gives="[[[[0.0]]]]", right="[[[[1.0]]]]",
    hints=("Number the six places of a kernel of 2 rows and 3 columns. Which number has the first of the second row?",
           "row(c, i, j) = c kH kW + i kW + j.",
           "One letter. Then draw every test kernel with unequal sides."),
    buys="Kernels of any shape; and the habit of drawing no square in a test.",
    repair=("i * kH + j", "i * kW + j"),
)  # fmt: skip
def _(
    x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> NDArray:  # fmt: skip
    x, W = np.asarray(x), np.asarray(W)
    (n, C, H, width), (F, _, kH, kW) = x.shape, W.shape
    (sH, sW), (pH, pW) = np.broadcast_to(stride, 2), np.broadcast_to(padding, 2)
    Ho, Wo = (H + 2 * pH - kH) // sH + 1, (width + 2 * pW - kW) // sW + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    columns = np.zeros((C * kH * kW, n, Ho, Wo), x.dtype)
    for c, i, j in np.ndindex(C, kH, kW):
        row = c * kH * kW + i * kH + j
        columns[row] = padded[:, c, i : i + sH * Ho : sH, j : j + sW * Wo : sW]
    z = np.tensordot(W.reshape(F, -1), columns, 1).swapaxes(0, 1)  # (F, n, Ho, Wo) -> (n, F, Ho, Wo)
    return z if b is None else z + np.reshape(b, (F, 1, 1))


@exhibit(
    "conv2d-padding-asks-the-width", of="conv.conv2d",
    title="Half a question",
    project="facundoq/edunn", file="edunn/models/convolution.py, conv2d_forward",
    thread="", year=2025,
    read="code read at commit 35707cb: the question is asked in the forward and in both backward functions",
    imitates="the image is padded only if the padding of the width is above zero: (1, 0) pads nothing at all",
    mistake="The question whether to pad is asked of one direction and answered for both, so vertical padding "
            "alone is dropped in silence and the map comes out two rows short. An image that is padded alike on "
            "all sides, the usual case, comes out right.",
    killed_by=["test_padding_in_one_direction_only_adds_nothing_in_the_other",
               "test_the_maps_have_a_place_for_each_fit_and_the_arguments_are_left_alone"],
    counterexample="conv2d([[[[5.0]]]], [[[[1.0]]]], padding=(1, 0)).tolist()",
    gives="[[[[5.0]]]]", right="[[[[0.0], [5.0], [0.0]]]]",
    hints=("How many rows has the map of an image of one row, with one row of zeros above and below?",
           "Ho = (H + 2 pH - kH) // sH + 1, and the same with W; neither asks the other.",
           "Padding by nothing is a fine thing to do: no question is needed."),
    buys="Two directions that are really two; asymmetric draws find every place where they were mixed up.",
    repair=("    if pW > 0:\n        x = np.pad", "    x = np.pad"),
)  # fmt: skip
def _(
    x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> NDArray:  # fmt: skip
    x, W = np.asarray(x), np.asarray(W)
    (sH, sW), (pH, pW) = np.broadcast_to(stride, 2), np.broadcast_to(padding, 2)
    if pW > 0:
        x = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    (n, _, H, width), (F, _, kH, kW) = x.shape, W.shape
    Ho, Wo = (H - kH) // sH + 1, (width - kW) // sW + 1
    z = np.zeros((n, F, Ho, Wo), np.result_type(x, W))
    for i, j in np.ndindex(kH, kW):
        seen = x[:, :, i : i + sH * Ho : sH, j : j + sW * Wo : sW]
        z += np.einsum("fc,nchw->nfhw", W[:, :, i, j], seen)
    return z if b is None else z + np.reshape(b, (F, 1, 1))


@exhibit(
    "conv2d-up-to-minus-zero", of="conv.conv2d",
    title="Up to minus zero",
    project="facundoq/edunn", file="edunn/models/convolution.py, pad2d",
    thread="", year=2025,
    read="code read at commit 35707cb: the height is asked whether it is padded, the width is not",
    imitates="the image is written into [pW:-pW] of the padded one, which is empty where pW is 0",
    mistake="Minus zero is zero, so the slice from 0 to -0 holds nothing: the image does not fit into it, or, one "
            "pixel wide, fits and is gone. The trap was seen and stepped around in one of the two directions, and "
            "equal padding on all sides meets neither.",
    killed_by=["test_padding_in_one_direction_only_adds_nothing_in_the_other",
               "test_a_map_is_the_bias_and_the_sum_over_channels_and_taps"],
    counterexample="conv2d([[[[5.0]]]], [[[[1.0]]]], padding=(1, 0)).tolist()",
    gives="[[[[0.0], [0.0], [0.0]]]]", right="[[[[0.0], [5.0], [0.0]]]]",
    hints=("What is [1, 2, 3][0:-0]?",
           "The image stands in rows pH to pH + H and columns pW to pW + W of the padded one.",
           "What is done for the rows is to be done for the columns; or count both ends from the front."),
    buys="Zero is a padding like any other, in each direction for itself.",
    repair=("slice(pW, -pW)", "slice(pW, -pW or None)"),
)  # fmt: skip
def _(
    x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> NDArray:  # fmt: skip
    x, W = np.asarray(x), np.asarray(W)
    (n, C, H, width), (F, _, kH, kW) = x.shape, W.shape
    (sH, sW), (pH, pW) = np.broadcast_to(stride, 2), np.broadcast_to(padding, 2)
    padded = x
    if pH > 0 or pW > 0:
        padded = np.zeros((n, C, H + 2 * pH, width + 2 * pW), x.dtype)
        rows, columns = slice(pH, -pH or None), slice(pW, -pW)
        padded[:, :, rows, columns] = x
    Ho, Wo = (H + 2 * pH - kH) // sH + 1, (width + 2 * pW - kW) // sW + 1
    z = np.zeros((n, F, Ho, Wo), np.result_type(x, W))
    for i, j in np.ndindex(kH, kW):
        seen = padded[:, :, i : i + sH * Ho : sH, j : j + sW * Wo : sW]
        z += np.einsum("fc,nchw->nfhw", W[:, :, i, j], seen)
    return z if b is None else z + np.reshape(b, (F, 1, 1))


@exhibit(
    "conv2d-backward-that-never-ran", of="conv.conv2d_backward",
    title="The readable version that never ran",
    project="ddbourgin/numpy-ml", file="numpy_ml/neural_nets/layers/layers.py, Conv2D._backward_naive",
    thread="", year=2022,
    read="code read at commit b0359af: the loop runs over the list, and its body multiplies the list",
    imitates="the whole list of gradients is multiplied in the loop over it, where its current entry is meant",
    mistake="A list times an array has one axis more than a gradient, and filling a number with what is left of it "
            "raises. The documentation sends the reader to this slow form to understand the fast one, and nobody "
            "calls it: what is written to be read is not run.",
    killed_by=["test_all_three_gradients_are_the_slopes_of_the_layer",
               "test_gradients_have_the_shapes_of_their_arguments_and_the_wider_dtype"],
    counterexample="dx, dW, db = conv2d_backward([[[[1.0, 2.0]]]], [[[[3.0, 4.0]]]], [[[[5.0]]]])\n"
                   "dx.tolist(), dW.tolist()",
    gives="raises ValueError", right="([[[[5.0, 10.0]]]], [[[[11.0]]]])",
    hints=("Print the shape of `dz`. How many axes should it have?",
           "dW[o, c, a, b] collects dz[n, o, i, j] x[n, c, i sH + a, j sW + b], pixel by pixel.",
           "The first factor of `dz`: the list, or the one of it that the loop is at?"),
    buys="A definition that is run against the fast form on every input, so that both can be believed.",
    repair=("np.multiply(batches, slope)", "np.multiply(dy, slope)"),
)  # fmt: skip
def _(
    upstream: ArrayLike, x: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> tuple[NDArray, NDArray, NDArray | None]:  # fmt: skip
    x, W, batches = np.asarray(x), np.asarray(W), [np.asarray(upstream)]
    (_, _, H, width), (F, _, kH, kW) = x.shape, W.shape
    (sH, sW), (pH, pW) = np.broadcast_to(stride, 2), np.broadcast_to(padding, 2)
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    dtype = np.result_type(x, W, *batches)
    dx, dW, db = np.zeros(padded.shape, dtype), np.zeros(W.shape, dtype), np.zeros(F, dtype)
    for dy in batches:
        slope = np.ones_like(dy)  # of the activation behind the layer: here there is none
        dz = np.multiply(batches, slope)
        for k, o, i, j in np.ndindex(*dy.shape):
            place = k, slice(None), slice(i * sH, i * sH + kH), slice(j * sW, j * sW + kW)
            db[o] += dz[k, o, i, j]
            dW[o] += dz[k, o, i, j] * padded[place]
            dx[place] += dz[k, o, i, j] * W[o]
    return dx[:, :, pH : pH + H, pW : pW + width].copy(), dW, None if b is None else db
