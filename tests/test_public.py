"""Every public name of floor 1: what it accepts it leaves alone, and what it refuses it refuses in words."""

import importlib
import inspect
from pathlib import Path

import numpy as np
import pytest

import refnn

CONCEPTS = sorted(path.stem for path in Path(__file__).with_name("public").glob("[a-z]*.py"))


def pages(table):
    """List (module, rows of its table) of every concept."""
    return [(name, getattr(importlib.import_module(f"tests.public.{name}"), table)) for name in CONCEPTS]


VALID = [
    pytest.param(getattr(importlib.import_module(f"refnn.{module}"), name), args, id=f"{module}.{name}")
    for module, calls in pages("VALID")
    for name, args in calls.items()
]


def as_list(result):
    return [r for r in (result if isinstance(result, tuple | list) else [result]) if isinstance(r, np.ndarray)]


def arrays_in(args):
    return [a for a in args if isinstance(a, np.ndarray)]


def with_arrays(args, change):
    return [change(a) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in args]


@pytest.mark.parametrize("f, args", VALID)
def test_arguments_are_left_alone_and_results_share_no_memory_with_them(f, args):
    before = [a.copy() for a in arrays_in(args)]
    results = as_list(f(*args))
    for result in results:
        result[...] = 99
    assert all((a == b).all() for a, b in zip(arrays_in(args), before, strict=True))


@pytest.mark.parametrize("f, args", VALID)
def test_read_only_strided_and_byte_swapped_arrays_are_as_good_as_any(f, args):
    def awkward(a):
        wide = np.zeros((*a.shape[:-1], 2 * a.shape[-1]) if a.ndim else (), a.dtype.newbyteorder())
        view = wide[..., ::2] if a.ndim else wide
        view[...] = a
        view.flags.writeable = False
        return view

    for plain, strange in zip(as_list(f(*args)), as_list(f(*with_arrays(args, awkward))), strict=True):
        assert (plain == strange).all()
        assert plain.dtype == strange.dtype


@pytest.mark.parametrize("f, args", VALID)
def test_a_dtype_that_is_neither_float32_nor_float64_is_a_type_error(f, args):
    for bad in (np.float16, np.complex128, object):
        for i, a in enumerate(args):
            if isinstance(a, np.ndarray) and a.dtype.kind == "f":
                with pytest.raises(TypeError, match=f"got dtype {np.dtype(bad)}"):
                    f(*args[:i], a.astype(bad), *args[i + 1 :])


@pytest.mark.parametrize("f, args", VALID)
def test_a_mask_is_never_lost_silently(f, args):
    def masked(a, everywhere):
        return np.ma.array(a, mask=np.full(a.shape, everywhere))

    for i, a in enumerate(args):
        if isinstance(a, np.ndarray) and a.size:
            with pytest.raises(ValueError, match="expected numbers everywhere, got an array with masked entries"):
                f(*args[:i], masked(a, True), *args[i + 1 :])
    tidy = [masked(a, False) if isinstance(a, np.ndarray) else a for a in args]
    for plain, strange in zip(as_list(f(*args)), as_list(f(*tidy)), strict=True):
        assert (plain == strange).all() and not isinstance(strange, np.ma.MaskedArray)


@pytest.mark.parametrize(
    "call, error, words",
    [pytest.param(*row[1:], id=f"{module}.{row[0]}") for module, rows in pages("REFUSED") for row in rows],
)
def test_wrong_input_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("module", CONCEPTS)
def test_every_public_name_has_its_calls_here(module):
    page = importlib.import_module(f"tests.public.{module}")
    public = importlib.import_module(f"refnn.{module}").__all__
    callables = {name for name in public if callable(getattr(importlib.import_module(f"refnn.{module}"), name))}
    unrefused = callables - {row[0] for row in page.REFUSED}
    assert unrefused == set(), f"tests/public/{module}.py: what each of these refuses is missing in REFUSED"
    classes = {name for name in callables if inspect.isclass(getattr(importlib.import_module(f"refnn.{module}"), name))}
    uncalled = callables - classes - set(getattr(page, "NO_ARRAYS", ())) - set(page.VALID)
    assert uncalled == set(), f"tests/public/{module}.py: a call of each of these is missing in VALID"


@pytest.mark.parametrize("module", CONCEPTS)
def test_every_public_name_says_what_it_does(module):
    concept = importlib.import_module(f"refnn.{module}")
    assert concept.__all__ == sorted(concept.__all__)
    assert all(getattr(concept, name).__doc__ for name in concept.__all__ if callable(getattr(concept, name)))


def test_help_calls_types_by_the_names_that_the_source_calls_them():
    for module in refnn._MODULES:
        public = importlib.import_module(f"refnn.{module}")
        for name in public.__all__:
            thing = getattr(public, name)
            methods = [f for f in vars(thing).values() if inspect.isfunction(f)] if inspect.isclass(thing) else []
            for f in (thing, *methods):
                if callable(f):
                    words = str(inspect.signature(f))
                    assert "numpy._typing" not in words and "numpy.ndarray" not in words, f"{module}.{name}: {words}"
