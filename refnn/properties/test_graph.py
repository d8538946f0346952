"""Laws of the compute graph: every row of its table, the walk back, and the slide's full loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnn.properties import law
from refnn.properties.support import FLOATS, SEEDS, exact_arrays, fd, normal, slope, t9, t12

LABELS = np.array([2, 0])
# name: on nodes, on arrays, shapes of the operands
STEPS = {
    "x + y": (lambda x, y: x + y, np.add, (2, 3), (2, 3)),
    "x - y": (lambda x, y: x - y, np.subtract, (2, 3), (2, 3)),
    "x * y": (lambda x, y: x * y, np.multiply, (2, 3), (2, 3)),
    "x / y": (lambda x, y: x / y, np.divide, (2, 3), (2, 3)),
    "maximum": (lambda x, y: x.maximum(y), np.maximum, (2, 3), (2, 3)),
    "x + row": (lambda x, b: x + b, np.add, (2, 3), (3,)),
    "row - x": (lambda b, x: b - x, np.subtract, (3,), (4, 2, 3)),
    "x * number": (lambda x, s: x * s, np.multiply, (2, 3), ()),
    "row / x": (lambda b, x: b / x, np.divide, (3,), (2, 3)),
    "x / matrix": (lambda x, y: x / y, np.divide, (4, 2, 3), (2, 3)),
    "x maximum row": (lambda x, b: x.maximum(b), np.maximum, (2, 3), (3,)),
    "x @ y": (lambda x, y: x @ y, np.matmul, (2, 3), (3, 4)),
    "transpose": (lambda x: x.T, lambda x: np.moveaxis(x, [0, 1, 2], [2, 1, 0]), (2, 3, 4)),
    "-x": (lambda x: -x, np.negative, (2, 3)),
    "2 - x": (lambda x: 2 - x, lambda x: 2 - x, (2, 3)),
    "3 / x": (lambda x: 3 / x, lambda x: 3 / x, (2, 3)),
    "x ** 3": (lambda x: x**3, lambda x: x * x * x, (2, 3)),
    "x ** -1": (lambda x: x**-1, lambda x: 1 / x, (2, 3)),
    "(x x) ** 0.5": (lambda x: (x * x) ** 0.5, np.abs, (2, 3)),
    "exp": (lambda x: x.exp(), np.exp, (2, 3)),
    "log": (lambda x: (x * x).log(), lambda x: 2 * np.log(np.abs(x)), (2, 3)),
    "sigmoid": (lambda x: x.sigmoid(), lambda x: 1 / (1 + np.exp(-x)), (2, 3)),
    "tanh": (lambda x: x.tanh(), np.tanh, (2, 3)),
    "relu": (lambda x: x.relu(), lambda x: (x + np.abs(x)) / 2, (2, 3)),
    "sum": (lambda x: x.sum(), lambda x: np.einsum("ij->", x), (2, 3)),
    "sum down": (lambda x: x.sum(axis=0), lambda x: np.einsum("ij->j", x), (2, 3)),
    "sum across": (lambda x: x.sum(axis=-1), lambda x: np.einsum("ijk->ij", x), (2, 3, 4)),
    "mean": (lambda x: x.mean(), lambda x: np.einsum("ij->", x) / 6, (2, 3)),
    "mean down": (lambda x: x.mean(axis=0), lambda x: np.einsum("ij->j", x) / 2, (2, 3)),
    "log_sum_exp": (lambda x: x.log_sum_exp(), lambda x: np.log(np.einsum("...j->...", np.exp(x))), (2, 3)),
    "pick": (lambda x: x.pick(LABELS), lambda x: np.array([x[i, k] for i, k in enumerate(LABELS)]), (2, 3)),
}
EVERY_STEP = pytest.mark.parametrize("on_nodes, on_arrays, shapes",
                                     [pytest.param(f, g, shapes, id=name) for name, (f, g, *shapes) in STEPS.items()])


def operands(seed, shapes, dtype=np.float64):
    """Numbers 1/8 or more away from 0 and from each other's entries: odd multiples of 1/4, and of 1/8."""
    unit = [4, 8]
    return [((2 * np.floor(unit[k] / 2 * normal(seed + k, *shape)) + 1) / unit[k]).astype(dtype)
            for k, shape in enumerate(shapes)]


def scores_and_weights(seed, n, d, K, whole=False):
    """Weights (K, d), samples (n, d) and their labels; whole numbers hit the kinks."""
    W, X = normal(seed, K, d), normal(seed + 1, n, d)
    return (np.round(W) if whole else W), (np.round(X) if whole else X), np.random.default_rng(seed).integers(K, size=n)


TASKS = (SEEDS, st.integers(1, 4), st.integers(1, 4), st.integers(2, 5), st.integers(0, 16).map(lambda i: i / 8))


def loss_by_hand(W, X, labels, strength, loss):
    """Return the full loss and its gradient in W, derived with pencil and paper."""
    n, total, G = len(X), 0.0, np.zeros((len(X), len(W)))
    for i, y in enumerate(labels):
        s = W @ X[i]
        if loss == "softmax":
            p = np.exp(s - s.max()) / np.exp(s - s.max()).sum()
            total -= np.log(p[y])
            G[i] = p
            G[i, y] -= 1
        else:
            for j in range(len(W)):
                if j != y and s[j] - s[y] + 1 > 0:
                    total += s[j] - s[y] + 1
                    G[i, j] += 1
                    G[i, y] -= 1
    return total / n + strength * (W**2).sum(), G.T @ X / n + 2 * strength * W


@law("CG-01", level="definition")
@EVERY_STEP
@given(seed=SEEDS)
def test_a_node_holds_the_value_of_its_step(subject, on_nodes, on_arrays, shapes, seed):
    x = operands(seed, shapes)
    assert t12(on_nodes(*map(subject.graph.Node, x)).value, on_arrays(*x))


@law("CG-01", level="gradient")
@EVERY_STEP
@given(seed=SEEDS)
def test_what_a_node_hands_down_is_the_slope(subject, on_nodes, on_arrays, shapes, seed):
    x = operands(seed, shapes)
    nodes = [subject.graph.Node(a) for a in x]
    upstream = normal(seed + 9, *np.shape(on_arrays(*x)))
    gradients = subject.graph.backward(on_nodes(*nodes), upstream)
    for k, node in enumerate(nodes):
        assert fd(gradients[node], slope(lambda a, k=k: on_arrays(*x[:k], a, *x[k + 1 :]), x[k], upstream))


@law("CG-01", level="shape")
@EVERY_STEP
@given(seed=SEEDS, dtype=FLOATS)
def test_values_and_gradients_keep_the_dtype_and_a_gradient_has_the_shape_of_its_value(
    subject, on_nodes, on_arrays, shapes, seed, dtype
):
    x = operands(seed, shapes, dtype)
    result = on_nodes(*map(subject.graph.Node, x))
    assert result.value.dtype == dtype and result.value.shape == np.shape(on_arrays(*x))
    for step, gradient in subject.graph.backward(result, np.ones(result.value.shape)).items():
        assert gradient.shape == step.value.shape and gradient.dtype == step.value.dtype == dtype


@law("CG-01", level="shape")
@given(exact_arrays((2, 3)), exact_arrays((3,)))
def test_single_and_double_precision_meet_in_double(subject, x, b):
    x, b = subject.graph.Node(x.astype(np.float32)), subject.graph.Node(b)
    gradients = subject.graph.backward((x * b).sum())
    assert (x * b).value.dtype == np.float64
    assert gradients[x].dtype == np.float32 and gradients[b].dtype == np.float64


@law("CG-01", level="shape")
@given(exact_arrays((2, 3)))
def test_a_graph_shares_no_memory_with_anyone(subject, x):
    node = subject.graph.Node(x)
    kept, turned = node.value.copy(), node.T
    x[...] = 99
    assert (node.value == kept).all() and (turned.value == kept.T).all()
    for value in (node.value, turned.value):
        with pytest.raises(ValueError, match="read-only"):
            value[...] = 99


@law("CG-01", level="shape")
@given(exact_arrays((2, 3)), exact_arrays((2, 3)))
def test_no_gradient_shares_memory_with_another(subject, x, upstream):
    x, y = subject.graph.Node(x), subject.graph.Node(x)
    given_upstream, total = upstream.copy(), x + y
    gradients = subject.graph.backward(total, upstream)
    kept = gradients[y].copy(), gradients[total].copy()
    gradients[x][...] = 99
    assert (gradients[y] == kept[0]).all() and (gradients[total] == kept[1]).all()
    assert (upstream == given_upstream).all()


@law("CG-01", level="definition")
@given(exact_arrays((2, 3)), exact_arrays((2, 3)))
def test_the_sigmoid_hands_down_sigma_times_one_minus_sigma_times_upstream(subject, x, upstream):
    node, sigma = subject.graph.Node(x), 1 / (1 + np.exp(-x))
    assert t12(subject.graph.backward(node.sigmoid(), upstream)[node], sigma * (1 - sigma) * upstream)


@law("CG-01", level="law")
@EVERY_STEP
@given(seed=SEEDS)
def test_twice_the_upstream_is_twice_the_gradient(subject, on_nodes, on_arrays, shapes, seed):
    nodes = [subject.graph.Node(a) for a in operands(seed, shapes)]
    result = on_nodes(*nodes)
    upstream = normal(seed + 9, *result.value.shape)
    once, twice = subject.graph.backward(result, upstream), subject.graph.backward(result, 2 * upstream)
    assert all((twice[node] == 2 * once[node]).all() for node in nodes)


@law("CG-01", level="law")
@given(exact_arrays((3, 2)), exact_arrays((2,)), exact_arrays((3, 2)))
def test_a_repeated_bias_receives_the_sum_over_the_samples(subject, X, b, upstream):
    b = subject.graph.Node(b)
    for result, sign in ((X + b, 1), (b + X, 1), (X - b, -1), (b - X, 1)):
        assert subject.graph.backward(result, upstream)[b].tolist() == [sign * sum(column) for column in upstream.T]


@law("CG-01", level="law")
@given(exact_arrays((2, 3)), exact_arrays((2, 3)))
def test_an_operation_of_one_s_own_takes_part(subject, x, upstream):
    node = subject.graph.Node(x)
    square = subject.graph.Node(x * x, [node], [lambda u: 2 * x * u])
    assert (subject.graph.backward(square, upstream)[node] == 2 * x * upstream).all()


@law("CG-01", level="extreme")
@pytest.mark.parametrize("x, sigma", [(-1e4, 0.0), (0.0, 0.5), (1e4, 1.0)])
def test_far_out_the_sigmoid_saturates_and_hands_down_nothing(subject, x, sigma):
    node = subject.graph.Node(x)
    assert node.sigmoid().value == sigma
    assert subject.graph.backward(node.sigmoid())[node] == sigma * (1 - sigma)


@law("CG-01", level="extreme")
def test_large_scores_overflow_the_naive_log_sum_exp_only(subject):
    x = subject.graph.Node([1000.0, 1000.0])
    naive, stable = x.exp().sum().log(), x.log_sum_exp()
    assert np.isinf(naive.value) and np.isnan(subject.graph.backward(naive)[x]).all()
    assert t12(stable.value, 1000 + np.log(2)) and t12(subject.graph.backward(stable)[x], [0.5, 0.5])


@law("CG-01", level="extreme")
@given(exact_arrays((2, 3)))
def test_at_a_kink_relu_hands_down_nothing_and_the_first_of_a_tie_everything(subject, upstream):
    x, y = subject.graph.Node(np.zeros((2, 3))), subject.graph.Node(np.zeros((2, 3)))
    gradients = subject.graph.backward(x.maximum(y), upstream)
    assert (subject.graph.backward(x.relu(), upstream)[x] == 0).all()
    assert (gradients[x] == upstream).all() and (gradients[y] == 0).all()


@law("CG-01", level="extreme")
def test_powers_of_zero_and_nan_and_infinity_flow_without_a_warning(subject):
    x = subject.graph.Node([0.0, -1.0, np.nan, np.inf])
    assert subject.graph.backward((x**0).sum())[x].tolist() == [0, 0, 0, 0]
    assert subject.graph.backward((x**1).sum())[x].tolist() == [1, 1, 1, 1]
    assert np.isnan(x.log().value).tolist() == [False, True, True, False] and x.log().value[0] == -np.inf
    assert subject.graph.backward(x.relu(), np.full(4, np.inf))[x].tolist() == [0, 0, 0, np.inf]


@law("CG-01", level="extreme")
def test_no_samples_give_empty_values_and_gradients_of_zero(subject):
    W = subject.graph.Node(np.ones((3, 2)))
    Z = np.zeros((0, 2)) @ W.T + [1.0, 2, 3]
    assert Z.value.shape == (0, 3) and Z.log_sum_exp().value.shape == (0,)
    assert (subject.graph.backward(Z.sum())[W] == np.zeros((3, 2))).all()


@law("CG-02", level="law")
@given(exact_arrays((2, 3)))
def test_the_slope_of_x_squared_plus_x_is_two_x_plus_one(subject, x):
    node = subject.graph.Node(x)
    assert (subject.graph.backward((node * node + node).sum())[node] == 2 * x + 1).all()


@law("CG-02", level="law")
@given(exact_arrays((2, 3)), st.integers(1, 9))
def test_a_value_used_k_times_receives_k_gradients(subject, x, k):
    node = subject.graph.Node(x)
    total = sum([node] * k, start=0.0)
    assert (subject.graph.backward(total.sum())[node] == k).all()


ON_NODES = [lambda x, y: (x + y) * 0.5, lambda x, y: x - y * 0.5, lambda x, y: (x * y).tanh(),
            lambda x, y: x.sigmoid() + y, lambda x, y: y / (x.exp() + 1)]
ON_ARRAYS = [lambda x, y: (x + y) * 0.5, lambda x, y: x - y * 0.5, lambda x, y: np.tanh(x * y),
             lambda x, y: 1 / (1 + np.exp(-x)) + y, lambda x, y: y / (np.exp(x) + 1)]
PROGRAMS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=7)


def run(program, operations, W, b):
    """Carry out a program: each step combines two of the values there are, so that any may be used again."""
    values = [W, b]
    for operation, i, j in program:
        values.append(operations[operation](values[i % len(values)], values[j % len(values)]))
    return values[-1] + values[-2]


@law("CG-02", level="gradient")
@given(PROGRAMS, SEEDS)
def test_the_gradient_of_any_program_is_its_slope(subject, program, seed):
    W, b = normal(seed, 2, 3), normal(seed + 1, 3)
    value, (dW, db) = subject.graph.value_and_gradient(lambda W, b: run(program, ON_NODES, W, b).sum(), W, b)
    cost = lambda W, b: run(program, ON_ARRAYS, W, b).sum()  # noqa: E731
    assert t12(value, cost(W, b))
    assert fd(dW, slope(lambda W: cost(W, b), W)) and fd(db, slope(lambda b: cost(W, b), b))


@law("CG-02", level="law")
@given(PROGRAMS, SEEDS)
def test_backward_twice_gives_the_same_gradients_twice(subject, program, seed):
    loss = run(program, ON_NODES, subject.graph.Node(normal(seed, 2, 3)), subject.graph.Node(normal(seed + 1, 3))).sum()
    first = subject.graph.backward(loss)
    kept = {step: gradient.copy() for step, gradient in first.items()}
    for gradient in first.values():
        gradient[...] = 99  # what a caller does with them is nobody else's business
    second = subject.graph.backward(loss)
    assert second.keys() == kept.keys() and all((second[step] == kept[step]).all() for step in kept)


@law("CG-02", level="definition")
@given(PROGRAMS, SEEDS)
def test_every_node_comes_once_and_after_its_parents(subject, program, seed):
    W, b = subject.graph.Node(normal(seed, 2, 3)), subject.graph.Node(normal(seed + 1, 3))
    loss = run(program, ON_NODES, W, b)
    order = subject.graph.topological_order(loss)
    place = {step: i for i, step in enumerate(order)}
    assert len(place) == len(order) and order[-1] is loss
    assert all(place[parent] < place[step] for step in order for parent in step.parents)
    assert order == subject.graph.topological_order(loss)


def hand_down_once(step, gradients, done):
    """Why not so? Each node hands down when it is first met."""
    if step in done:
        return
    done.add(step)
    for parent, vjp in zip(step.parents, step.vjps, strict=True):
        gradients[parent] = gradients.get(parent, 0) + vjp(gradients[step])
        hand_down_once(parent, gradients, done)


def hand_down_sum_so_far(step, gradients):
    """Why not so? Each node hands its sum down whenever something arrives."""
    for parent, vjp in zip(step.parents, step.vjps, strict=True):
        gradients[parent] = gradients.get(parent, 0) + vjp(gradients[step])
        hand_down_sum_so_far(parent, gradients)


@law("CG-02", level="theorem")
def test_without_the_order_gradients_come_too_late_or_twice(subject):
    x = subject.graph.Node(5.0)
    b = 2 * x
    L = b + 3 * b  # dL/dx = 2 (1 + 3)
    once, so_far = {L: np.ones(())}, {L: np.ones(())}
    hand_down_once(L, once, set())
    hand_down_sum_so_far(L, so_far)
    assert (once[x], so_far[x], subject.graph.backward(L)[x]) == (2, 10, 8)


@law("CG-02", level="theorem")
def test_each_node_is_visited_once_however_many_paths_lead_to_it(subject):
    x = b = subject.graph.Node(1.0)
    for _ in range(200):
        b = b + b
    assert subject.graph.backward(b)[x] == 2.0**200


@law("CG-02", level="extreme")
def test_a_graph_may_be_deeper_than_functions_can_call_each_other(subject):
    x = y = subject.graph.Node([1.0, 2])
    for _ in range(3000):
        y = y + 1
    assert subject.graph.backward(y.sum())[x].tolist() == [1, 1]


@law("CG-02", level="law")
@given(exact_arrays((2, 3)), exact_arrays((3,)))
def test_value_and_gradient_is_one_walk_over_one_graph(subject, W, b):
    value, dW = subject.graph.value_and_gradient(lambda W: (W * W * b).sum(), W)
    assert value == (W * W * b).sum() and (dW == 2 * W * b).all()
    value, (dW, db) = subject.graph.value_and_gradient(lambda W, b: W.sum(), W, b)
    assert value == W.sum() and (dW == 1).all()
    assert db.tolist() == [0, 0, 0]  # not used
    dW[...] = 99
    assert not (W == 99).any()


@law("CG-03", level="gradient")
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("loss", ["softmax", "hinge"])
@given(task=st.tuples(*TASKS))
def test_the_graph_finds_the_gradient_that_was_derived_by_hand(subject, loss, whole, task):
    *sizes, strength = task
    W, X, labels = scores_and_weights(*sizes, whole=whole)
    value, dW = subject.graph.value_and_gradient(lambda W: subject.graph.full_loss(W, X, labels, strength, loss), W)
    by_hand, dW_by_hand = loss_by_hand(W, X, labels, strength, loss)
    assert t9(value, by_hand) and t9(dW, dW_by_hand)


@law("CG-03", level="gradient")
@given(task=st.tuples(*TASKS))
def test_the_gradient_of_the_full_loss_is_its_slope(subject, task):
    *sizes, strength = task
    W, X, labels = scores_and_weights(*sizes)
    L = lambda W: subject.graph.full_loss(W, X, labels, strength)  # noqa: E731
    assert fd(subject.graph.value_and_gradient(L, W)[1], slope(lambda W: L(W).value, W))


@law("CG-03", level="definition")
@pytest.mark.parametrize("loss, mean", [("softmax", 2.758655), ("hinge", 5.266667)])
def test_the_three_images_of_the_deck_cost_what_they_should(subject, loss, mean):
    scores = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])  # of cat, chair, car; images are rows
    L = subject.graph.full_loss(scores.T, np.eye(3), [0, 1, 2], 0.0, loss)
    assert abs(L.value - mean) <= 5e-7


@law("CG-03", level="shape")
@given(FLOATS, SEEDS, st.sampled_from(["softmax", "hinge"]))
def test_the_full_loss_is_one_number_in_the_dtype_of_its_arguments(subject, dtype, seed, loss):
    W, X, labels = scores_and_weights(seed, 4, 2, 3)
    W, X = W.astype(dtype), X.astype(dtype)
    before = W.copy(), X.copy(), labels.copy()
    L = subject.graph.full_loss(W, X, labels, 0.5, loss)
    assert L.value.shape == () and L.value.dtype == dtype
    assert all((a == b).all() for a, b in zip((W, X, labels), before, strict=True))


@law("CG-03", "E-26", level="theorem")
@given(st.tuples(*TASKS), st.sampled_from(["softmax", "hinge"]))
def test_the_price_of_the_weights_is_weighed_by_lambda_and_counts_every_weight_once(subject, task, loss):
    *sizes, strength = task
    W, X, labels = scores_and_weights(*sizes)
    at = lambda lam: subject.graph.value_and_gradient(  # noqa: E731
        lambda W: subject.graph.full_loss(W, X, labels, lam, loss), W)
    (data, d_data), (full, d_full) = at(0.0), at(strength)
    assert t12(full, data + strength * (W * W).sum()) and t12(d_full, d_data + 2 * strength * W)


@law("E-26", level="theorem")
def test_the_slides_sums_over_samples_miss_weights_or_count_them_twice(subject):
    w = np.array([[1.0, 0, 0, 0], [0.25, 0.25, 0.25, 0.25], [1, 1, 1, 1]])  # K = 3 classes, the first two as on S3
    N = 2                                                                   # samples
    value_and_gradient = subject.graph.value_and_gradient
    counted = (np.arange(12) < N).reshape(3, 4) * 1.0                       # sum_{i=1}^N w_i^2
    slide, d_slide = value_and_gradient(lambda W: (W * W * counted).sum(), w)
    right, d_right = value_and_gradient(lambda W: (W * W).sum(), w)
    assert (slide, right) == (1, 5.25) and (d_right == 2 * w).all() and (d_slide[1:] == 0).all()
    others = 3 - 1                                                          # sum_{j != y_i} repeats each term
    repeated, _ = value_and_gradient(lambda w: sum([(w * w).sum()] * others, start=0.0), w[0])
    assert repeated == 2                                                    # where the slide's own example has 1
