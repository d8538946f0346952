"""What `parity` shows."""

import pytest

from refnn.experiments import load
from refnn.properties import law


@pytest.fixture(scope="module")
def data():
    return load("parity")


@law("CIR-05", level="definition")
def test_two_three_four_and_eight_bits_take_2_4_8_128_terms_or_1_2_3_7_gates(data):
    shown = [0, 1, 2, 6]
    assert data.bits[shown].tolist() == [2, 3, 4, 8]
    assert data.terms[shown].tolist() == [2, 4, 8, 128]
    assert data.xor_gates[shown].tolist() == [1, 2, 3, 7]


@law("CIR-03", "CIR-04", "CIR-05", level="theorem")
def test_every_circuit_is_right_on_every_input(data):
    assert data.wrong.shape == (3, len(data.bits)) and not data.wrong.any()


@law("CIR-05", level="theorem")
def test_no_two_true_rows_differ_in_one_bit_so_every_true_row_is_a_term_of_its_own(data):
    assert (data.nearest == 2).all()
    assert (data.terms == 2 ** (data.bits - 1)).all()


@law("CIR-05", level="theorem")
def test_the_tree_of_nands_is_the_smaller_one_from_six_bits_on(data):
    assert ((data.terms > data.nand_gates) == (data.bits >= 6)).all()
    assert (data.nand_gates == 4 * data.xor_gates).all()
    assert (data.threshold_units == data.bits).all()
