"""Defects of the walk back through a compute graph."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn.exercises.museum import exhibit
from refnn.graph import Node, topological_order


@exhibit(
    "graph-backward-down-every-path", of="graph.backward",
    title="Why topological order?",
    project="karpathy/micrograd", file="micrograd/engine.py, first days",
    thread="issue 2", year=2020,
    read="code read at commit 36fab1a of 13 April 2020, repaired the day after; the simplification comes back in "
         "issues 21, 67, 68, 91, 96 and pull requests 23, 64",
    imitates="a node hands down all it has as soon as something arrives, and again when the next share arrives",
    mistake="A value that is used twice below the loss hands down its first share twice. For a chain, a tree, and "
            "inputs that are used twice everything is right; it takes an inner value with two uses, which every "
            "shared layer is and no toy example.",
    killed_by=["test_without_the_order_gradients_come_too_late_or_twice"],
    counterexample="from refnn.graph import Node\n"
                   "x = Node(1.0)\n"
                   "b = 2 * x\n"
                   "float(backward(b + 3 * b)[x])  # 2 (1 + 3)",
    gives="10.0", right="8.0",
    hints=("Draw x, b = 2x, and the loss b + 3b. When does b know its whole gradient?",
           "dL/dx is a sum over all uses of x, and may be handed down once all of them have arrived.",
           "Walk over the list of nodes, sorted so that every user comes before what it uses."),
    buys="Right gradients in any graph, each node visited once, however many paths lead to it.",
    repair=("""    def hand_down(step: Node) -> None:
        for parent, vjp in zip(step.parents, step.vjps, strict=True):
            gradients[parent] += vjp(gradients[step])
        for parent in step.parents:
            hand_down(parent)

    hand_down(node)
""", """    for step in reversed(topological_order(node)):
        for parent, vjp in zip(step.parents, step.vjps, strict=True):
            gradients[parent] += vjp(gradients[step])
"""),
)  # fmt: skip
def _(node: Node, upstream: ArrayLike = 1.0) -> dict[Node, NDArray]:
    gradients = {step: np.zeros_like(step.value) for step in topological_order(node)}
    gradients[node] += np.asarray(upstream)

    def hand_down(step: Node) -> None:
        for parent, vjp in zip(step.parents, step.vjps, strict=True):
            gradients[parent] += vjp(gradients[step])
        for parent in step.parents:
            hand_down(parent)

    hand_down(node)
    return gradients


@exhibit(
    "graph-backward-adds-to-yesterday", of="graph.backward",
    title="Twice is not once",
    project="karpathy/micrograd", file="micrograd/engine.py, Value.backward",
    thread="pull request 102", year=2025,
    read="code read at commit c911406; the pull request is open; issues 25, 32, 53 and pull request 54 say it "
         "before",
    imitates="gradients are kept on the nodes and never set to zero: a second walk adds to the first",
    mistake="Calling backward twice gives other gradients than calling it once, and setting those of the weights "
            "to zero in between does not help, because the inner nodes remember too. In a training loop every pass "
            "makes new inner nodes, so only who looks twice at one loss, as a test or a notebook does, is told a "
            "wrong number.",
    killed_by=["test_backward_twice_gives_the_same_gradients_twice"],
    counterexample="from refnn.graph import Node\n"
                   "x = Node(3.0)\n"
                   "loss = x * x\n"
                   "[float(backward(loss)[x]) for _ in range(2)]",
    gives="[6.0, 12.0]", right="[6.0, 6.0]",
    hints=("Run the cell of a notebook twice that calls backward. Should the gradient change?",
           "dL/dx is a property of the loss and x: nothing of it depends on who asked before.",
           "Start from zeros in every call; where the gradients are kept between calls does not matter then."),
    buys="A result that depends on the arguments alone.",
    repair=("""        if not hasattr(step, "grad"):
            step.grad = np.zeros_like(step.value)
""", """        step.grad = np.zeros_like(step.value)
"""),
)  # fmt: skip
def _(node: Node, upstream: ArrayLike = 1.0) -> dict[Node, NDArray]:
    order: list[Any] = topological_order(node)
    for step in order:
        if not hasattr(step, "grad"):
            step.grad = np.zeros_like(step.value)
    order[-1].grad[...] = upstream
    for step in reversed(order):
        for parent, vjp in zip(step.parents, step.vjps, strict=True):
            parent.grad += vjp(step.grad)
    return {step: step.grad for step in order}
