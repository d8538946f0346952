"""An adapter: a file or module that puts another library behind refnn's names, and says where the two differ.

It is a subject like any other, one function for each name that it claims. The list `DEVIATIONS` makes it an adapter:
names it has not are not claimed, instead of not written yet.

    import torch
    from refnn.properties.adapter import Deviation

    DEVIATIONS = [
        Deviation(
            "test_nan_is_not_hidden",
            reason="torch keeps the larger of the two",
            link="https://pytorch.org/docs/stable/generated/torch.fmax.html",
            counterexample={"z": np.array([1.0, np.nan])},
        )
    ]

    def softmax(z, axis=-1):
        return torch.softmax(torch.tensor(z), axis).numpy()
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ENTRY_POINTS = "refnn.adapters"


class DeclaredDeviation(Exception):
    """A law that does not hold here, as the adapter declares: neither a pass nor a failure."""


@dataclass(frozen=True)
class Deviation:
    """A law that a library breaks for a reason, which is a difference of convention and no mistake.

    `law` is the name of the test, with its parameters in brackets where only one case deviates. `counterexample` holds
    the arguments on which it must fail, by name; those that a law draws with `data` are `Draws(first, second, ...)`.
    """

    law: str
    reason: str
    link: str
    counterexample: Mapping[str, Any] = field(default_factory=dict)


class Draws:
    """Values in the place of `st.data()`: every draw takes the next one."""

    def __init__(self, *values: Any) -> None:
        self.values = values
        self._next = iter(values)

    def draw(self, strategy: object = None, label: object = None) -> Any:
        """Return the next value."""
        return next(self._next)

    def __repr__(self) -> str:
        return f"Draws{self.values!r}"


def of_law(deviations: list[Deviation], test: str, case: str) -> Deviation | None:
    """Return the deviation that is declared for a test, or for this case of it."""
    return next((deviation for deviation in deviations if deviation.law in (test, case)), None)
