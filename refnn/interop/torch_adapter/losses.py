"""Losses: torch.nn.functional.mse_loss and its like, with the reductions that they have there.

What there is "none" is one number for each output; those of one sample are added up here, for want of a word for it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refnn.interop.torch_adapter.tensors import F, backward, forward, tensor, torch


def _loss(f: Callable[..., Any], labels: bool = False) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return a loss on arrays and its gradient in the prediction; further arguments are options of the loss."""

    def of(target: ArrayLike, reduction: str, options: dict[str, Any]) -> Callable[[Any], Any]:
        def loss(prediction: Any) -> Any:
            y = tensor(target, np.int64) if labels else tensor(target, str(prediction.dtype)[6:])
            each = f(prediction, y, reduction=reduction, **options)
            return each.flatten(1).sum(1) if reduction == "none" and each.ndim > 1 else each

        return loss

    def function(prediction: ArrayLike, target: ArrayLike, reduction: str = "mean", **options: Any) -> Any:
        return forward(of(target, reduction, options), prediction)[()]

    def vjp(
        upstream: ArrayLike, prediction: ArrayLike, target: ArrayLike, reduction: str = "mean", **options: Any
    ) -> Any:
        return backward(of(target, reduction, options), upstream, prediction)

    return function, vjp


def _hinge(scores: Any, labels: Any, reduction: str, margin: float = 1.0) -> Any:
    """Return multi_margin_loss; its sum over no samples is memory that nothing was written to, so it is not asked."""
    if not len(scores) and reduction == "sum":
        return F.multi_margin_loss(scores, labels, margin=margin, reduction="none").sum()
    return F.multi_margin_loss(scores, labels, margin=margin, reduction=reduction)


def _criterion(scores: Any, labels: Any, reduction: str) -> Any:
    """Return margin_ranking_loss of scores and zeros: max(0, -y s)."""
    return F.margin_ranking_loss(scores, torch.zeros_like(scores), labels, reduction=reduction)


squared_error, squared_error_backward = _loss(F.mse_loss)
absolute_error, absolute_error_backward = _loss(F.l1_loss)
binary_cross_entropy, binary_cross_entropy_backward = _loss(F.binary_cross_entropy_with_logits)
softmax_cross_entropy, softmax_cross_entropy_backward = _loss(F.cross_entropy, labels=True)
multiclass_hinge, multiclass_hinge_backward = _loss(_hinge, labels=True)
perceptron_criterion, perceptron_criterion_backward = _loss(_criterion)
