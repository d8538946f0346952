"""What `loop_orders` shows."""

import numpy as np

from refnn.experiments import load, loop_orders
from refnn.properties import law


@law("MLP-02", level="definition")
def test_each_order_makes_every_product_of_the_definition_once():
    n = loop_orders.SIDE
    ways = (loop_orders._by_definition, loop_orders._along_rows)
    for way in ways:
        touches = list(way())
        used = sorted(place for matrix, place in touches if matrix == "B")
        assert used == sorted(np.repeat(np.arange(n * n), n).tolist())  # each b_kj meets n rows of A
    rows = [place for matrix, place in loop_orders._by_tiles() if matrix == "B"]
    assert len(rows) * loop_orders.ROWS * loop_orders.COLUMNS == n**3


@law("MLP-02", level="law")
def test_each_idea_fetches_less_than_the_one_before_and_none_less_than_the_matrices_hold():
    data = load("loop_orders")
    assert (np.diff(data.fetched) < 0).all()
    assert data.fetched.min() >= 3 * loop_orders.SIDE**2 / loop_orders.LINE
    assert data.touched[2] < data.multiply_adds / 10 < data.touched[0]


def test_a_cache_keeps_what_was_used_last():
    again = [("A", 0), ("A", 1), ("A", loop_orders.LINE), ("A", 0)]
    assert loop_orders._play(iter(again)) == (4, 2)
    round_trip = [("B", loop_orders.LINE * k) for k in range(loop_orders.LINES + 1)] * 2
    assert loop_orders._play(iter(round_trip)) == (len(round_trip), len(round_trip))
