"""The data package: embedded digits, parts of a data set, readers that refuse in words, and pictures."""

import gzip
import math
import os
import re
import struct
import tracemalloc
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from refnn.data import (
    Dataset,
    digits,
    double_size,
    read_dataset,
    read_digits,
    read_idx,
    read_zip_code,
    side_by_side,
    stratified_folds,
    stratified_split,
    text_picture,
)
from refnn.properties.support import FLOATS, SEEDS, exact_arrays

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
SIDES = st.integers(1, 5)
LABELS = st.lists(st.integers(-2, 3), min_size=2, max_size=40)


def idx(array):
    """Write an IDX file by hand: magic number, lengths, numbers, all big-endian."""
    name = f"{array.dtype.kind}{array.dtype.itemsize}"
    header = bytes([0, 0, CODES[name], array.ndim]) + b"".join(struct.pack(">I", side) for side in array.shape)
    return header + b"".join(struct.pack(">" + array.dtype.char, value) for value in array.ravel().tolist())


def zip_code(images, labels, form="{:.4f}"):
    """Write zip-code text from images (n, 1, 16, 16) in [0, 1], 0 becoming -1."""
    rows = [[label, *(2 * image.ravel().astype(float) - 1)] for image, label in zip(images, labels, strict=True)]
    return "".join(" ".join(form.format(value) for value in row) + " \n" for row in rows).encode()


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Write bytes to a new file and return its path."""
    folder, numbers = tmp_path_factory.mktemp("files"), count()

    def write(content, name=None):
        path = folder / str(next(numbers)) / (name or "data")
        path.parent.mkdir()
        path.write_bytes(content)
        return path

    return write


def message(error, call, *args):
    """Return the words in which a call refuses; they must fit on one line that is not too long."""
    with pytest.raises(error) as caught:
        call(*args)
    words = str(caught.value)
    assert "\n" not in words
    assert len(words) < 300
    return words


# Embedded digits


def test_there_are_1797_digits_of_either_size_in_the_unit_interval():
    for size in (8, 16):
        images, labels = digits(size)
        assert images.shape == (1797, 1, size, size)
        assert images.dtype == np.float32
        assert (images.min(), images.max()) == (0, 1)
        assert labels.dtype == np.intp
        assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_first_digit_is_the_zero_of_the_repository():
    first = [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0, 0, 8, 8, 0]
    images, labels = digits(8)
    assert (16 * images[0].ravel()[:32]).tolist() == first
    assert labels[0] == 0


def test_the_large_digits_are_the_small_ones_doubled_and_every_call_gives_new_arrays():
    small, labels = digits(8)
    assert (digits(16)[0] == double_size(small)).all()
    small[...], labels[...] = 99, 99
    assert digits(8)[0].max() == 1
    assert digits(8)[1].max() == 9


def test_only_the_two_sizes_are_offered():
    assert "size: expected 8 or 16, got 28" in message(ValueError, digits, 28)


@given(FLOATS, st.tuples(SIDES, SIDES, SIDES), st.integers(-80, 80).map(lambda i: i / 8))
def test_a_constant_image_stays_constant_when_doubled(dtype, shape, ink):
    n, H, W = shape
    doubled = double_size(np.full(shape, ink, dtype))
    assert doubled.dtype == dtype
    assert doubled.shape == (n, 2 * H, 2 * W)
    assert (doubled == ink).all()


@given(exact_arrays(st.tuples(SIDES, SIDES, SIDES)), st.data(), st.integers(-8, 8))
def test_doubling_is_linear_and_keeps_the_mean(x, data, factor):
    y, before = data.draw(exact_arrays(x.shape)), x.copy()
    assert (double_size(x + factor * y) == double_size(x) + factor * double_size(y)).all()
    assert (double_size(x).sum(axis=(1, 2)) == 4 * x.sum(axis=(1, 2))).all()
    assert (x == before).all()


@given(exact_arrays(st.tuples(SIDES, SIDES)))
def test_each_new_pixel_weighs_its_four_old_neighbours_nine_three_three_one(x):
    edged = np.pad(x, 1, mode="edge")
    for i, j in np.ndindex(2 * x.shape[0], 2 * x.shape[1]):
        near, far = (i // 2 + 1, j // 2 + 1), (i // 2 + 1 + (1 if i % 2 else -1), j // 2 + 1 + (1 if j % 2 else -1))
        weighed = 9 * edged[near] + 3 * edged[far[0], near[1]] + 3 * edged[near[0], far[1]] + edged[far]
        assert double_size(x)[i, j] == weighed / 16


def test_a_row_of_pixels_alone_is_not_an_image():
    assert "images: expected shape (..., H, W), got (3,)" in message(ValueError, double_size, np.zeros(3))
    assert double_size(np.zeros((0, 1, 8, 8))).shape == (0, 1, 16, 16)


# Parts of a data set


@given(LABELS, SEEDS, st.data())
def test_folds_share_out_all_samples_and_every_class_evenly(labels, seed, data):
    k = data.draw(st.integers(2, len(labels)))
    folds = stratified_folds(labels, k, seed)
    assert sorted(np.concatenate(folds).tolist()) == list(range(len(labels)))
    assert all((np.diff(fold) > 0).all() for fold in folds)
    assert {len(fold) for fold in folds} <= {len(labels) // k, math.ceil(len(labels) / k)}
    for label in set(labels):
        counts = [sum(labels[i] == label for i in fold) for fold in folds]
        assert max(counts) - min(counts) <= 1


@given(LABELS, st.integers(0, 99).map(lambda i: i / 100), SEEDS)
def test_a_split_takes_its_fraction_of_all_samples_and_of_every_class(labels, share, seed):
    train, test = stratified_split(labels, share, seed)
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(len(labels)))
    assert (np.diff(train) > 0).all()
    assert (np.diff(test) > 0).all()
    assert abs(len(test) - share * len(labels)) <= 0.5 + 1e-9
    for label in set(labels):
        taken = sum(labels[i] == label for i in test)
        assert abs(taken - share * labels.count(label)) <= 1 + 1e-9


@given(LABELS, SEEDS)
def test_the_same_seed_gives_the_same_parts_and_a_generator_is_as_good(labels, seed):
    generator = np.random.default_rng(seed)
    for a, b in zip(stratified_split(labels, 0.5, seed), stratified_split(labels, 0.5, generator), strict=True):
        assert a.tolist() == b.tolist()
    once, again = stratified_folds(labels, 2, seed), stratified_folds(labels, 2, seed)
    assert [fold.tolist() for fold in once] == [fold.tolist() for fold in again]


def test_every_sample_of_a_class_has_the_same_chance_to_be_tested():
    labels, drawn = [0] * 4 + [1] * 6, np.zeros(10)
    for seed in range(400):  # each sample is tested in half of them; 5 standard deviations are 50
        drawn[stratified_split(labels, 0.5, seed)[1]] += 1
    assert (abs(drawn - 200) < 50).all()
    drawn = np.zeros(10)
    for seed in range(400):
        drawn[stratified_folds(labels, 2, seed)[0]] += 1
    assert (abs(drawn - 200) < 50).all()


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: stratified_split([0, 1], 1.0, 0), ValueError, r"test_fraction: expected a number in \[0, 1\), got 1"),
        (lambda: stratified_split([0, 1], -0.1, 0), ValueError, "test_fraction"),
        (lambda: stratified_split([[0, 1]], 0.5, 0), ValueError, r"labels: expected shape \(n,\), got \(1, 2\)"),
        (lambda: stratified_split([0.5, 1], 0.5, 0), TypeError, "labels: expected whole numbers, got dtype float64"),
        (lambda: stratified_split([0, 1], 0.5, None), TypeError, "rng"),
        (lambda: stratified_folds([0, 1], 1, 0), ValueError, "k: expected at least 2, got 1"),
        (lambda: stratified_folds([0, 1], 3, 0), ValueError, "k: expected at most the number of samples, 2, got 3"),
    ],
)
def test_parts_that_cannot_be_are_refused(call, error, words):
    assert re.search(words, message(error, call))


# IDX


@given(st.sampled_from(sorted(CODES)), st.booleans(), st.data())
def test_an_idx_file_is_read_back_as_it_was_written(write, kind, packed, data):
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple))
    finite = {"allow_nan": False, "allow_infinity": False} if kind[0] == "f" else {}
    array = data.draw(arrays(np.dtype(kind), shape, elements=finite))
    got = read_idx(write(gzip.compress(idx(array)) if packed else idx(array)))
    assert got.dtype == array.dtype
    assert got.dtype.isnative
    assert got.shape == shape
    assert (got == array).all()
    got[...] = 1  # it is the caller's own


PIXELS = np.arange(2 * 3 * 5, dtype=np.uint8).reshape(2, 3, 5)
WHOLE = idx(PIXELS)
HUGE = bytes([0, 0, 8, 3]) + b"\xff" * 12


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "expected an IDX file, .*got an empty file"),
        (b"\0\0\x08", r"expected an IDX file, .*got '\\x00\\x00\\x08'"),
        (b"\x00\x01" + WHOLE[2:], r"expected an IDX file, .*got '\\x00\\x01"),
        (b"\x01\x00" + WHOLE[2:], "expected an IDX file"),
        (b"\0\0\x0a\x03" + WHOLE[4:], "expected an IDX file"),
        (b"\0\0\x08\x00", "expected an IDX file"),
        (b"\0\0\x08\x05" + b"\0\0\0\1" * 5 + b"7", "expected an IDX file"),
        (WHOLE[:15], "expected the lengths of 3 axes, got a file that ends before them"),
        (WHOLE[:16], r"expected 30 bytes for the header's shape \(2, 3, 5\), got 0"),
        (WHOLE[:-1], r"expected 30 bytes for the header's shape \(2, 3, 5\), got 29"),
        (WHOLE + b"\0", r"expected 30 bytes for the header's shape \(2, 3, 5\), got more"),
        (HUGE + bytes(100), r"expected 79228162458924105385300197375 bytes for .*, got 100"),
        (idx(np.zeros((0, 3, 5), np.uint8)), r"expected numbers, got an empty array of shape \(0, 3, 5\)"),
        (bytes([0, 0, 8, 3]) + bytes(4) + b"\xff" * 8, "expected numbers, got an empty array"),
        (idx(np.array([1, np.nan])), "expected finite numbers, got NaN or infinity"),
        (idx(np.array([np.inf, 1], np.float32)), "expected finite numbers, got NaN or infinity"),
        (b"6.0 -1.0 0.5\n", "expected an IDX file, .*got '6.0 '"),
        (b"\x89PNG\r\n\x1a\n", "expected an IDX file"),
        (gzip.compress(b""), "expected an IDX file, .*got an empty file"),
        (gzip.compress(gzip.compress(WHOLE)), "expected an IDX file"),
        (gzip.compress(WHOLE[:-1]), "expected 30 bytes .* got 29"),
        (gzip.compress(WHOLE)[:-9], "expected a whole gzip file, got a broken one"),
        (gzip.compress(WHOLE)[:-3], "expected a whole gzip file, got a broken one"),
        (gzip.compress(WHOLE)[:5], "expected a whole gzip file, got a broken one"),
        (gzip.compress(WHOLE)[:10] + b"\xff" * 40, "expected a whole gzip file, got a broken one"),
        (gzip.compress(WHOLE)[:-8] + bytes(8), "expected a whole gzip file, got a broken one"),
        (gzip.compress(WHOLE) + b"more", "expected a whole gzip file, got a broken one"),
    ],
)
def test_what_is_not_a_whole_idx_file_is_refused(write, content, words):
    path = write(content)
    assert re.search(f"^{re.escape(str(path))}: {words}", message(ValueError, read_idx, path))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_header_that_lies_costs_no_memory(write, pack):
    path = write(pack(HUGE + bytes(3_000_000)))
    tracemalloc.start()
    message(ValueError, read_idx, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@given(st.binary(max_size=60), st.booleans(), st.booleans())
def test_no_bytes_at_all_make_a_reader_fail_otherwise_than_in_words(write, content, headed, packed):
    content = WHOLE[:16] + content if headed else content
    path = write(gzip.compress(content) if packed else content)
    for read in (read_idx, read_zip_code, read_digits, read_dataset):
        try:
            read(path)
        except ValueError as refusal:
            assert str(refusal).startswith(str(path))  # noqa: PT017
            assert "\n" not in str(refusal)  # noqa: PT017


@pytest.mark.parametrize("read", [read_idx, read_zip_code, read_digits, read_dataset])
def test_a_missing_file_is_told_from_a_folder(tmp_path, read):
    missing = tmp_path / "no such file"
    assert message(FileNotFoundError, read, missing).startswith(f"{missing}: expected a file")
    assert message(ValueError, read, tmp_path).startswith(f"{tmp_path}: expected a f")
    assert message(ValueError, read, str(tmp_path)).startswith(f"{tmp_path}: expected a f")


def test_a_device_is_refused_and_not_waited_for():
    assert "got a folder or a device" in message(ValueError, read_idx, os.devnull)


# Zip-code text


@given(st.data(), st.booleans(), st.sampled_from(["{:.4f}", "{:g}", "{:+.4e}"]))
def test_zip_code_text_is_read_back_as_it_was_written(write, data, packed, form):
    labels = data.draw(st.lists(st.integers(0, 9), min_size=1, max_size=3))
    images = data.draw(arrays(np.float32, (len(labels), 1, 16, 16), elements=st.integers(0, 16).map(lambda i: i / 16)))
    text = zip_code(images, labels, form)
    path = write(gzip.compress(text) if packed else text, "train-images-idx3-ubyte")  # the name does not matter
    for read in (read_zip_code, read_digits):
        got, got_labels = read(path)
        assert got.dtype == np.float32
        assert got_labels.dtype == np.intp
        assert got.shape == images.shape
        assert (got == images).all()
        assert got_labels.tolist() == labels


ROW = b"7 " + b"-1.0 " * 256


def test_blank_lines_and_foreign_line_ends_do_no_harm(write):
    for text in (ROW, ROW + b"\n\n", b"\n" + ROW + b"\r\n" + ROW + b"\r\n\r\n", ROW.replace(b" ", b"\t")):
        images, labels = read_digits(write(text))
        assert (images == 0).all()
        assert set(labels.tolist()) == {7}


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", ": expected digits, got an empty file"),
        (b" \n\n", ": expected digits, got an empty file"),
        (gzip.compress(b""), ": expected digits, got an empty file"),
        (ROW[:-5], ", line 1: expected a label and 256 numbers, got 256 words that begin with '7 -1.0"),
        (ROW + b"0", ", line 1: expected a label and 256 numbers, got 258 words"),
        (ROW + b"\n" + ROW[:40], ", line 2: expected a label and 256 numbers, got 9 words"),
        (b"1 " * 100_000, ", line 1: expected a label and 256 numbers, got 8192 words"),
        (ROW.replace(b"7", b"10"), ", line 1: expected a label 0..9, got 10"),
        (ROW.replace(b"7", b"-1"), ", line 1: expected a label 0..9, got -1"),
        (ROW.replace(b"7", b"6.5"), ", line 1: expected a label 0..9, got 6.5"),
        (ROW.replace(b"7", b"    nan"), ", line 1: expected a label 0..9, got nan"),
        (ROW[:-5] + b"nan", r", line 1: expected numbers in \[-1, 1\], got nan"),
        (ROW[:-5] + b"inf", r", line 1: expected numbers in \[-1, 1\], got inf"),
        (ROW[:-5] + b"1e300", r", line 1: expected numbers in \[-1, 1\], got 1e\+300"),
        (ROW[:-5] + b"-1.01", r", line 1: expected numbers in \[-1, 1\], got -1.01"),
        (ROW[:-5] + b"x", ", line 1: expected numbers, got words that begin with '7 -1.0"),
        (ROW[:-5] + b"0_5", ", line 1: expected numbers, got words that begin with '7 -1.0"),
        (ROW[:-5] + b"\xff\xfe", ", line 1: expected numbers"),
        (gzip.compress(ROW)[:-9], ": expected a whole gzip file, got a broken one"),
    ],
)
def test_what_is_not_zip_code_text_is_refused(write, content, words):
    for read in (read_zip_code, read_digits):
        path = write(content)
        assert re.search(f"^{re.escape(str(path))}{words}", message(ValueError, read, path))


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"<!DOCTYPE html>", b"\x93NUMPY", b"label,pixel1", b"\0\1"])
def test_a_foreign_file_is_told_both_formats(write, content):
    words = message(ValueError, read_digits, write(content))
    assert "expected an IDX file or zip-code text, got one that begins with" in words


# Digits and their labels


@given(st.data())
def test_pixels_become_ink_between_0_and_1_and_labels_are_found_beside_the_images(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("mnist")
    n, H, W = (data.draw(SIDES) for _ in range(3))
    pixels = data.draw(arrays(np.uint8, (n, H, W)))
    labels = data.draw(arrays(np.int32, n, elements=st.integers(0, 9)))
    name = data.draw(st.sampled_from(["train-images-idx3-ubyte", "t10k-images.idx3-ubyte", "my images"]))
    beside = name.replace("images", "labels").replace("idx3", "idx1")
    for path, content in ((folder / name, idx(pixels)), (folder / beside, idx(labels))):
        packed = data.draw(st.booleans())
        path.with_name(path.name + ".gz" * packed).write_bytes(gzip.compress(content) if packed else content)
    images, got_labels = read_digits(next(folder.glob(f"{name}*")))
    assert images.dtype == np.float32
    assert images.shape == (n, 1, H, W)
    assert images.ravel().tolist() == [float(np.float32(p / 255)) for p in pixels.ravel().tolist()]
    assert got_labels.dtype == np.intp
    assert got_labels.tolist() == labels.tolist()


def test_floats_are_ink_already(write):
    for kind in ("f4", "f8"):
        ink = np.array([[[0, 0.25], [1, 0.5]]], kind)
        images, labels = read_digits(write(idx(ink)))
        assert images.dtype == np.float32
        assert (images[:, 0] == ink).all()
        assert labels is None


def test_labels_can_be_named_and_then_need_not_lie_beside(write):
    images, labels = write(WHOLE, "images"), write(idx(np.array([3, 9], np.uint8)))
    assert read_digits(images)[1] is None
    assert read_digits(images, labels)[1].tolist() == [3, 9]
    assert read_digits(str(images), str(labels))[1].tolist() == [3, 9]


@pytest.mark.parametrize(
    "pixels, words",
    [
        (np.zeros((2, 3), np.uint8), r"expected images, 3 axes \(n, H, W\), got shape \(2, 3\)"),
        (np.zeros((2, 1, 3, 4), np.uint8), "expected images, 3 axes"),
        (np.array([[[0, 256]]], np.int16), r"expected pixels 0..255, got 0..256"),
        (np.array([[[0, -1]]], np.int8), r"expected pixels 0..255, got -1..0"),
        (np.array([[[0, 1.5]]]), r"expected pixels 0..1, got 0.0..1.5"),
        (np.array([[[0, -0.5]]]), r"expected pixels 0..1, got -0.5..0.0"),
    ],
)
def test_an_idx_file_that_holds_no_images_is_refused(write, pixels, words):
    path = write(idx(pixels))
    assert re.search(f"^{re.escape(str(path))}: {words}", message(ValueError, read_digits, path))


@pytest.mark.parametrize(
    "labels, words",
    [
        (np.array([1, 2, 3], np.uint8), r"expected 2 whole numbers, one for each image, got uint8\(3,\)"),
        (np.array([[1], [2]], np.uint8), r"expected 2 whole numbers, one for each image, got uint8\(2, 1\)"),
        (np.array([1.0, 2]), "expected 2 whole numbers, one for each image, got float64"),
        (np.array([1, 10], np.uint8), r"expected labels 0..9, got 1..10"),
        (np.array([-1, 3], np.int8), r"expected labels 0..9, got -1..3"),
    ],
)
def test_labels_that_do_not_fit_are_refused_by_the_name_of_their_file(write, labels, words):
    path = write(idx(labels))
    assert re.search(f"^{re.escape(str(path))}: {words}", message(ValueError, read_digits, write(WHOLE), path))


def test_text_has_its_own_labels(write):
    path = write(ROW)
    assert f"{path}: expected an IDX file, as labels_path" in message(ValueError, read_digits, path, write(WHOLE))


# Data sets


def fill(folder, files):
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


LABEL_BYTES = idx(np.array([4, 2], np.uint8))
MNIST = {"train-images-idx3-ubyte": WHOLE, "train-labels-idx1-ubyte": LABEL_BYTES}
TEST = {"t10k-images-idx3-ubyte.gz": gzip.compress(WHOLE), "t10k-labels-idx1-ubyte.gz": gzip.compress(LABEL_BYTES)}


def test_a_folder_of_idx_files_is_a_training_set_and_maybe_a_test_set(tmp_path):
    dataset = read_dataset(fill(tmp_path, MNIST))
    assert isinstance(dataset, Dataset)
    assert dataset.images.shape == (2, 1, 3, 5)
    assert dataset.labels.tolist() == [4, 2]
    assert dataset.test_images is None
    assert dataset.test_labels is None
    dataset = read_dataset(fill(tmp_path, TEST | {"zip.test": ROW}))
    assert (dataset.test_images == dataset.images).all()
    assert dataset.test_labels.tolist() == [4, 2]


def test_other_usual_names_do_as_well(tmp_path):
    fill(tmp_path, {"zip.train.gz": gzip.compress(ROW + b"\n" + ROW), "zip.test": ROW})
    dataset = read_dataset(tmp_path)
    assert dataset.images.shape == (2, 1, 16, 16)
    assert dataset.test_images.shape == (1, 1, 16, 16)
    dotted = {name.replace("-idx", ".idx"): content for name, content in (MNIST | TEST).items()}
    assert read_dataset(fill(tmp_path, dotted)).test_images.shape == (2, 1, 3, 5)


def test_a_file_alone_is_a_training_set(write, tmp_path):
    assert read_dataset(write(ROW)).labels.tolist() == [7]
    dataset = read_dataset(fill(tmp_path, MNIST | TEST) / "train-images-idx3-ubyte")
    assert dataset.labels.tolist() == [4, 2]
    assert dataset.test_images is None


def test_a_data_set_without_labels_or_of_two_sizes_or_of_nothing_is_refused(tmp_path):
    assert "expected a folder with train-images-idx3-ubyte or" in message(ValueError, read_dataset, tmp_path)
    fill(tmp_path, {"train-images-idx3-ubyte": WHOLE})
    words = message(ValueError, read_dataset, tmp_path)
    assert words.startswith(f"{tmp_path / 'train-images-idx3-ubyte'}: expected labels for these images")
    wide = idx(np.zeros((2, 3, 6), np.uint8))
    fill(tmp_path, MNIST | {"t10k-images-idx3-ubyte": wide, "t10k-labels-idx1-ubyte": LABEL_BYTES})
    words = message(ValueError, read_dataset, tmp_path)
    assert "t10k-images-idx3-ubyte: expected images of shape (3, 5) as in train-images-idx3-ubyte, got (3, 6)" in words


# Pictures


@given(arrays(np.float64, st.tuples(SIDES, SIDES), elements=st.floats(0, 1)), st.integers(1, 3))
def test_a_picture_has_a_line_for_each_row_and_darker_characters_for_more_ink(image, width):
    lines = text_picture(image, width).split("\n")
    assert len(lines) == image.shape[0]
    assert {len(line) for line in lines} == {width * image.shape[1]}
    tones = np.array([[" .:-=+*#%@".index(c) for c in line] for line in lines])
    assert (tones == np.repeat(np.minimum(np.floor(image * 10), 9), width, axis=1)).all()


def test_a_seven_looks_like_a_seven():
    images, labels = digits(8)
    seven = images[np.flatnonzero(labels == 7)[0], 0]
    assert [line.rstrip() for line in text_picture(seven, width=1, ramp=" #").split("\n")] == [
        "   ####",
        "     ##",
        "    ##",
        "  ####",
        "  ###",
        "   #",
        "  ##",
        "  #",
    ]


@pytest.mark.parametrize("image", [[[0, 1.01]], [[-0.01, 0]], [[np.nan, 0.5]]])
def test_what_is_not_ink_is_not_drawn(image):
    assert "image: expected ink in [0, 1], got values from" in message(ValueError, text_picture, image)


def test_wrong_pictures_are_refused():
    assert "image: expected 2 axes" in message(ValueError, text_picture, np.zeros((1, 2, 2)))
    assert "width: expected at least 1" in message(ValueError, text_picture, [[0]], 0)
    assert "ramp: expected characters" in message(ValueError, text_picture, [[0]], 1, "")
    assert "pictures: expected a list of texts, got str" in message(TypeError, side_by_side, "@@")
    assert "pictures: expected a list of texts" in message(TypeError, side_by_side, [np.zeros((2, 2))])
    assert "captions: expected one for each of 2 pictures" in message(ValueError, side_by_side, ["a", "b"], [1])
    assert "gap: expected at least 0" in message(ValueError, side_by_side, ["a"], None, -1)


def test_pictures_of_different_heights_and_widths_stand_in_columns():
    assert side_by_side(["abc\nd", "e", "f\ng\nh"], gap=2) == "abc  e  f\nd       g\n        h"
    assert side_by_side(["a", "b"], captions=["long", 3], gap=1) == "long 3\na    b"
    assert side_by_side(["@ \n  "]) == "@\n"
    assert side_by_side([]) == ""
