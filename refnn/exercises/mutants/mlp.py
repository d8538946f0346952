"""Wrong multi-layer perceptrons."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from refnn import mlp
from refnn.activations import Activation, activation, sigmoid
from refnn.exercises.mutants import mutant
from refnn.mlp import MLP, Net, as_mlp

# fmt: off


@mutant("mlp-keeps-its-arguments", of="mlp.MLP", level="shape",
        imitates="the net holds the caller's own arrays, so who writes into them changes the net",
        killed_by=["test_a_net_is_a_value_that_nobody_can_change"])
class _KeepsTheCallersArrays(MLP):
    def __init__(
        self,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike | None],
        activations: Sequence[str | Activation],
    ) -> None:
        super().__init__(weights, biases, activations)
        self.__dict__["weights"] = tuple(np.asarray(W, own.dtype) for W, own in zip(weights, self.weights, strict=True))


@mutant("mlp-equal-by-sizes", of="mlp.MLP",
        imitates="nets are taken to be equal if their layers are of equal size",
        killed_by=["test_nets_are_equal_that_have_equal_parts"])
class _EqualBySizes(MLP):
    def __eq__(self, other: object) -> bool:
        return isinstance(other, MLP) and self.sizes == other.sizes

    __hash__ = MLP.__hash__



@mutant("neuron-threshold", of="mlp.neuron",
        imitates="the bias is a threshold: subtracted, not added",
        killed_by=["test_the_neuron_of_the_slide_sums_to_four"])
def _(a: ArrayLike, w: ArrayLike, b: float = 0.0, f: str | Activation = "sigmoid") -> NDArray:
    return mlp.neuron(a, w, -b, f)


@mutant("layer-activates-the-input", of="mlp.layer",
        imitates="the activation comes before the weights, not behind them",
        killed_by=["test_the_layer_of_the_slide"])
def _(
    X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, f: str | Activation = "sigmoid"
) -> tuple[NDArray, NDArray]:
    Z, _ = mlp.layer(activation(f).f(X), W, b, f)
    return Z, Z.copy()


@mutant("layer-loses-the-pre-activation", of="mlp.layer",
        imitates="what is kept as Z is the activation too, so f' will be taken at the wrong place",
        killed_by=["test_the_layer_of_the_slide"])
def _(
    X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, f: str | Activation = "sigmoid"
) -> tuple[NDArray, NDArray]:
    _, A = mlp.layer(X, W, b, f)
    return A, A.copy()


@mutant("layer-in-place", of="mlp.layer", level="shape",
        imitates="Z and A are one array, so what is written into A is lost to Z",
        killed_by=["test_a_layer_keeps_the_dtype_and_shares_no_memory"])
def _(
    X: ArrayLike, W: ArrayLike, b: ArrayLike | None = None, f: str | Activation = "sigmoid"
) -> tuple[NDArray, NDArray]:
    Z, A = mlp.layer(X, W, b, f)
    return (A, A) if f == "identity" else (Z, A)


@mutant("forward-linear-in-between", of="mlp.forward",
        imitates="each layer reads the pre-activations below it: the whole net is linear but for its last layer",
        killed_by=["test_the_example_net_of_the_slide_from_layer_to_layer"])
def _(net: Net, X: ArrayLike) -> list[tuple[NDArray, NDArray]]:
    layers: list[tuple[NDArray, NDArray]] = []
    for W, b, f in zip(as_mlp(net).weights, as_mlp(net).biases, net.activations, strict=True):
        layers.append(mlp.layer(layers[-1][0] if layers else X, W, b, f))
    return layers


@mutant("output-before-the-activation", of="mlp.output",
        imitates="the last pre-activation is returned: the output activation is forgotten",
        killed_by=["test_the_net_is_what_one_sum_for_each_unit_makes_it"])
def _(net: Net, X: ArrayLike) -> NDArray:
    return mlp.forward(net, X)[-1][0]


@mutant("flatten-by-columns", of="mlp.flatten",
        imitates="the weights are strung together column by column, and taken apart row by row",
        killed_by=["test_flattening_and_unflattening_is_a_round_trip"])
def _(net: Net) -> NDArray:
    parts = [p.ravel(order="F") for Wb in zip(as_mlp(net).weights, as_mlp(net).biases, strict=True)
             for p in Wb if p is not None]
    return np.concatenate(parts)


@mutant("flatten-biases-last", of="mlp.flatten",
        imitates="all weights come first and all biases after them, not layer by layer",
        killed_by=["test_flattening_and_unflattening_is_a_round_trip"])
def _(net: Net) -> NDArray:
    net = as_mlp(net)
    return np.concatenate([p.ravel() for p in (*net.weights, *net.biases) if p is not None])


@mutant("unflatten-keeps-the-old-biases", of="mlp.unflatten",
        imitates="only the weights are taken from theta; the biases stay as they were",
        killed_by=["test_flattening_and_unflattening_is_a_round_trip"])
def _(net: Net, theta: ArrayLike) -> MLP:
    return MLP(mlp.unflatten(net, theta).weights, net.biases, net.activations)


@mutant("split-activations-one-off", of="mlp.split",
        imitates="the activations are handed out in the wrong order, so a layer bends as another should",
        killed_by=["test_a_net_split_at_any_layer_and_composed_again_says_the_same"])
def _(net: Net, at: int) -> tuple[MLP, MLP]:
    net = as_mlp(net)
    return mlp.split(MLP(net.weights, net.biases, net.activations[::-1]), at)


@mutant("mlp-parameter-count-no-biases", of="mlp.parameter_count",
        imitates="only the weights are counted",
        killed_by=["test_weights_join_every_unit_to_every_one_below_and_biases_come_one_to_a_unit"])
def _(sizes: Sequence[int], biases: bool = True) -> int:
    return mlp.parameter_count(sizes, biases=False)


@mutant("mlp-parameter-count-biased-inputs", of="mlp.parameter_count",
        imitates="the inputs, which are no units, are given biases too",
        killed_by=["test_weights_join_every_unit_to_every_one_below_and_biases_come_one_to_a_unit"])
def _(sizes: Sequence[int], biases: bool = True) -> int:
    return mlp.parameter_count(sizes, biases) + biases * sizes[0]


@mutant("build-one-seed-for-all-layers", of="mlp.build",
        imitates="every layer starts its own generator from the same seed, so layers of one shape are equal",
        killed_by=["test_no_two_layers_are_built_from_the_same_draw"])
def _(
    sizes: Sequence[int],
    activations: str | Activation | Sequence[str | Activation],
    rng: np.random.Generator | int,
    *,
    init: str = "xavier_uniform",
    biases: bool = True,
    dtype: DTypeLike = np.float64,
) -> MLP:
    net = mlp.build(sizes, activations, rng, init=init, biases=biases, dtype=dtype)
    seed = int(rng.integers(2**32)) if isinstance(rng, np.random.Generator) else rng
    own = [mlp.build(pair, "identity", seed, init=init, dtype=dtype).weights[0] for pair in pairwise(sizes)]
    return MLP(own, net.biases, net.activations)


@mutant("build-ignores-init", of="mlp.build",
        imitates="every net is drawn with Xavier's spread, whatever scheme was asked for",
        killed_by=["test_the_initialisation_is_part_of_the_specification"])
def _(
    sizes: Sequence[int],
    activations: str | Activation | Sequence[str | Activation],
    rng: np.random.Generator | int,
    *,
    init: str = "xavier_uniform",
    biases: bool = True,
    dtype: DTypeLike = np.float64,
) -> MLP:
    return mlp.build(sizes, activations, rng, biases=biases, dtype=dtype)


@mutant("image-to-vector-by-columns", of="mlp.image_to_vector",
        imitates="the pixels are read column by column",
        killed_by=["test_an_image_of_16_by_16_becomes_256_numbers_and_returns"])
def _(images: ArrayLike) -> NDArray:
    return mlp.image_to_vector(np.swapaxes(np.asarray(images), -1, -2))


@mutant("vector-to-image-turned", of="mlp.vector_to_image",
        imitates="rows and columns are swapped when the vector becomes an image again",
        killed_by=["test_an_image_of_16_by_16_becomes_256_numbers_and_returns"])
def _(vectors: ArrayLike, height: int = 16, width: int = 16) -> NDArray:
    return mlp.vector_to_image(vectors, width, height).swapaxes(-1, -2).copy()


@mutant("digit-to-index-zero-first", of="mlp.digit_to_index",
        imitates="digit 0 has the first place in the output, where the slides give it the last",
        killed_by=["test_digit_and_place_in_the_output_belong_to_each_other_one_to_one"])
def _(digits: ArrayLike) -> NDArray:
    return np.asarray(digits) % 10


@mutant("read-digit-forgets-the-order", of="mlp.read_digit",
        imitates="the place of the greatest confidence is taken for the digit",
        killed_by=["test_the_slide_s_confidences_are_read_as_a_two"])
def _(confidences: ArrayLike) -> NDArray:
    return np.asarray(confidences).argmax(axis=-1)


@mutant("read-digit-last-of-equals", of="mlp.read_digit",
        imitates="the last of equal confidences wins",
        killed_by=["test_of_equal_confidences_the_first_wins_and_no_rows_have_no_digits"])
def _(confidences: ArrayLike) -> NDArray:
    return mlp.index_to_digit(9 - np.asarray(confidences)[..., ::-1].argmax(axis=-1))


@mutant("read-digit-of-the-least", of="mlp.read_digit",
        imitates="the place of the smallest number is read, as if it were a loss",
        killed_by=["test_the_slide_s_confidences_are_read_as_a_two"])
def _(confidences: ArrayLike) -> NDArray:
    return mlp.read_digit(-np.asarray(confidences))


@mutant("neuron-always-float64", of="mlp.neuron", level="shape",
        imitates="the bias, a plain number, is made a float64 array, and takes the answer with it",
        killed_by=["test_a_neuron_keeps_the_dtype_and_leaves_its_inputs_alone"])
def _(a: ArrayLike, w: ArrayLike, b: float = 0.0, f: str | Activation = "sigmoid") -> NDArray:
    return mlp.neuron(np.asarray(a, np.float64), w, b, f)


@mutant("output-of-an-mlp-only", of="mlp.output", level="shape",
        imitates="nets are told by their class: one of another making, with the same three parts, is refused",
        killed_by=["test_whatever_has_weights_biases_and_activations_is_a_net"])
def _(net: Net, X: ArrayLike) -> NDArray:
    if not isinstance(net, MLP):
        raise TypeError(f"net: expected an MLP, got {type(net).__name__}")
    return mlp.output(net, X)


@mutant("output-with-bias-units", of="mlp.output",
        imitates="the first unit of each hidden layer is held at 1 to carry the bias, which is there already",
        killed_by=["test_permuting_hidden_units_leaves_the_function_as_it_was"])
def _(net: Net, X: ArrayLike) -> NDArray:
    *hidden, last = zip(net.weights, net.biases, net.activations, strict=True)
    for W, b, f in hidden:
        X = mlp.layer(X, W, b, f)[1]
        X[..., :1] = 1
    return mlp.layer(X, *last)[1]


@mutant("output-without-the-last-bias", of="mlp.output",
        imitates="the output layer is taken without its bias",
        killed_by=["test_another_output_bias_is_another_function"])
def _(net: Net, X: ArrayLike) -> NDArray:
    b = net.biases[-1]
    bare = MLP(net.weights, [*net.biases[:-1], None if b is None else np.zeros_like(b)], net.activations)
    return mlp.output(bare, X)


@mutant("output-squashed", of="mlp.output",
        imitates="the output goes through a sigmoid whatever its own activation, as a probability should",
        killed_by=["test_the_scalar_score_is_a_net_with_a_linear_output_without_bias"])
def _(net: Net, X: ArrayLike) -> NDArray:
    return sigmoid(mlp.output(net, X))


@mutant("output-centred-over-the-batch", of="mlp.output",
        imitates="the mean over the samples of the batch is taken out, so a sample's answer depends on the others",
        killed_by=["test_a_batch_says_what_its_rows_say_one_by_one"])
def _(net: Net, X: ArrayLike) -> NDArray:
    Y = mlp.output(net, X)
    return Y - Y.mean(axis=0) if len(Y) else Y


@mutant("forward-always-float64", of="mlp.forward", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_a_net_computes_in_the_wider_dtype_and_leaves_its_input_alone"])
def _(net: Net, X: ArrayLike) -> list[tuple[NDArray, NDArray]]:
    return mlp.forward(net, np.asarray(X, np.float64))


@mutant("read-digit-nearest-to-one", of="mlp.read_digit",
        imitates="the output nearest to its target 1 is taken, not the greatest",
        killed_by=["test_the_decision_outlasts_softmax_and_every_increasing_map"])
def _(confidences: ArrayLike) -> NDArray:
    confidences = np.asarray(confidences)
    return mlp.read_digit(np.where(np.isnan(confidences), confidences, -np.abs(confidences - 1)))
