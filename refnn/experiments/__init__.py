"""The lectures' experiments, each a short module: data first, picture second.

A module holds a frozen dataclass `Data` of arrays, numbers and words; `run()`, which computes it; `words(data)`, what
came out in a few lines; `plot(data, figure)`, which draws it; and `IDS`, the items of the register that it shows.

Data that take longer than a second to compute lie stored in the folder beside, with the hash of the source they come
from: `refnn experiment NAME --store` computes them anew.
"""

import ast
import hashlib
import json
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from refnn._validate import one_of

__all__ = ["EXPERIMENTS", "as_json", "draw", "experiment", "load", "source_hash", "store", "stored_file"]

# in the order of the book
EXPERIMENTS = (
    "perceptron_runs",
    "xor",
    "boundaries",
    "compute_graph",
    "loss_shapes",
    "bends",
    "sigmoid_sum",
    "vanishing",
    "initialisation",
    "dead_relus",
    "zigzag",
    "maxout_learns",
    "learning_rate",
    "local_minima",
    "optimizer_paths",
    "adagrad_table",
    "weight_prices",
    "dropout_ensemble",
    "pretraining",
    "bias_variance",
    "conv_matrix",
    "equivariance",
    "first_layer",
    "lecun1989",
    "advice",
    "universality",
    "sawtooth",
    "fat_or_thin",
    "parity",
    "loop_orders",
    "timeline",
)

# Colours that stay apart for every kind of eyesight, on white and on black (Okabe and Ito, the yellow left out).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
_STYLE: dict[Any, Any] = {
    "axes.prop_cycle": "cycler('color', " + repr(list(_COLOURS)) + ")",
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": "medium", "font.size": 10,
    "legend.frameon": False, "image.cmap": "viridis", "savefig.transparent": True,
    "svg.hashsalt": "refnn", "svg.fonttype": "none",
}  # fmt: skip
_INK: tuple[Any, ...] = ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color")


def experiment(name: str) -> ModuleType:
    """Return the module of an experiment.

    Raises:
        ValueError: if there is none of that name; the error lists those there are.
    """
    return import_module(f"refnn.experiments.{one_of('experiment', name, EXPERIMENTS)}")


def load(name: str) -> Any:
    """Return an experiment's data: the stored ones where there are any, else computed now.

    Example:
        >>> round(load("sigmoid_sum").gap_to_relu, 4)
        0.6826
    """
    module, file = experiment(name), stored_file(name)
    return module.Data(**_from_json(json.loads(file.read_text())["data"])) if file.exists() else module.run()


def store(name: str) -> Path:
    """Compute an experiment's data and write them beside its source."""
    file = stored_file(name)
    text = json.dumps({"source": source_hash(name), "data": json.loads(as_json(experiment(name).run()))})
    file.write_text(text + "\n")
    return file


def as_json(data: Any) -> str:
    """Return the data of an experiment as JSON; every float is written so that it reads back the same."""
    return json.dumps(asdict(data), allow_nan=False, default=lambda value: value.tolist())


def stored_file(name: str) -> Path:
    """Return where the data of an experiment lie if they are stored."""
    return Path(__file__).parent / "stored" / f"{name}.json"


def source_hash(name: str) -> str:
    """Return the hash of the source that computes an experiment's data: its module without `words` and `plot`."""
    source = Path(__file__).with_name(f"{name}.py").read_text()
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name in {"plot", "words"}:
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                lines[number - 1] = ""
    return hashlib.sha256("\n".join(line for line in lines if line.strip()).encode()).hexdigest()


def draw(name: str, path: str | Path, dark: bool = False, data: Any = None, dpi: int = 150) -> None:
    """Draw an experiment into an .svg or .png file: the same data, the same file. Needs matplotlib.

    Args:
        name: of the experiment.
        path: the file; its suffix says which format.
        dark: whether the picture is for a dark page.
        data: what to draw; what `load` returns where None.
        dpi: dots per inch of a .png file; most pictures are 7 inches wide.

    Raises:
        ValueError: if the suffix is another.
    """
    one_of("suffix of the picture", suffix := Path(path).suffix.lower(), (".png", ".svg"))
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ink, paper = ("#e0e0e0", "#1e2129") if dark else ("#202020", "#ffffff")
    with rc_context({**_STYLE, **dict.fromkeys(_INK, ink), "axes.facecolor": "none", "legend.labelcolor": ink}):
        figure = Figure(figsize=(7, 3.2), layout="constrained", facecolor=paper)
        experiment(name).plot(load(name) if data is None else data, figure)
        figure.savefig(path, dpi=dpi, transparent=suffix == ".svg",
                       metadata={"Date": None} if suffix == ".svg" else {"Software": None})


def _from_json(value: Any) -> Any:
    """Turn lists of numbers into arrays and lists of words into tuples, at any depth of dictionaries."""
    if isinstance(value, dict):
        return {key: _from_json(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return tuple(value) if value and isinstance(value[0], str) else np.array(value)
    return value
