"""Wrong pre-training."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from refnn import losses, pretrain
from refnn.activations import Activation
from refnn.backprop import gradients
from refnn.exercises.mutants import mutant
from refnn.mlp import MLP, Net, as_mlp, output
from refnn.pretrain import Gradients, Stage

# fmt: off

Rng = np.random.Generator | int
Loss = str | losses.Loss


@mutant("autoencoder-always-tied", of="pretrain.autoencoder",
        imitates="the decoder's own weights are taken and not used: it has the encoder's",
        killed_by=["test_an_autoencoder_encodes_and_decodes_with_its_own_weights_or_the_encoder_s"])
def _(
    W: ArrayLike, b: ArrayLike | None = None, c: ArrayLike | None = None, V: ArrayLike | None = None,
    f: str | Activation = "sigmoid", g: str | Activation = "identity",
) -> MLP:
    pretrain.autoencoder(W, b, c, V, f, g)
    return pretrain.autoencoder(W, b, c, None, f, g)


@mutant("autoencoder-one-activation", of="pretrain.autoencoder",
        imitates="the decoder has the encoder's activation, which cannot restore what lies outside its range",
        killed_by=["test_an_autoencoder_encodes_and_decodes_with_its_own_weights_or_the_encoder_s"])
def _(
    W: ArrayLike, b: ArrayLike | None = None, c: ArrayLike | None = None, V: ArrayLike | None = None,
    f: str | Activation = "sigmoid", g: str | Activation = "identity",
) -> MLP:
    return pretrain.autoencoder(W, b, c, V, f, f)


@mutant("reconstruction-cost-without-the-half", of="pretrain.reconstruction_cost",
        imitates="the half in front of the square is missing",
        killed_by=["test_the_cost_is_half_the_squared_distance_averaged_over_the_samples"])
def _(net: Net, X: ArrayLike) -> NDArray:
    return 2 * pretrain.reconstruction_cost(net, X)


@mutant("reconstruction-cost-of-an-entry", of="pretrain.reconstruction_cost",
        imitates="the mean runs over the entries, not over the samples",
        killed_by=["test_the_cost_is_half_the_squared_distance_averaged_over_the_samples"])
def _(net: Net, X: ArrayLike) -> NDArray:
    cost = pretrain.reconstruction_cost(net, X)
    return cost / cost.dtype.type(np.shape(X)[1])


@mutant("reconstruction-cost-of-no-samples", of="pretrain.reconstruction_cost", level="shape",
        imitates="no samples cost nothing, though they have no mean",
        killed_by=["test_no_samples_other_widths_and_ties_that_are_none_are_refused"])
def _(net: Net, X: ArrayLike) -> NDArray:
    return pretrain.reconstruction_cost(net, X) if len(np.asarray(X)) else np.zeros(())


@mutant("reconstruction-cost-always-float64", of="pretrain.reconstruction_cost", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_cost_and_gradients_keep_the_dtype_and_share_no_memory"])
def _(net: Net, X: ArrayLike) -> NDArray:
    return pretrain.reconstruction_cost(net, np.asarray(X, np.float64))


@mutant("reconstruction-gradients-decoder-only", of="pretrain.reconstruction_gradients",
        imitates="tied weights get the gradient of one of their two places: the encoder's is forgotten",
        killed_by=["test_the_gradient_of_tied_weights_is_the_slope_in_both_their_places",
                   "test_the_two_contributions_to_tied_weights_add"])
def _(net: Net, X: ArrayLike, tied: bool = False) -> Gradients:
    slopes = pretrain.reconstruction_gradients(net, X, tied)
    (_, db), (dV, dc) = pretrain.reconstruction_gradients(net, X)
    return [(dV.T.copy(), db), (dV, dc)] if tied else slopes


@mutant("reconstruction-gradients-mean-of-both", of="pretrain.reconstruction_gradients",
        imitates="the two contributions to tied weights are averaged, not added",
        killed_by=["test_the_gradient_of_tied_weights_is_the_slope_in_both_their_places",
                   "test_the_two_contributions_to_tied_weights_add"])
def _(net: Net, X: ArrayLike, tied: bool = False) -> Gradients:
    (dW, db), *rest = pretrain.reconstruction_gradients(net, X, tied)
    return [(dW / 2, db), (rest[0][0] / 2, rest[0][1])] if tied else [(dW, db), *rest]


@mutant("reconstruction-gradients-summed", of="pretrain.reconstruction_gradients",
        imitates="the gradients are summed over the samples, where the cost is their mean",
        killed_by=["test_the_gradients_are_the_slopes_of_the_cost"])
def _(net: Net, X: ArrayLike, tied: bool = False) -> Gradients:
    n = len(np.asarray(X))
    slopes = pretrain.reconstruction_gradients(net, X, tied)
    return [(dW * dW.dtype.type(n), None if db is None else db * db.dtype.type(n)) for dW, db in slopes]


@mutant("reconstruction-gradients-one-array-twice", of="pretrain.reconstruction_gradients", level="shape",
        imitates="both places of tied weights get one array and a view of it",
        killed_by=["test_cost_and_gradients_keep_the_dtype_and_share_no_memory"])
def _(net: Net, X: ArrayLike, tied: bool = False) -> Gradients:
    (dW, db), *rest = pretrain.reconstruction_gradients(net, X, tied)
    return [(dW, db), (dW.T, rest[0][1])] if tied else [(dW, db), *rest]


@mutant("reconstruction-bound-not-centred", of="pretrain.reconstruction_bound",
        imitates="the singular values are those of the data as they are, not of the centred ones",
        killed_by=["test_on_data_that_are_not_centred_their_own_singular_values_are_no_bound",
                   "test_the_place_of_the_cloud_does_not_matter"])
def _(X: ArrayLike, units: int) -> np.floating:
    bound = pretrain.reconstruction_bound(X, units)
    return bound.dtype.type((np.linalg.svd(np.asarray(X), compute_uv=False)[units:] ** 2).sum())


@mutant("reconstruction-bound-not-squared", of="pretrain.reconstruction_bound",
        imitates="the singular values are added without squares",
        killed_by=["test_the_bound_is_the_sum_of_the_lesser_squared_singular_values_of_the_centred_data",
                   "test_the_top_singular_directions_reach_the_bound"])
def _(X: ArrayLike, units: int) -> np.floating:
    bound, X = pretrain.reconstruction_bound(X, units), np.asarray(X)
    return bound.dtype.type(np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[units:].sum())


@mutant("reconstruction-bound-one-unit-less", of="pretrain.reconstruction_bound",
        imitates="the index starts at 1, so the least of the top values is counted as lost",
        killed_by=["test_no_linear_autoencoder_gets_below_the_lesser_singular_values",
                   "test_as_many_units_as_inputs_restore_everything"])
def _(X: ArrayLike, units: int) -> np.floating:
    bound, X = pretrain.reconstruction_bound(X, units), np.asarray(X)
    return bound.dtype.type((np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[units - 1 :] ** 2).sum())


@mutant("reconstruction-bound-always-float64", of="pretrain.reconstruction_bound", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_bound_and_optimum_keep_the_dtype_and_leave_the_samples_alone"])
def _(X: ArrayLike, units: int) -> np.floating:
    return pretrain.reconstruction_bound(np.asarray(X, np.float64), units)


@mutant("linear-autoencoder-without-the-mean", of="pretrain.linear_autoencoder",
        imitates="the biases are left out, so the cloud is restored around the origin",
        killed_by=["test_the_top_singular_directions_reach_the_bound", "test_the_place_of_the_cloud_does_not_matter",
                   "test_as_many_units_as_inputs_restore_everything"])
def _(X: ArrayLike, units: int) -> MLP:
    net = pretrain.linear_autoencoder(X, units)
    return MLP(net.weights, [0 * b for b in net.biases if b is not None], net.activations)


@mutant("linear-autoencoder-least-directions", of="pretrain.linear_autoencoder",
        imitates="the last directions are kept in place of the first, as eigh's rising order suggests",
        killed_by=["test_the_top_singular_directions_reach_the_bound"])
def _(X: ArrayLike, units: int) -> MLP:
    net, X = pretrain.linear_autoencoder(X, units), np.asarray(X)
    mean = X.mean(axis=0)
    W = np.linalg.svd(X - mean)[2][::-1][:units].astype(net.weights[0].dtype)
    return pretrain.autoencoder(W, -W @ mean, mean, f="identity")


def _walk(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float, loss: Loss, enough: float = 0.25,
    growth: float = 2.0, halvings: int = 64,
) -> tuple[MLP, NDArray]:
    """Go downhill as `fine_tune` does, with its constants as arguments."""
    (there, first), chosen = pretrain.fine_tune(net, X, targets, 0, learning_rate, loss), losses.loss(loss)
    costs, eta = first.tolist(), learning_rate
    for _ in range(steps):
        slopes = gradients(there, X, chosen.backward(1.0, output(there, X), targets))
        steepness = sum(float(np.square(g).sum()) for pair in slopes for g in pair if g is not None)
        for rate in eta * 0.5 ** np.arange(halvings):
            tried = MLP([W - rate * dW for W, (dW, _) in zip(there.weights, slopes, strict=True)],
                        [None if b is None or db is None else b - rate * db
                         for b, (_, db) in zip(there.biases, slopes, strict=True)], there.activations)
            with np.errstate(all="ignore"):
                ahead = float(chosen.f(output(tried, X), targets))
            if halvings == 1 or ahead <= costs[-1] - enough * rate * steepness:
                there, eta = tried, growth * float(rate)
                break
        else:
            ahead = costs[-1]
        costs.append(ahead)
    return _in_dtype(there, first.dtype), np.array(costs, first.dtype)


def _in_dtype(net: MLP, dtype: np.dtype) -> MLP:
    """Return a net with its numbers in this dtype."""
    return MLP([W.astype(dtype) for W in net.weights], [None if b is None else b.astype(dtype) for b in net.biases],
               net.activations)


@mutant("fine-tune-at-one-rate", of="pretrain.fine_tune",
        imitates="every step is taken at the first rate, however far uphill it leads",
        killed_by=["test_the_cost_never_rises_however_large_the_first_rate",
                   "test_each_step_tries_twice_the_last_rate_and_halves_it_until_the_cost_falls_enough"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float = 1.0, loss: Loss = "squared_error"
) -> tuple[MLP, NDArray]:
    return _walk(net, X, targets, steps, learning_rate, loss, growth=1.0, halvings=1)


@mutant("fine-tune-never-grows-again", of="pretrain.fine_tune",
        imitates="the rate is halved where needed and never doubled",
        killed_by=["test_each_step_tries_twice_the_last_rate_and_halves_it_until_the_cost_falls_enough"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float = 1.0, loss: Loss = "squared_error"
) -> tuple[MLP, NDArray]:
    return _walk(net, X, targets, steps, learning_rate, loss, growth=1.0)


@mutant("fine-tune-any-fall-will-do", of="pretrain.fine_tune",
        imitates="a step is taken as soon as the cost falls at all, and may hop from side to side for ever",
        killed_by=["test_a_step_that_only_just_falls_is_not_enough"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float = 1.0, loss: Loss = "squared_error"
) -> tuple[MLP, NDArray]:
    return _walk(net, X, targets, steps, learning_rate, loss, enough=1e-9)


@mutant("fine-tune-squares-whatever-the-loss", of="pretrain.fine_tune", level="shape",
        imitates="the loss that was asked for is not looked at, and labels are refused as targets",
        killed_by=["test_the_loss_is_chosen_by_name_and_averaged_over_the_samples"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float = 1.0, loss: Loss = "squared_error"
) -> tuple[MLP, NDArray]:
    return pretrain.fine_tune(net, X, targets, steps, learning_rate, "squared_error")


@mutant("fine-tune-the-last-layer-only", of="pretrain.fine_tune",
        imitates="the layers below are left frozen, as in pre-training",
        killed_by=["test_one_small_step_goes_down_the_slope_of_the_mean_cost"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float = 1.0, loss: Loss = "squared_error"
) -> tuple[MLP, NDArray]:
    start, _ = pretrain.fine_tune(net, X, targets, 0, learning_rate, loss)
    tuned, costs = pretrain.fine_tune(net, X, targets, steps, learning_rate, loss)
    weights, biases = [*start.weights[:-1], tuned.weights[-1]], [*start.biases[:-1], tuned.biases[-1]]
    return MLP(weights, biases, start.activations), costs


@mutant("fine-tune-costs-summed", of="pretrain.fine_tune",
        imitates="the costs that are handed out are sums over the samples",
        killed_by=["test_the_cost_never_rises_however_large_the_first_rate",
                   "test_the_loss_is_chosen_by_name_and_averaged_over_the_samples",
                   "test_fine_tuning_starts_from_the_stacked_weights"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float = 1.0, loss: Loss = "squared_error"
) -> tuple[MLP, NDArray]:
    tuned, costs = pretrain.fine_tune(net, X, targets, steps, learning_rate, loss)
    return tuned, costs * costs.dtype.type(len(np.asarray(X)))


@mutant("fine-tune-shaken", of="pretrain.fine_tune",
        imitates="a little noise is added to the weights at the start, so a net at the bottom leaves it",
        killed_by=["test_at_the_bottom_and_on_a_plateau_the_net_stays",
                   "test_fine_tuning_starts_from_the_stacked_weights"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float = 1.0, loss: Loss = "squared_error"
) -> tuple[MLP, NDArray]:
    rng = np.random.default_rng(0)
    shaken = MLP([W + 1e-3 * rng.standard_normal(np.shape(W)).astype(np.asarray(W).dtype) for W in as_mlp(net).weights],
                 net.biases, net.activations)
    return pretrain.fine_tune(shaken, X, targets, steps, learning_rate, loss)


@mutant("fine-tune-stops-halfway", of="pretrain.fine_tune",
        imitates="one step in ten is taken, and the cost of the others is written down again",
        killed_by=["test_gradient_descent_finds_the_best_linear_autoencoder"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float = 1.0, loss: Loss = "squared_error"
) -> tuple[MLP, NDArray]:
    tuned, costs = pretrain.fine_tune(net, X, targets, -(-steps // 10), learning_rate, loss)
    return tuned, np.repeat(costs, [1, *[10] * (len(costs) - 1)])[: steps + 1]


@mutant("fine-tune-always-float64", of="pretrain.fine_tune", level="shape",
        imitates="float32 is silently promoted to float64",
        killed_by=["test_the_trained_net_has_the_common_dtype_and_the_arguments_stay"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, learning_rate: float = 1.0, loss: Loss = "squared_error"
) -> tuple[MLP, NDArray]:
    return pretrain.fine_tune(net, np.asarray(X, np.float64), targets, steps, learning_rate, loss)


@mutant("supervised-shows-the-samples-themselves", of="pretrain.supervised", level="shape",
        imitates="every stage is shown the samples, not what the frozen layers make of them",
        killed_by=["test_a_stage_is_shown_what_the_finished_net_makes_of_the_samples_below_it"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, rng: Rng, learning_rate: float = 1.0,
    loss: Loss = "squared_error",
) -> tuple[MLP, list[Stage]]:
    stack, stages = pretrain.supervised(net, X, targets, steps, rng, learning_rate, loss)
    return stack, [stage._replace(inputs=stages[0].inputs.copy()) for stage in stages]


@mutant("supervised-untrained-below", of="pretrain.supervised",
        imitates="the stack is made of the layers as they were before their stage",
        killed_by=["test_the_stack_is_made_of_the_trained_hidden_layers_and_the_last_head",
                   "test_a_stage_is_shown_what_the_finished_net_makes_of_the_samples_below_it"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, rng: Rng, learning_rate: float = 1.0,
    loss: Loss = "squared_error",
) -> tuple[MLP, list[Stage]]:
    stages = pretrain.supervised(net, X, targets, steps, rng, learning_rate, loss)[1]
    return pretrain.supervised(net, X, targets, 0, rng, learning_rate, loss)[0], stages


@mutant("supervised-keeps-the-old-head", of="pretrain.supervised",
        imitates="the net's own output layer is put on the stack as it was, not as the last stage left it",
        killed_by=["test_the_stack_is_made_of_the_trained_hidden_layers_and_the_last_head",
                   "test_fine_tuning_starts_from_the_stacked_weights"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, rng: Rng, learning_rate: float = 1.0,
    loss: Loss = "squared_error",
) -> tuple[MLP, list[Stage]]:
    stack, stages = pretrain.supervised(net, X, targets, steps, rng, learning_rate, loss)
    old = pretrain.supervised(net, X, targets, 0, rng, learning_rate, loss)[0]
    return MLP([*stack.weights[:-1], old.weights[-1]], [*stack.biases[:-1], old.biases[-1]], stack.activations), stages


@mutant("supervised-one-seed-for-all", of="pretrain.supervised",
        imitates="the seed is not handed on, so the heads are always the same",
        killed_by=["test_the_seed_of_the_heads_decides_the_result"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, rng: Rng, learning_rate: float = 1.0,
    loss: Loss = "squared_error",
) -> tuple[MLP, list[Stage]]:
    return pretrain.supervised(net, X, targets, steps, 0, learning_rate, loss)


@mutant("supervised-trains-without-being-asked", of="pretrain.supervised",
        imitates="at least one step is taken, since a loop's body comes before its test",
        killed_by=["test_without_steps_the_net_is_handed_back"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, rng: Rng, learning_rate: float = 1.0,
    loss: Loss = "squared_error",
) -> tuple[MLP, list[Stage]]:
    stack, stages = pretrain.supervised(net, X, targets, max(steps, 1), rng, learning_rate, loss)
    return stack, [stage._replace(costs=stage.costs[: steps + 1]) for stage in stages]


@mutant("supervised-costs-backwards", of="pretrain.supervised",
        imitates="each new cost is put in front of the list, so the curve rises",
        killed_by=["test_no_stage_cost_ever_rises",
                   "test_every_stage_is_a_net_of_two_layers_trained_on_the_original_targets"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, rng: Rng, learning_rate: float = 1.0,
    loss: Loss = "squared_error",
) -> tuple[MLP, list[Stage]]:
    stack, stages = pretrain.supervised(net, X, targets, steps, rng, learning_rate, loss)
    return stack, [stage._replace(costs=stage.costs[::-1].copy()) for stage in stages]


@mutant("supervised-reads-nan-as-zero", of="pretrain.supervised", level="shape",
        imitates="a sample that is not finite is filled up with zeros instead of refused",
        killed_by=["test_a_net_without_hidden_layers_no_samples_or_nan_is_refused"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, rng: Rng, learning_rate: float = 1.0,
    loss: Loss = "squared_error",
) -> tuple[MLP, list[Stage]]:
    X = np.asarray(X)
    return pretrain.supervised(net, np.nan_to_num(X), targets, steps, rng, learning_rate, loss)


@mutant("unsupervised-with-the-labels", of="pretrain.unsupervised", level="shape",
        imitates="the hidden layers are trained on the task, labels and all, as in the supervised kind",
        killed_by=["test_labels_are_not_used_below_the_last_hidden_layer",
                   "test_hidden_layers_but_the_last_learn_to_restore_their_own_input"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, rng: Rng, learning_rate: float = 1.0,
    loss: Loss = "squared_error", tied: bool = False,
) -> tuple[MLP, list[Stage]]:
    pretrain.unsupervised(net, X, targets, steps, rng, learning_rate, loss, tied)
    return pretrain.supervised(net, X, targets, steps, rng, learning_rate, loss)


@mutant("unsupervised-never-tied", of="pretrain.unsupervised",
        imitates="the option is taken and not handed on: decoders have weights of their own",
        killed_by=["test_hidden_layers_but_the_last_learn_to_restore_their_own_input"])
def _(
    net: Net, X: ArrayLike, targets: ArrayLike, steps: int, rng: Rng, learning_rate: float = 1.0,
    loss: Loss = "squared_error", tied: bool = False,
) -> tuple[MLP, list[Stage]]:
    return pretrain.unsupervised(net, X, targets, steps, rng, learning_rate, loss, False)
