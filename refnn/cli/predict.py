"""Read digits with a model that `refnn train` saved.

Without a file: the embedded digits that the model was tested on.
"""

import argparse
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from refnn import data, model_io
from refnn._validate import at_least
from refnn.cli.train import show, training_and_test


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn predict`."""
    parser.add_argument("model", metavar="MODEL", help="a file that refnn train saved")
    parser.add_argument("file", metavar="FILE", nargs="?", help="digits to read: IDX images or zip-code text")
    parser.add_argument("--confusion", metavar="PICTURE", help="draw which digit is read as which (needs matplotlib)")
    parser.add_argument("--filters", metavar="PICTURE", help="draw what the first layer looks for (needs matplotlib)")
    parser.add_argument("--pictures", type=int, default=4, metavar="N", help="digits to show; default: 4")


def run(options: argparse.Namespace) -> None:
    """Show a few digits, print what was read of all, and how much of it is right where the labels are known."""
    at_least("--pictures", options.pictures, 0)
    if options.confusion or options.filters:
        if not find_spec("matplotlib"):
            raise ValueError('--confusion, --filters: need matplotlib, which is not installed: '
                             'pip install "refnn[plot]"')
        from refnn.interop import matplotlib

        matplotlib.place_for_picture(options.confusion)
        matplotlib.place_for_picture(options.filters)
    net, notes = model_io.load(options.model)
    labels: NDArray | None
    if options.file is None:
        _, _, images, labels = training_and_test(notes.get("data"), notes.get("seed", 0))
    else:
        images, labels = data.read_digits(options.file)
    if images.shape[1:] != net.input_shape:
        raise ValueError(f"{options.file or options.model}: expected images of shape {net.input_shape}, "
                         f"got {images.shape[1:]}")
    if options.confusion and labels is None:
        raise ValueError("--confusion: needs digits with labels, and there are none beside these")
    read = net.classify(images)
    if options.pictures and len(images):
        print(show(images, read, read if labels is None else labels, options.pictures), end="\n\n")
    for start in range(0, len(read), 50):
        print(np.array2string(read[start : start + 50], max_line_width=120, separator=" ", threshold=50)[1:-1])
    if labels is not None and len(labels):
        unknown = "" if options.file or "seed" in notes else " (the file does not say which of them it learnt from)"
        print(f"\n{(read == labels).sum()} of {len(read)} right: {(read == labels).mean():.2%}{unknown}")
    if options.confusion and labels is not None:
        matplotlib.confusion(labels, read, options.confusion)
        print(f"confusion: {options.confusion}")
    if options.filters:
        matplotlib.filters(net, options.filters)
        print(f"filters: {options.filters}")
