"""Defects of initialisation."""

import numpy as np
from numpy.typing import DTypeLike, NDArray

from refnn.exercises.museum import exhibit


@exhibit(
    "xavier-of-one-side", of="init.xavier_normal",
    title="Xavier in name",
    project="MLSysBook/TinyTorch", file="modules/03_layers/layers.py, Linear",
    thread="", year=2025, read="code and test read at commit 02364f80: sqrt(1 / fan_in) as \"Xavier/Glorot\" in both",
    imitates="the variance is 1 / fan_in, which is LeCun's, where Xavier's is 2 / (fan_in + fan_out)",
    mistake="Where a layer widens or narrows, signals going up keep their size but gradients coming down do not; "
            "Glorot and Bengio's point was the compromise. The layer's own test expects sqrt(1 / fan_in) too, "
            "within a factor of two: it repeats the code and cannot disagree with it.",
    killed_by=["test_a_normal_scheme_is_normal_with_the_spread_of_its_formula",
               "test_one_over_fan_in_is_xavier_for_as_many_units_as_inputs_and_never_else"],
    counterexample="from refnn import init  # seven units that read one input: s = sqrt(2 / 8)\n"
                   "spreads = xavier_normal((7, 1), 0) / init.normal((7, 1), 0, std=1.0)\n"
                   "spreads.mean().round(9).item()",
    gives="1.0", right="0.5",
    hints=("Turn the layer round: should the spread of 7 units on 1 input differ from that of 1 unit on 7 inputs?",
           "s^2 = 2 / (fan_in + fan_out), the harmonic mean of what the two directions ask for.",
           "fan_out is units times the size of a kernel; one more term below the line, and a 2 above it."),
    buys="Signals and gradients that both arrive, in layers that are not square too.",
    repair=("1.0 / (inputs * size)", "2.0 / ((inputs + units) * size)"),
)  # fmt: skip
def _(
    shape: tuple[int, ...], rng: np.random.Generator | int, *, dtype: DTypeLike = np.float64
) -> NDArray:
    units, inputs, *kernel = shape
    size = int(np.prod(kernel))
    std = np.sqrt(1.0 / (inputs * size))
    return (std * np.random.default_rng(rng).standard_normal((units, inputs, *kernel))).astype(dtype)
