r"""As many weights, once fat and short and once thin and tall: Seide's table, and a small trial on our own digits.

S2 "Fat + Short v.s. Thin + Tall" shows Seide's speech recogniser: each further layer of 2048 units misreads fewer
words, and one hidden layer with as many weights as five or seven of them stays above 22 %. The slide's widths are what
equal budgets come to: 3771.75 and 4633.62, with biases left out. The widest net, 16384 units, has most weights of all
and loses to two layers of 2048.

Our trial gives nets of one, two, three and five hidden layers the same number of weights (within one percent) and the
same training, on 1797 digits of 16 x 16 pixels: three times five folds, once trained briefly and once for longer. After
the longer training they misread 2.4, 2.2, 2.0 and 2.3 % on the mean, where a single trial strays by 0.6 to 0.8. So a
second and a third layer help a little, and five no more than two. Part of what they help is speed: the gap is wider
after the brief training, and the single layer alone never learns all of its training digits. That is a faint echo of
the table, which is about 429 inputs, 9304 outputs and hundreds of hours of speech; "deeper is better" is a finding
about a task and a budget, not a law.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refnn.data import digits, stratified_folds
from refnn.depth import equal_budget_width, hidden_weight_count, seide2011
from refnn.layers import Dense, Flatten
from refnn.network import Network
from refnn.optimizers import Adam
from refnn.training import fit

IDS = ("DEEP-01", "DEEP-02")

INPUTS, OUTPUTS = 429, 9304  # of Seide's nets
TALLEST = 64                 # units in each of the five layers of our tallest net
LAYERS = (1, 2, 3, 5)
FOLDS, SEEDS = 5, 3
TRAININGS = {"brief": (30, 1e-3), "longer": (40, 2e-3)}  # epochs and rate; the longer is that of `digit_reader`


@dataclass(frozen=True)
class Data:
    """Seide's table with its budgets, and our own nets, their weights and their test errors."""

    layers: NDArray  # (9,): hidden layers of Seide's nets
    units: NDArray  # (9,): in each of them
    error: NDArray  # (9,): words misread, in %
    weights: NDArray  # (9,)
    equal_width: dict[str, float]  # the flat net with as many weights as 5 and as 7 layers of 2048
    own_layers: NDArray  # (4,)
    own_units: NDArray  # (4,)
    own_weights: NDArray  # (4,)
    own_error: dict[str, NDArray]  # (4, 15) for each training: test digits misread, in %
    own_train_error: dict[str, NDArray]  # (4, 15): training digits misread, in %


def run() -> Data:
    """Read the table, work out its budgets, and train nets of our own."""
    layers, units, error = np.array(seide2011()).T  # (DEEP-01)
    weights = [hidden_weight_count(INPUTS, int(h), int(L), OUTPUTS) for L, h, _ in seide2011()]  # (DEEP-02)
    X, y = digits()
    budget = hidden_weight_count(X[0].size, TALLEST, LAYERS[-1], 10)
    widths = [_width(X[0].size, L, budget) for L in LAYERS]
    trials = {name: np.array([[_trial(X, y, h, L, seed, test, *training) for seed in range(SEEDS)
                               for test in stratified_folds(y, FOLDS, seed)]
                              for L, h in zip(LAYERS, widths, strict=True)])  # (4, 15, 2)
              for name, training in TRAININGS.items()}
    return Data(
        layers.astype(int), units.astype(int), error, np.array(weights),
        {str(L): equal_budget_width(INPUTS, 2048, L, OUTPUTS) for L in (5, 7)},  # (DEEP-02)
        np.array(LAYERS), np.array(widths),
        np.array([hidden_weight_count(X[0].size, h, L, 10) for L, h in zip(LAYERS, widths, strict=True)]),
        *({name: errors[:, :, part] for name, errors in trials.items()} for part in (0, 1)),
    )  # fmt: skip


def _width(inputs: int, layers: int, budget: int) -> int:
    """Return how wide that many layers must be to come closest to the budget."""
    return min(range(1, 1000), key=lambda h: abs(hidden_weight_count(inputs, h, layers, 10) - budget))


def _trial(X: NDArray, y: NDArray, width: int, layers: int, seed: int, test: NDArray, epochs: int, rate: float
           ) -> tuple[float, float]:
    """Train one net, and return the test and the training digits that it misreads, in %."""
    train = np.setdiff1d(np.arange(len(y)), test)
    net = Network([Flatten(), *(Dense(width, "relu") for _ in range(layers)), Dense(10)], X.shape[1:], seed)
    fit(net, X[train], y[train], epochs=epochs, optimizer=Adam(rate), schedule="cosine_decay", seed=seed)
    wrong = net.classify(X) != y
    return float(100 * wrong[test].mean()), float(100 * wrong[train].mean())


def words(data: Data) -> str:
    """Tell both tables."""
    flat, thin = data.layers == 1, data.units == 2048
    lines = ["Seide's words                layers x units  millions of weights  misread"]
    for name, rows in (("thin and tall", thin), ("fat and short", flat & ~thin)):
        lines += [f"  {name:27}{L} x {h:<10} {w / 1e6:19.1f}  {e:5.1f} %" for L, h, w, e in
                  zip(data.layers[rows], data.units[rows], data.weights[rows], data.error[rows], strict=True)]
    lines += [f"  as many weights as {L} layers of 2048 has one of {h:.2f} units" for L, h in data.equal_width.items()]
    lines.append(f"our digits, {len(data.own_error['brief'][0])} trials   layers x units   weights   "
                 "misread (standard deviation), of training digits")
    for name, errors in data.own_error.items():
        lines += [f"  {name + ' training':24} {L} x {h:<10} {w:10}   {e.mean():.2f} % ({e.std():.2f}){t.mean():18.2f} %"
                  for L, h, w, e, t in zip(data.own_layers, data.own_units, data.own_weights, errors,
                                           data.own_train_error[name], strict=True)]
    return "\n".join(lines)


def plot(data: Data, figure: Any) -> None:
    """Draw Seide's errors over the weights, thin nets and fat ones, and the errors of our own by depth."""
    left, right = figure.subplots(1, 2)
    thin, flat = data.units == 2048, data.layers == 1
    for rows, style, label in ((thin, "o-", "thin: layers of 2048"), (flat, "s--", "fat: one layer")):
        left.plot(data.weights[rows] / 1e6, data.error[rows], style, label=label)
    left.set(xlabel="millions of weights", ylabel="words misread in %", ylim=(0, 30), title="Seide 2011, speech")
    left.legend(loc="lower right")
    places = np.arange(len(data.own_layers))
    for i, (name, errors) in enumerate(data.own_error.items()):
        at = places + 0.2 * i - 0.1
        dots = right.plot(at, errors, ".", color="gray", alpha=0.5, markersize=4)
        right.plot(at, errors.mean(axis=1), "sv"[i] + "-", color=f"C{i + 2}", label=f"{name} training, mean")
    right.set_xticks(places, [f"{L} x {h}" for L, h in zip(data.own_layers, data.own_units, strict=True)])
    right.set(xlabel="hidden layers x units", ylabel="digits misread in %", ylim=(0, 6),
              title="our digits, equal weights")
    means, names = right.get_legend_handles_labels()
    right.legend([*means, dots[0]], [*names, "single trials"], loc="upper right")
