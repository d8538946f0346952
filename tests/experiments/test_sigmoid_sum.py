"""What `sigmoid_sum` shows."""

import numpy as np

from refnn.experiments import load
from refnn.properties import law


@law("E-21", level="theorem")
def test_shifted_sigmoids_add_up_to_softplus_within_a_hundredth_but_not_to_a_rectifier():
    data = load("sigmoid_sum")
    assert data.gap_to_softplus < 0.0107 and round(data.gap_to_relu, 4) == 0.6826
    assert (np.diff(data.sums, axis=0) > 0).all()  # every further sigmoid adds
