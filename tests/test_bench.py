"""`refnn bench`: its rows are complete, its answers right, its arithmetic too. How fast anything is, is not tested."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from refnn import kernels
from refnn.bench import comparison, limits, peers, record, table, worker
from refnn.bench import timing as clock
from refnn.bench.catalogue import LAYERS, NETWORKS, rows
from refnn.bench.problems import draw
from refnn.bench.row import GROUPS, Contender, Limits, Measured, Row, Timing
from refnn.bench.session import Session, environment
from refnn.bench.timing import LEAST, repeats, sample
from refnn.cli import bench, main

ROWS = rows(GROUPS, ["float32", "float64"])
STREAM = {"L2": 200e9, "L3": 100e9, "DRAM": 20e9}
LIMITS = Limits({"float32": 100e9, "float64": None}, STREAM, {"L2": 2**20, "L3": 2**25})
SMALL = {  # sizes of which every side differs, for each kind of work
    "matmul": {"m": 3, "k": 5, "n": 7},
    "conv_forward": {"n": 2, "channels": 3, "side": 6, "filters": 4, "kernel": 3, "padding": 1},
    "conv_to_input": {"n": 2, "channels": 3, "side": 6, "filters": 4, "kernel": 3, "padding": 1},
    "conv_to_kernel": {"n": 2, "channels": 3, "side": 6, "filters": 4, "kernel": 3, "padding": 0},
    "correlate": {"side": 9, "kernel": 4},
    "max_pool": {"n": 2, "channels": 3, "side": 6},
    "max_pool_backward": {"n": 2, "channels": 3, "side": 6},
    "softmax_cross_entropy": {"n": 5, "classes": 3},
    "relu": {"count": 11},
    "relu_backward": {"count": 11},
    "adam": {"count": 11},
    "perceptron": {"n": 30, "d": 4},
    "train": {"units": (7, 6, 5, 3), "n": 4, "kind": "mlp"},
}


def row(**changes):
    first = Row("matmul", "8 square", "matmul", "float32", {"m": 8, "k": 8, "n": 8, "turned": ""}, 1e9, 1000.0, 8)
    return replace(first, **changes)


def timing(name, seconds, difference=0.0, failure=""):
    return Timing(name, name.partition(" ")[0], [seconds] * 3, difference, failure)


# the catalogue

def test_every_group_has_rows_in_both_dtypes_and_the_perceptron_in_its_own():
    for group in GROUPS:
        dtypes = {"float64"} if group == "perceptron" else {"float32", "float64"}
        assert {r.dtype for r in ROWS if r.group == group} == dtypes


def test_no_two_rows_have_one_key():
    assert len({r.key for r in ROWS}) == len(ROWS)


def test_all_layers_are_measured_in_all_three_passes():
    names = {r.name for r in ROWS if r.group == "conv"}
    assert len(LAYERS) == 9
    assert {f"{layer} {way}" for layer in LAYERS for way in ("forward", "to input", "to kernel")} <= names
    assert len(names) == 9 * 3 + 2


def test_a_dense_layer_is_measured_in_all_three_products():
    names = [r.name for r in ROWS if r.group == "matmul" and r.dtype == "float32"]
    assert sum("square" in name for name in names) == 9
    assert {name.rpartition(" ")[2] for name in names if "square" not in name} == {"forward", "dW", "dx"}


def test_the_three_networks_cost_what_counting_by_hand_gives():
    flops = {r.name: r.flops for r in ROWS if r.group == "steps"}
    assert set(flops) == set(NETWORKS)
    assert flops["MLP 784-128-10 B32"] == 32 * (4 * 784 * 128 + 6 * 128 * 10)
    assert flops["MLP 256-500-500-10 B64"] == 64 * (4 * 256 * 500 + 6 * 500 * 500 + 6 * 500 * 10)
    dense = 400 * 120 + 120 * 84 + 84 * 10
    first, second = 28 * 28 * 6 * 25, 10 * 10 * 16 * 150
    assert flops["LeNet-5 28x28 B64"] == 64 * (6 * dense + 4 * first + 6 * second)


def test_costs_of_a_convolution_are_counted_by_hand():
    (found,) = (r for r in ROWS if r.key == "conv/lenet2 forward/float64")
    assert found.flops == 2 * 64 * 16 * 10 * 10 * 6 * 25
    assert found.traffic == 8 * (64 * 6 * 14 * 14 + 16 * 6 * 25 + 64 * 16 * 10 * 10)
    assert found.depth == 150


# the contenders

@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("work", [*SMALL, "matmul a", "matmul b"])
def test_refnn_and_numpy_give_the_same_answer_twice(work, dtype):
    work, _, turned = work.partition(" ")
    sizes = SMALL[work] | ({"turned": turned} if work == "matmul" else {})
    if work == "perceptron" and dtype == "float32":
        dtype = "float64"
    problem = row(work=work, dtype=dtype, sizes=sizes, depth=100)
    reference = next(peers.contenders("numpy", work, draw(problem))).answer()
    found = [c for library in ("refnn", "numpy") for c in peers.contenders(library, work, draw(problem))]
    assert {"refnn", "numpy"} <= {contender.name for contender in found}
    for contender in found:
        assert comparison.difference(contender.answer(), reference, problem) <= 1, contender.name
        contender.call()


def test_the_small_sizes_cover_all_kinds_of_work():
    assert {r.work for r in ROWS} == set(SMALL)


def test_a_convolutional_step_of_refnn_agrees_with_numpy_over_five_steps():
    problem = row(work="train", sizes={"kind": "lenet", "units": (400, 12, 10), "n": 3})
    (reference,) = next(peers.contenders("numpy", "train", draw(problem))).answer()
    (losses,) = next(peers.contenders("refnn", "train", draw(problem))).answer()
    assert reference.shape == (5,)
    assert len(set(reference)) == 5  # the weights do move
    np.testing.assert_allclose(losses, reference, rtol=1e-4)


def test_inputs_are_the_same_each_time_and_of_the_dtype():
    (found,) = (r for r in ROWS if r.key == "conv/dig2 to kernel/float32")
    one, two = draw(found), draw(found)
    assert one["x"].dtype == np.float32
    assert (one["x"] == two["x"]).all()
    assert one["x"].transpose(0, 2, 3, 1).flags.c_contiguous


# what is right

def test_a_wrong_answer_is_seen_and_a_rounded_one_is_not():
    right = [np.array([1.0, -2.0], np.float32)]
    assert comparison.difference([right[0] * (1 + 1e-7)], right, row()) <= 1
    assert comparison.difference([right[0] + 1e-4], right, row()) > 1
    assert comparison.difference([right[0] * np.nan], right, row()) == np.inf


def test_an_answer_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"shape \(2,\), got \(1, 2\)"):
        comparison.difference([np.ones((1, 2))], [np.ones(2)], row())


def test_the_tolerance_grows_with_the_root_of_the_depth():
    assert comparison.tolerance(row(depth=400)) == pytest.approx(20 * comparison.tolerance(row(depth=1)))
    assert comparison.tolerance(row(work="train")) == 1e-3


# the arithmetic

def test_ratio_rate_and_share():
    times = [timing("refnn", 0.02), timing("numpy", 0.05), timing("torch", 0.06), timing("torch channels-last", 0.03)]
    measured = Measured(row(), 1, times)
    assert measured.rival.name == "torch channels-last"
    assert measured.ratio == pytest.approx(1.5)
    assert measured.rate() == pytest.approx(50e9)
    assert measured.share(LIMITS) == pytest.approx(0.5)
    assert measured.share(replace(LIMITS, peak={"float32": None})) is None


def test_where_memory_is_the_limit_the_share_is_that_of_the_cache_it_fits_in():
    for traffic, expected in ((1e6, 200e9), (1e7, 100e9), (1e9, 20e9)):
        measured = Measured(row(bound="memory", traffic=traffic), 1, [timing("refnn", 1.0)])
        assert measured.share(LIMITS) == pytest.approx(traffic / expected)


def test_what_is_written_over_needs_no_cache_of_its_own():
    assert LIMITS.level(row(traffic=3e7)) == "L3"
    assert LIMITS.level(row(traffic=6e7)) == "DRAM"
    assert LIMITS.level(row(traffic=6e7, footprint=3e7)) == "L3"


def test_wrong_and_failed_contenders_never_win_and_are_named():
    times = [timing("refnn", 0.02), timing("numpy", 0.05), timing("torch", 0.01, 7.0), timing("jax", 0.0, None, "X: y")]
    measured = Measured(row(), 1, times)
    assert measured.rival.name == "numpy"
    said = table.disagreements(measured)
    assert said[0] == "    torch gives another answer: off by 7 times the tolerance"
    assert said[1] == "    jax failed: X: y"
    ours = Measured(row(), 1, [timing("refnn", 0.02, 3.0), timing("numpy", 0.05)])
    assert ours.ours is None
    assert ours.ratio is None
    assert "a wrong answer" in table.line(ours, LIMITS, peers.LIBRARIES)


def test_the_checked_functions_of_refnn_do_not_stand_for_its_kernels():
    measured = Measured(row(), 1, [timing("refnn", 0.02), timing("refnn checked", 0.01), timing("numpy", 0.04)])
    assert measured.ratio == pytest.approx(2)


def test_a_line_shows_time_rate_share_and_marks_who_is_slower():
    times = [timing("refnn", 0.02), timing("numpy", 0.05), timing("torch", 0.01)]
    assert table.line(Measured(row(), 1, times), LIMITS, peers.LIBRARIES).split() == [
        "8", "square", "20000", "50.0", "GF", "50%", "2.50", "0.50", "-", "0.50*"]


def test_columns_show_only_what_is_installed_and_checked_or_compiled_ways_apart():
    assert table.columns("conv", ["refnn", "numpy"]) == ["checked", "numpy"]
    assert table.columns("steps", ["refnn", "numpy", "torch"]) == ["numpy", "torch", "compile"]
    times = [timing("refnn", 0.01), timing("refnn checked", 0.03), timing("torch", 0.05)]
    times.append(Timing("torch.compile", "torch", [0.02], 0.0))
    line = table.line(Measured(row(group="conv"), 1, times), LIMITS, ["refnn", "torch"])
    assert line.split()[-3:] == ["3.00", "5.00", "2.00"]
    line = table.line(Measured(row(group="steps"), 1, times), LIMITS, ["refnn", "torch"])
    assert line.split()[-3:] == ["5.00", "2.00", "2.00"]


def test_no_line_is_wider_than_the_page():
    for group in GROUPS:
        assert max(map(len, table.head(group, "float64", 2, [], peers.LIBRARIES))) <= table.WIDTH
    assert max(map(len, table.LEGEND)) <= table.WIDTH
    for r in ROWS:
        times = [Timing(n, n, [12.3456 * (i + 1)], 0.0) for i, n in enumerate(peers.LIBRARIES)]
        assert len(table.line(Measured(r, 1, times), LIMITS, peers.LIBRARIES)) <= table.WIDTH
        assert len(r.name) <= 22


# the clock

def test_a_sample_lasts_long_enough():
    count = repeats(lambda: None)
    assert sample(lambda: None, count) * count >= LEAST / 3


def test_a_slow_call_is_not_repeated():
    import time

    assert repeats(lambda: time.sleep(2 * LEAST)) == 1


def test_a_sample_that_was_broken_into_is_taken_again(monkeypatch):
    counts, called = iter([0, 1, 1, 2, 2, 2]), []
    monkeypatch.setattr(clock, "_interruptions", lambda: next(counts))
    sample(lambda: called.append(None), 10)
    assert len(called) == 1 + 3 * 10  # twice disturbed, then in peace


def test_a_sample_that_is_always_broken_into_is_taken_in_the_end(monkeypatch):
    counts, called = iter(range(100)), []
    monkeypatch.setattr(clock, "_interruptions", lambda: next(counts))
    assert sample(lambda: called.append(None), 10) > 0
    assert len(called) == 1 + clock.TRIES * 10


def test_only_a_pinned_process_that_was_broken_into_counts_the_time_it_worked(monkeypatch):
    import time

    counts = iter(range(100))
    monkeypatch.setattr(clock, "_interruptions", lambda: next(counts))
    for pinned, asleep in ((False, True), (True, False)):  # to sleep is not to work
        monkeypatch.setattr(clock, "_has_one_processor", lambda pinned=pinned: pinned)
        assert (sample(lambda: time.sleep(0.01), 1) >= 0.01) == asleep


def test_a_worker_finds_the_number_of_threads_in_its_environment():
    assert environment(1)["OPENBLAS_NUM_THREADS"] == "1"
    assert environment(3)["OMP_NUM_THREADS"] == "3"


# the whole

@pytest.fixture(scope="module")
def session():
    with Session(["refnn", "numpy"], 1) as workers:
        yield workers


def test_a_row_is_measured_in_its_own_process(session):
    (found,) = (r for r in ROWS if r.key == "elementwise/softmax+loss 64x10/float32")
    measured = session.measure(found, (2, 3), 0.0)
    assert {t.name for t in measured.timings} == {"refnn", "refnn checked", "numpy"}
    assert all(t.agrees and len(t.seconds) == 2 and t.median > 0 for t in measured.timings)
    assert measured.ratio > 0


def test_a_worker_tells_what_went_wrong(session):
    with pytest.raises(ChildProcessError, match="the process that measures refnn, numpy: "):
        session._workers[0].ask("open", key="nothing", group="conv", dtype="float32")


def test_a_contender_that_fails_is_named_and_the_others_are_measured(monkeypatch):
    def contenders(library, work, inputs):
        yield Contender("good", lambda: None, lambda: [inputs["z"]])
        yield Contender("bad", lambda: None, lambda: [1 / 0])
        yield Contender("slow to fail", lambda: 1 / 0, lambda: [inputs["z"]])
        raise MemoryError("no more")

    bench = worker._Bench(["numpy"], 1)
    monkeypatch.setattr(peers, "contenders", contenders)
    told = bench.open("elementwise/relu 32k/float32", "elementwise", "float32")
    assert [facts["name"] for facts in told] == ["good", "bad", "slow to fail", "numpy"]
    failures = [facts.get("failure", "").partition(":")[0] for facts in told]
    assert failures == ["", "ZeroDivisionError", "ZeroDivisionError", "MemoryError"]
    assert len(bench.round(0)) == 1


def test_the_command_writes_tables_and_json_and_names_the_peers_it_lacks_in_one_line(tmp_path, capsys, monkeypatch):
    file = tmp_path / "bench.json"
    monkeypatch.setattr(peers, "installed", lambda library: library in {"refnn", "numpy"})
    assert main(["bench", "--group", "perceptron", "--threads", "1", "--quick", "--json", str(file)]) == 0
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if "not installed" in line] == [
        "not installed, so not measured: torch, jax, scikit-learn, scipy (pip install torch jax scikit-learn scipy)"]
    assert "perceptron, float64, 1 thread" in out
    assert "epoch 10000x100" in out
    assert "load average" in out
    data = json.loads(file.read_text())
    assert data["schema"] == record.SCHEMA
    assert set(data) == {"schema", "machine", "missing", "limits", "rows", "ladder"}
    assert {"processor", "versions", "date", "load"} <= set(data["machine"])
    assert set(data["limits"]) == {"1"}
    assert data["missing"] == dict.fromkeys(["torch", "jax", "sklearn", "scipy"], "not installed")
    (only,) = data["rows"]
    assert set(only) == {"group", "name", "dtype", "threads", "flops", "traffic", "bound", "ratio", "rival", "rate",
                         "share", "contenders"}  # fmt: skip
    assert only["ratio"] == pytest.approx(only["contenders"][1]["median"] / only["contenders"][0]["median"])
    assert only["rate"] == pytest.approx(only["traffic"] / only["contenders"][0]["median"])
    assert all(contender["agrees"] and contender["rounds"] >= 5 for contender in only["contenders"])


@pytest.mark.parametrize("arguments, words", [
    (["--group", "matmull"], "--group: there is no 'matmull'; did you mean 'matmul'? There are matmul, conv,"),
    (["--group", "xyz"], "--group: there is no 'xyz'. There are matmul, conv,"),
    (["--dtype", "float16"], "--dtype: there is no 'float16'"),
    (["--peer", "tensorflow"], "--peer: there is no 'tensorflow'"),
    (["--threads", "0"], "--threads: expected a number above 0 or all, got '0'"),
    (["--row", "nothing like it"], "has 'nothing like it' in its name"),
    (["--plot", "bench.pdf"], "--plot: expected a file that ends in .svg or .png"),
    (["--dark"], "--dark: goes with --plot FILE"),
    (["--json", "nowhere/bench.json"], "--json: expected a file in a folder that exists"),
])  # fmt: skip
def test_wrong_input_is_one_line_and_measures_nothing(arguments, words, capsys):
    assert main(["bench", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert len(captured.err.splitlines()) == 1


def test_groups_are_spelt_alike_everywhere():
    assert bench.GROUPS == GROUPS == tuple(table.COLUMNS)


def test_the_command_line_costs_nothing_before_it_is_asked():
    code = "import sys, refnn.bench.session; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


# the roofline

def test_the_picture_shows_measured_rows_at_operations_per_byte():
    from refnn.bench import roofline

    slow = Measured(row(flops=1e3, traffic=1e3, name="slow"), 1, [timing("refnn", 1e-6), timing("numpy", 2e-6)])
    fast = Measured(row(flops=1e6, traffic=1e4, name="fast"), 1, [timing("refnn", 1e-5)])
    lost = Measured(row(name="lost"), 1, [timing("numpy", 1e-5)])
    found = [(m.row.name, x, y) for m, x, y in roofline.points([slow, fast, lost])]
    assert found == [("slow", 1.0, pytest.approx(1e9)), ("fast", 100.0, pytest.approx(1e11))]


def test_rows_that_cost_the_same_share_one_name():
    from refnn.bench import roofline

    names = [f"lenet1 {way}" for way in ("forward", "to input", "to kernel")]
    ways = [Measured(row(name=name), 1, [timing("refnn", 1e-3)]) for name in names]
    other = Measured(row(name="lenet1 forward", traffic=10.0), 1, [timing("refnn", 1e-3)])
    names = [(name, len(own)) for name, own in roofline.families(roofline.points([*ways, other]))]
    assert names == [("lenet1", 3), ("lenet1 forward", 1)]


# the ladder

def test_every_rung_agrees_with_the_definition():
    from refnn.bench.ladder import climb
    from refnn.bench.limits import compiled

    if compiled() is None:
        with pytest.raises(ImportError, match="needs the compiled kernels"):
            climb()
        return
    rungs = climb(sizes=(16,), python=16, layer=(8, 16, 32), images=(2, 6, 5, 3, 4, 3))
    assert len(rungs) == 11
    assert [rung.name for rung in rungs if not rung.difference <= 1] == []
    assert all(rung.flops > 0 and rung.seconds > 0 for rung in rungs)


RUNGS = {name: getattr(limits.compiled(), name) for name in ("loops_ijk", "loops_ikj", "eights", "tiles")
         if limits.compiled() is not None}  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_rung_is_the_product_of_whole_numbers(dtype):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-9, 10, shape).astype(dtype) for shape in ((16, 24), (24, 48)))
    for rung in (*RUNGS.values(), lambda a, b, out: kernels.matmul(a, b, out=out)):
        out = np.full((16, 48), np.nan, dtype)
        rung(a, b, out)
        np.testing.assert_array_equal(out, a @ b)


@pytest.mark.parametrize("shapes", [
    ((8, 8), (16, 16), (8, 16)), ((8, 8), (8, 16), (16, 16)), ((8, 8), (8, 16), (8, 32)), ((8, 0), (0, 16), (8, 16)),
])  # fmt: skip
def test_every_rung_refuses_shapes_that_do_not_fit(shapes):
    refused = []
    for name, rung in RUNGS.items():
        try:
            rung(*map(np.ones, shapes))
        except ValueError as wrong:
            refused.append((name, "ladder: expected" in str(wrong)))
    assert refused == [(name, True) for name in RUNGS]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_peak_kernel_does_the_multiply_adds_it_counts(dtype):
    if limits.compiled() is None:
        assert limits.peak(dtype, 1) is None
        return
    sums = np.linspace(-3, 5, 192).astype(dtype)
    expected = sums
    for _ in range(5):
        expected = expected / 2 + 1
    assert limits.compiled().peak(sums, 5) == 5 * 192
    np.testing.assert_allclose(sums, expected, rtol=1e-6)


def test_a_ladder_is_printed_with_the_factor_of_each_rung():
    from refnn.bench.ladder import Rung

    rungs = [Rung("C", "one", 1e6, 1e-3, 0.1), Rung("C", "two", 1e6, 1e-4, 0.2), Rung("D", "three", 1e6, 1e-4, 5.0)]
    lines = table.ladder(rungs, LIMITS)
    assert lines[3].split() == ["one", "1000", "1", "1.0%", "yes"]
    assert lines[4].split() == ["two", "100", "10", "10.0x", "10.0%", "yes"]
    assert "NO, off by 5" in lines[-1]
