"""Safetensors: what is written is read, by others too, and what breaks the format's rules is refused."""

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from refnn import Dense, Network
from refnn.interop.safetensors import DTYPES, load, save

WORDS = st.text(max_size=5)
ARRAYS = st.sampled_from([*DTYPES.values(), ">f8", ">i4"]).flatmap(
    lambda code: hnp.arrays(code, hnp.array_shapes(min_dims=0, min_side=0, max_dims=3, max_side=3))
)

@pytest.fixture(scope="module", autouse=True)
def _at_once():
    """Leave the waiting for the disk away; tests.kills has it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda handle: None)
        yield


def strange(array):
    """Return the same numbers in another memory order."""
    return np.asfortranarray(array)[..., ::-1][..., ::-1] if array.ndim else array


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("files") / "a.safetensors"


@settings(max_examples=30)
@given(st.dictionaries(WORDS.filter(lambda word: word != "__metadata__"), ARRAYS, max_size=4),
       st.dictionaries(WORDS, WORDS, max_size=2))
def test_what_is_written_is_read_bit_for_bit(path, arrays, metadata):
    content = save({name: strange(array) for name, array in arrays.items()}, path, metadata).read_bytes()
    again, words = load(path)
    assert words == metadata and again.keys() == arrays.keys()
    for name, array in arrays.items():
        assert again[name].dtype == array.dtype.newbyteorder("=") and again[name].dtype.isnative
        assert again[name].shape == array.shape
        assert again[name].tobytes() == array.astype(again[name].dtype).tobytes()
        again[name][...] = 0  # they are ours, and writable
    assert int.from_bytes(content[:8], "little") % 8 == 0
    assert save(arrays, path, metadata).read_bytes() == content


def test_the_bytes_are_those_of_the_format(path):
    save({"a": np.array([1, -1], np.int16), "b": np.array([[1.0, 2.0]], np.float32)}, path, {"x": "é"})
    header = (
        '{"__metadata__":{"x":"é"},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},'
        '"a":{"dtype":"I16","shape":[2],"data_offsets":[8,12]}}'
    ).encode()
    header += b" " * (-len(header) % 8)
    data = bytes.fromhex("0000803f 00000040 0100 ffff")
    assert path.read_bytes() == len(header).to_bytes(8, "little") + header + data


def file(path, header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)
    return path


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@given(hnp.arrays(np.uint16, 5))
def test_half_precision_is_read_exactly_as_float32(path, bits):
    halves, _ = load(file(path, {"h": entry("F16", [5], 0, 10)}, bits.astype("<u2").tobytes()))
    brains, _ = load(file(path, {"h": entry("BF16", [5], 0, 10)}, bits.astype("<u2").tobytes()))
    assert halves["h"].dtype == brains["h"].dtype == np.float32
    with np.errstate(invalid="ignore"):
        assert np.array_equal(halves["h"].astype(np.float16), bits.view(np.float16), equal_nan=True)
    sign, exponent, fraction = (bits >> 15).astype(int), (bits >> 7 & 255).astype(int), (bits & 127).astype(int)
    plain = exponent < 255
    value = np.where(exponent == 0, np.ldexp(fraction / 128, -126), np.ldexp(1 + fraction / 128, exponent - 127))
    assert (brains["h"][plain] == ((-1.0) ** sign * value)[plain]).all()
    assert not np.isfinite(brains["h"][~plain]).any()


TWO = {"a": entry("F32", [2], 0, 8), "b": entry("F32", [1], 8, 12)}
REFUSED = {
    "shorter than its length": (b"\x05\0\0", None, 0, "a header of"),
    "header beyond the end": (TWO, bytes(12), 10**6, "a header of 1,000,000 bytes in a file of"),
    "header beyond the limit": (TWO, bytes(12), 2**63, "a header of 9,223"),
    "no JSON": (b"{nonsense}", b"", None, "its words are no JSON from character 1 on"),
    "two at once": (b"{}{}", b"", None, "its words are no JSON from character 2 on"),
    "not UTF-8": (b'{"\xff":1}', b"", None, "its words are no UTF-8"),
    "half a letter": (rb'{"\ud800":{}}', b"", None, "names or words that UTF-8 has no letters for"),
    "a list": (b"[]", b"", None, "does not begin with {"),
    "spaces first": (b" {}", b"", None, "does not begin with {"),
    "a name twice": (b'{"a":{},"a":{}}', b"", None, "twice"),
    "nested deeply": (b'{"a":' * 99999, b"", None, "its words are nested too deeply"),
    "no entry": ({"a": 3}, b"", None, "a: expected dtype, shape and data_offsets, got 3"),
    "an entry too many": ({"a": {**TWO["a"], "x": 1}}, bytes(8), None, "expected dtype, shape"),
    "eight bits": ({"a": entry("F8_E4M3", [2], 0, 2)}, bytes(2), None, "dtype 'F8_E4M3' is not one of F64, F32"),
    "dtype as a list": ({"a": entry(["F32"], [2], 0, 8)}, bytes(8), None, "dtype"),
    "negative": ({"a": entry("F32", [-2], 0, 8)}, bytes(8), None, "whole numbers"),
    "fractions": ({"a": entry("F32", [2.0], 0, 8)}, bytes(8), None, "whole numbers"),
    "true": ({"a": entry("F32", [True], 0, 4)}, bytes(4), None, "whole numbers"),
    "endless and empty": ({"a": entry("F32", [0, 2**62, 2**62], 0, 0)}, b"", None, "has nothing in it, and yet no"),
    "a number without end": (b'{"a":%s}' % (b"9" * 5000), b"", None, "a number of 5,000 digits"),
    "no number": (b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}', bytes(4), None, "whole numbers"),
    "three offsets": ({"a": {**TWO["a"], "data_offsets": [0, 4, 8]}}, bytes(8), None, r"expected \[begin, end\]"),
    "shape lies": ({"a": entry("F32", [3], 0, 8)}, bytes(8), None, r"shape \[3\] of F32 does not take the bytes"),
    "shape overflows": ({"a": entry("F32", [2**62, 2**62, 4], 0, 0)}, b"", None, "does not take the bytes"),
    "backwards": ({"a": entry("F32", [0], 8, 4)}, bytes(8), None, "does not take the bytes from 8 to 4"),
    "overlap": ({**TWO, "b": entry("F32", [1], 4, 8)}, bytes(8), None, "b: begins at byte 4, where 8 is the first"),
    "a hole": ({**TWO, "b": entry("F32", [1], 12, 16)}, bytes(16), None, "b: begins at byte 12, where 8"),
    "out of range": (TWO, bytes(8), None, "the arrays take 12 bytes, 8 follow"),
    "something behind": (TWO, bytes(13), None, "the arrays take 12 bytes, 13 follow"),
    "metadata no words": ({"__metadata__": {"a": 1}}, b"", None, "__metadata__: expected words"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_breaks_a_rule_is_refused(case, tmp_path):
    header, data, length, words = REFUSED[case]
    bad = tmp_path / "bad.safetensors"
    if data is None:
        bad.write_bytes(header)
    else:
        file(bad, header, data, length)
    with pytest.raises(ValueError, match=rf"bad.safetensors: not a safetensors file \(.*{words}"):
        load(bad)


def test_a_header_beyond_the_format_s_limit_is_not_even_read(tmp_path):
    path = file(tmp_path / "long", b"{}", length=100_000_001)
    os.truncate(path, 200_000_000)  # takes no room
    with pytest.raises(ValueError, match="a header of 100,000,001 bytes in a file of 200,000,000"):
        load(path)


@given(st.data())
@settings(max_examples=100)
def test_a_changed_header_is_refused_or_read_never_more(path, data):
    content = bytearray(save({"W": np.ones((2, 3)), "b": np.zeros(2, np.float32)}, path, {"x": "y"}).read_bytes())
    content[data.draw(st.integers(0, len(content) - 60))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content))) or None])
    try:
        arrays, _ = load(path)
    except ValueError as refused:
        assert "not a safetensors file" in str(refused)  # noqa: PT017
    else:
        assert sum(array.nbytes for array in arrays.values()) <= len(content)


def test_what_the_format_cannot_hold_is_refused_before_anything_is_written(tmp_path):
    target = tmp_path / "a"
    for arrays, metadata, error, words in [
        ({"a": np.ones(2, np.float16)}, None, TypeError, "a: expected floats of 32 or 64 bits, .* got dtype float16"),
        ({"a": np.ones(2, complex)}, None, TypeError, "complex"),
        ({"a": ["x"]}, None, TypeError, "<U1"),
        ({3: np.ones(2)}, None, TypeError, "expected words, got 3"),
        (Network([Dense(2)], 3), None, TypeError, r"a dict of them, such as network.parameters\(\), got Network"),
        ({"a": np.ones(2)}, {"x": 1}, TypeError, "expected words, got 1"),
        ({"a": np.ones(2)}, 3, TypeError, "metadata: expected a dict of words, got 3"),
        ({"a": np.ones(2)}, {"x": "\ud800"}, ValueError, "words that UTF-8 has letters for, got '.ud800'"),
        ({"a": np.ma.array([1.0], mask=True)}, None, ValueError, "a: .*masked entries; fill them first"),
        ({"a": [[1.0], [2.0, 3.0]]}, None, ValueError, "a: expected an array, got rows of different lengths"),
        ({"__metadata__": np.ones(2)}, None, ValueError, "keeps this name"),
    ]:
        with pytest.raises(error, match=words):
            save(arrays, target, metadata)
    with pytest.raises(FileNotFoundError):
        load(target)
    with pytest.raises(ValueError, match="expected a file"):
        load(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_network_goes_through_it_bit_for_bit(tmp_path):
    one, two = (Network([Dense(4, "relu"), Dense(2)], 3, seed) for seed in (1, 2))
    two.set_parameters(load(save(one.parameters(), tmp_path / "net"))[0])
    assert all(two.parameters()[name].tobytes() == p.tobytes() for name, p in one.parameters().items())
