"""Wrong compute graphs."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import graph
from refnn.exercises.mutants import mutant
from refnn.graph import Node

# fmt: off

Gradients = dict[Node, NDArray]


@mutant("node-keeps-the-callers-array", of="graph.Node", level="shape",
        imitates="the value is the caller's own array, which may change before the way back",
        killed_by=["test_a_graph_shares_no_memory_with_anyone"])
class _KeepsTheArray(Node):
    def __init__(
        self, value: ArrayLike, parents: Iterable[Node] = (), vjps: Iterable[Callable[[NDArray], NDArray]] = ()
    ) -> None:
        super().__init__(value, parents, vjps)
        self.value = np.asarray(value)


@mutant("node-always-float64", of="graph.Node", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_values_and_gradients_keep_the_dtype_and_a_gradient_has_the_shape_of_its_value",
                   "test_single_and_double_precision_meet_in_double"])
class _AlwaysFloat64(Node):
    def __init__(
        self, value: ArrayLike, parents: Iterable[Node] = (), vjps: Iterable[Callable[[NDArray], NDArray]] = ()
    ) -> None:
        super().__init__(np.asarray(value, np.float64), parents, vjps)


@mutant("node-parents-as-a-set", of="graph.Node",
        imitates="the parents are kept in a set, so in x + x and x x the node hands down once",
        killed_by=["test_the_slope_of_x_squared_plus_x_is_two_x_plus_one",
                   "test_each_node_is_visited_once_however_many_paths_lead_to_it"])
class _ParentsAsASet(Node):
    def __add__(self, other: Any) -> Node:
        result = super().__add__(other)
        return Node(result.value, [self], result.vjps[:1]) if other is self else result

    def __mul__(self, other: Any) -> Node:
        result = super().__mul__(other)
        return Node(result.value, [self], result.vjps[:1]) if other is self else result


@mutant("node-mean-of-the-repeated", of="graph.Node",
        imitates="what was repeated receives the mean over its copies, not their sum",
        killed_by=["test_a_repeated_bias_receives_the_sum_over_the_samples",
                   "test_what_a_node_hands_down_is_the_slope"])
class _MeanOfTheRepeated(Node):
    def __add__(self, other: Any) -> Node:
        return _averaged(super().__add__(other))

    def __radd__(self, other: Any) -> Node:
        return _averaged(super().__radd__(other))


def _averaged(result: Node) -> Node:
    """Divide what parents receive by how often they were repeated."""
    def mean(parent: Node, vjp: Callable[[NDArray], NDArray]) -> Callable[[NDArray], NDArray]:
        return lambda u: np.asarray(vjp(u) / max(1, u.size // max(parent.value.size, 1)), parent.value.dtype)

    return Node(result.value, result.parents, map(mean, result.parents, result.vjps))


@mutant("node-divides-without-the-minus", of="graph.Node",
        imitates="the divisor receives u x / y^2: the minus sign of the derivative of 1 / y is lost",
        killed_by=["test_what_a_node_hands_down_is_the_slope"])
class _DividesWithoutMinus(Node):
    def __truediv__(self, other: Any) -> Node:
        result = super().__truediv__(other)
        return Node(result.value, result.parents, [result.vjps[0], lambda u: -result.vjps[1](u)])


@mutant("node-matmul-without-the-right-side", of="graph.Node",
        imitates="only the left factor of a product of matrices receives anything",
        killed_by=["test_what_a_node_hands_down_is_the_slope"])
class _MatmulLeftOnly(Node):
    def __matmul__(self, other: Any) -> Node:
        result = super().__matmul__(other)
        return Node(result.value, result.parents, [result.vjps[0], lambda u: 0 * result.vjps[1](u)])


@mutant("node-transpose-not-undone", of="graph.Node",
        imitates="on the way back the gradient is put into the old shape with reshape, where it should be turned",
        killed_by=["test_what_a_node_hands_down_is_the_slope"])
class _TransposeNotUndone(Node):
    @property
    def T(self) -> Node:
        return Node(self.value.T, [self], [lambda u: u.reshape(self.value.shape)])


@mutant("node-sum-hands-down-a-share", of="graph.Node",
        imitates="each summand receives its share of the gradient, which is right for a mean",
        killed_by=["test_what_a_node_hands_down_is_the_slope"])
class _SumHandsDownAShare(Node):
    def sum(self, axis: int | None = None) -> Node:
        return _averaged_over(super().sum(axis), self)


def _averaged_over(result: Node, parent: Node) -> Node:
    """Divide what the summands receive by their number."""
    count = max(parent.value.size // max(result.value.size, 1), 1)
    return Node(result.value, [parent], [lambda u: np.asarray(result.vjps[0](u) / count, parent.value.dtype)])


@mutant("node-mean-hands-down-all", of="graph.Node",
        imitates="the mean hands down the whole gradient to each entry, as a sum does",
        killed_by=["test_what_a_node_hands_down_is_the_slope"])
class _MeanHandsDownAll(Node):
    def mean(self, axis: int | None = None) -> Node:
        return Node(super().mean(axis).value, [self], self.sum(axis).vjps)


@mutant("node-mean-of-the-rows", of="graph.Node",
        imitates="the sum is divided by the number of rows, whatever was summed over",
        killed_by=["test_a_node_holds_the_value_of_its_step", "test_what_a_node_hands_down_is_the_slope"])
class _MeanOfTheRows(Node):
    def mean(self, axis: int | None = None) -> Node:
        super().mean(axis)
        return self.sum(axis) / len(self.value)


@mutant("node-power-without-the-exponent", of="graph.Node",
        imitates="the exponent is lowered and does not come down as a factor",
        killed_by=["test_what_a_node_hands_down_is_the_slope"])
class _PowerWithoutExponent(Node):
    def __pow__(self, exponent: float) -> Node:
        result = super().__pow__(exponent)
        return Node(result.value, [self], [lambda u: result.vjps[0](u) / (exponent or 1)])


@mutant("node-power-zero-times-infinity", of="graph.Node",
        imitates="the derivative of x^0 is computed as 0 x^-1, which is 0 times infinity at 0",
        killed_by=["test_powers_of_zero_and_nan_and_infinity_flow_without_a_warning"])
class _PowerZeroTimesInfinity(Node):
    def __pow__(self, exponent: float) -> Node:
        x, p = self.value, float(exponent)
        return Node(super().__pow__(exponent).value, [self],
                    [lambda u: np.asarray(u * p * np.power(x, p - 1, dtype=x.dtype), x.dtype)])


@mutant("node-sigmoid-of-the-input", of="graph.Node",
        imitates="x (1 - x) is handed down in place of sigma (1 - sigma)",
        killed_by=["test_the_sigmoid_hands_down_sigma_times_one_minus_sigma_times_upstream",
                   "test_what_a_node_hands_down_is_the_slope"])
class _SigmoidOfTheInput(Node):
    def sigmoid(self) -> Node:
        return Node(super().sigmoid().value, [self], [lambda u: self.value * (1 - self.value) * u])


@mutant("node-sigmoid-overflows", of="graph.Node",
        imitates="the sigmoid is written as exp(x) / (1 + exp(x)), which is infinity by infinity far out",
        killed_by=["test_far_out_the_sigmoid_saturates_and_hands_down_nothing"])
class _SigmoidOverflows(Node):
    def sigmoid(self) -> Node:
        e = Node(self.value, [self], [lambda u: u]).exp()
        return e / (1 + e)


@mutant("node-log-sum-exp-naive", of="graph.Node",
        imitates="the exponentials are summed as they are, and large scores overflow",
        killed_by=["test_large_scores_overflow_the_naive_log_sum_exp_only"])
class _NaiveLogSumExp(Node):
    def log_sum_exp(self) -> Node:
        super().log_sum_exp()
        return self.exp().sum(axis=-1).log()


@mutant("node-relu-passes-at-zero", of="graph.Node",
        imitates="at the kink the whole gradient gets through: x >= 0 for x > 0",
        killed_by=["test_at_a_kink_relu_hands_down_nothing_and_the_first_of_a_tie_everything"])
class _ReluPassesAtZero(Node):
    def relu(self) -> Node:
        return Node(super().relu().value, [self], [lambda u: np.where(self.value >= 0, u, 0)])


@mutant("node-maximum-shares-ties", of="graph.Node",
        imitates="of two equal values each receives half, as in JAX",
        killed_by=["test_at_a_kink_relu_hands_down_nothing_and_the_first_of_a_tie_everything"])
class _MaximumSharesTies(Node):
    def maximum(self, other: Any) -> Node:
        result = super().maximum(other)
        x, y = (parent.value for parent in result.parents)
        first, second = result.vjps
        return Node(result.value, result.parents, [
            lambda u: first(np.where(x == y, u / 2, u)), lambda u: second(u) + first(np.where(x == y, u / 2, 0))
        ] if x.shape == y.shape else result.vjps)


@mutant("node-pick-spreads", of="graph.Node",
        imitates="what was picked hands its gradient to the whole row",
        killed_by=["test_what_a_node_hands_down_is_the_slope"])
class _PickSpreads(Node):
    def pick(self, labels: ArrayLike) -> Node:
        return Node(super().pick(labels).value, [self], [lambda u: np.repeat(u[:, None], self.value.shape[1], axis=1)])


@mutant("node-nan-becomes-zero", of="graph.Node",
        imitates="the logarithm of a negative number is read as 0, so a broken loss looks perfect",
        killed_by=["test_powers_of_zero_and_nan_and_infinity_flow_without_a_warning"])
class _NaNBecomesZero(Node):
    def log(self) -> Node:
        result = super().log()
        return Node(np.nan_to_num(result.value, nan=0.0, neginf=-np.inf, posinf=np.inf), [self], result.vjps)


@mutant("topological-order-from-the-end", of="graph.topological_order",
        imitates="the order is that of the way back: the end first, parents after it",
        killed_by=["test_every_node_comes_once_and_after_its_parents"])
def _(node: Node) -> list[Node]:
    return graph.topological_order(node)[::-1]


@mutant("topological-order-as-met", of="graph.topological_order",
        imitates="nodes are listed as they are first met from the end, level by level, and that order is turned round",
        killed_by=["test_every_node_comes_once_and_after_its_parents"])
def _(node: Node) -> list[Node]:
    graph.topological_order(node)
    met = {node: None}
    for step in (queue := [node]):
        new = [parent for parent in dict.fromkeys(step.parents) if parent not in met]
        met.update(dict.fromkeys(new))
        queue.extend(new)
    return [*met][::-1]


@mutant("topological-order-once-for-each-use", of="graph.topological_order",
        imitates="a node is listed for every use of it, so it would hand down more than once",
        killed_by=["test_every_node_comes_once_and_after_its_parents"])
def _(node: Node) -> list[Node]:
    order = graph.topological_order(node)
    uses = [parent for step in order for parent in step.parents]
    return [step for step in order for _ in range(max(1, uses.count(step)))]


@mutant("backward-overwrites", of="graph.backward",
        imitates="= stands for +=: a node that is used twice receives what the last use hands down",
        killed_by=["test_the_slope_of_x_squared_plus_x_is_two_x_plus_one",
                   "test_a_value_used_k_times_receives_k_gradients"])
def _(node: Node, upstream: ArrayLike = 1.0) -> Gradients:
    gradients = graph.backward(node, upstream)
    for step in reversed(graph.topological_order(node)):
        for parent, vjp in zip(step.parents, step.vjps, strict=True):
            gradients[parent] = np.array(vjp(gradients[step]), parent.value.dtype)
    return gradients


@mutant("backward-hands-down-at-once", of="graph.backward",
        imitates="each node hands down when it is first met, before all its uses have added to it",
        killed_by=["test_without_the_order_gradients_come_too_late_or_twice"])
def _(node: Node, upstream: ArrayLike = 1.0) -> Gradients:
    gradients = graph.backward(node, upstream)
    for step in gradients:
        gradients[step] = np.zeros_like(step.value)
    gradients[node] = np.array(upstream, node.value.dtype)
    met, waiting = {node}, [node]
    while waiting:
        step = waiting.pop(0)
        for parent, vjp in zip(step.parents, step.vjps, strict=True):
            gradients[parent] = np.asarray(gradients[parent] + vjp(gradients[step]), parent.value.dtype)
            if parent not in met:
                met.add(parent)
                waiting.append(parent)
    return gradients


@mutant("backward-adds-to-the-last-time", of="graph.backward",
        imitates="the gradients are kept in the nodes and added to at the next call, as in micrograd and PyTorch",
        killed_by=["test_backward_twice_gives_the_same_gradients_twice",
                   "test_twice_the_upstream_is_twice_the_gradient"])
def _(node: Node, upstream: ArrayLike = 1.0) -> Gradients:
    gradients = graph.backward(node, upstream)
    for step, gradient in gradients.items():
        kept = vars(step).get("gradient", 0)
        vars(step)["gradient"] = np.asarray(kept + gradient, gradient.dtype)
    return {step: vars(step)["gradient"].copy() for step in gradients}


@mutant("backward-always-from-one", of="graph.backward",
        imitates="the upstream gradient is taken for 1, whatever was given",
        killed_by=["test_twice_the_upstream_is_twice_the_gradient", "test_an_operation_of_one_s_own_takes_part",
                   "test_what_a_node_hands_down_is_the_slope"])
def _(node: Node, upstream: ArrayLike = 1.0) -> Gradients:
    graph.backward(node, upstream)
    return graph.backward(node, np.ones_like(node.value))


@mutant("backward-lends-its-gradients", of="graph.backward", level="shape",
        imitates="a sum hands the same array down to both sides, and who changes one changes the other",
        killed_by=["test_no_gradient_shares_memory_with_another"])
def _(node: Node, upstream: ArrayLike = 1.0) -> Gradients:
    gradients = graph.backward(node, upstream)
    for step in gradients:
        for parent in step.parents:
            if np.array_equal(gradients[parent], gradients[step]):
                gradients[parent] = gradients[step]
    return gradients


@mutant("backward-refuses-no-samples", of="graph.backward", level="shape",
        imitates="a graph through which no sample went is refused",
        killed_by=["test_no_samples_give_empty_values_and_gradients_of_zero"])
def _(node: Node, upstream: ArrayLike = 1.0) -> Gradients:
    gradients = graph.backward(node, upstream)
    if any(gradient.size == 0 for gradient in gradients.values()):
        raise ValueError("node: expected a value with at least one entry")
    return gradients


@mutant("backward-calls-itself", of="graph.backward",
        imitates="the walk is a function that calls itself, and a deep graph is too deep for it",
        killed_by=["test_a_graph_may_be_deeper_than_functions_can_call_each_other"])
def _(node: Node, upstream: ArrayLike = 1.0) -> Gradients:
    def depth(step: Node, known: dict[Node, int]) -> int:
        if step not in known:
            known[step] = 1 + max((depth(parent, known) for parent in step.parents), default=-1)
        return known[step]

    depth(node, {})
    return graph.backward(node, upstream)


@mutant("value-and-gradient-nothing-for-the-unused", of="graph.value_and_gradient", level="shape",
        imitates="an argument that is not used gets None, as in PyTorch, and not zeros",
        killed_by=["test_value_and_gradient_is_one_walk_over_one_graph"])
def _(f: Callable[..., Any], *args: ArrayLike) -> tuple[NDArray, Any]:
    value, found = graph.value_and_gradient(f, *args)
    if not isinstance(found, tuple):
        return value, found
    leaves = [Node(a) for a in args]
    used = graph.topological_order(f(*leaves))
    return value, tuple(g if leaf in used else None for g, leaf in zip(found, leaves, strict=True))


@mutant("value-and-gradient-first-argument-only", of="graph.value_and_gradient", level="shape",
        imitates="the gradient of the first argument alone is returned, as JAX's grad does",
        killed_by=["test_the_gradient_of_any_program_is_its_slope",
                   "test_value_and_gradient_is_one_walk_over_one_graph"])
def _(f: Callable[..., Any], *args: ArrayLike) -> tuple[NDArray, Any]:
    value, found = graph.value_and_gradient(f, *args)
    return value, found[0] if isinstance(found, tuple) else found


@mutant("value-and-gradient-exchanged", of="graph.value_and_gradient", level="shape",
        imitates="the gradient comes first and the value after it",
        killed_by=["test_the_slides_sums_over_samples_miss_weights_or_count_them_twice",
                   "test_value_and_gradient_is_one_walk_over_one_graph"])
def _(f: Callable[..., Any], *args: ArrayLike) -> tuple[NDArray, Any]:
    value, found = graph.value_and_gradient(f, *args)
    return found, value


@mutant("graph-full-loss-without-lambda", of="graph.full_loss",
        imitates="the price of the weights is added without lambda, as the slide prints it",
        killed_by=["test_the_price_of_the_weights_is_weighed_by_lambda_and_counts_every_weight_once",
                   "test_the_graph_finds_the_gradient_that_was_derived_by_hand"])
def _(W: Node | ArrayLike, X: ArrayLike, labels: ArrayLike, strength: float, loss: str = "softmax") -> Node:
    graph.full_loss(W, X, labels, strength, loss)
    return graph.full_loss(W, X, labels, 1.0 if strength else 0.0, loss)


@mutant("graph-full-loss-half-the-price", of="graph.full_loss",
        imitates="the price has the factor 1/2, so that its slope is lambda W",
        killed_by=["test_the_price_of_the_weights_is_weighed_by_lambda_and_counts_every_weight_once"])
def _(W: Node | ArrayLike, X: ArrayLike, labels: ArrayLike, strength: float, loss: str = "softmax") -> Node:
    return graph.full_loss(W, X, labels, strength / 2, loss)


@mutant("graph-full-loss-summed", of="graph.full_loss",
        imitates="the losses of the samples are summed, not averaged",
        killed_by=["test_the_three_images_of_the_deck_cost_what_they_should",
                   "test_the_graph_finds_the_gradient_that_was_derived_by_hand"])
def _(W: Node | ArrayLike, X: ArrayLike, labels: ArrayLike, strength: float, loss: str = "softmax") -> Node:
    return graph.full_loss(W, X, labels, strength / max(len(np.asarray(X)), 1), loss) * float(len(np.asarray(X)))


@mutant("graph-full-loss-hinge-of-all-classes", of="graph.full_loss",
        imitates="the sum of the hinge runs over the right class too, which adds 1 to each sample",
        killed_by=["test_the_three_images_of_the_deck_cost_what_they_should",
                   "test_the_graph_finds_the_gradient_that_was_derived_by_hand"])
def _(W: Node | ArrayLike, X: ArrayLike, labels: ArrayLike, strength: float, loss: str = "softmax") -> Node:
    right = graph.full_loss(W, X, labels, strength, loss)
    return right + 1 if loss == "hinge" else right


@mutant("graph-full-loss-detached", of="graph.full_loss",
        imitates="the weights are copied on the way in, so the gradient never reaches the caller's node",
        killed_by=["test_the_gradient_of_the_full_loss_is_its_slope"])
def _(W: Node | ArrayLike, X: ArrayLike, labels: ArrayLike, strength: float, loss: str = "softmax") -> Node:
    return graph.full_loss(W.value if isinstance(W, Node) else W, X, labels, strength, loss)


@mutant("graph-full-loss-always-float64", of="graph.full_loss", level="shape",
        imitates="the strength is made a float64 array, and takes the loss with it",
        killed_by=["test_the_full_loss_is_one_number_in_the_dtype_of_its_arguments"])
def _(W: Node | ArrayLike, X: ArrayLike, labels: ArrayLike, strength: float, loss: str = "softmax") -> Node:
    return graph.full_loss(W, X, labels, strength, loss) * np.ones(())
