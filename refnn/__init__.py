"""Neural networks as a property-tested reference: formula, line and law, for everything in five lecture decks.

The modules of this package are the book's table of contents, one lecture concept each; `refnn.layers`,
`refnn.network` and `refnn.training` are the engine built on them. Everything is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_MODULES = (
    "activations backprop bayes biasvariance circuits conv data depth descent diagnostics dropout ensemble features "
    "gradcheck graph init layers linear logistic losses maxout mlp model_io network optimizers perceptron pooling "
    "preprocess pretrain regularizers training universal"
).split()
_ENGINE = {
    "layers": "Activation AvgPool2D Centre Conv2D Dense Dropout Flatten MaxPool2D Maxout".split(),
    "network": ["Network"],
    "training": ["fit", "fit_batch"],
    "model_io": ["load", "load_checkpoint", "save", "save_checkpoint"],
    "kernels": ["set_threads"],
}
_HOME = {name: module for module, names in _ENGINE.items() for name in names}

__all__ = ["__version__", *_MODULES, *_HOME]

if TYPE_CHECKING:
    from refnn.kernels import set_threads
    from refnn.layers import Activation, AvgPool2D, Centre, Conv2D, Dense, Dropout, Flatten, Maxout, MaxPool2D
    from refnn.model_io import load, load_checkpoint, save, save_checkpoint
    from refnn.network import Network
    from refnn.training import fit, fit_batch


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"refnn.{name}")
    if name in _HOME:
        return getattr(import_module(f"refnn.{_HOME[name]}"), name)
    raise AttributeError(f"module 'refnn' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
