import numpy as np

from refnn.optimizers import (
    SGD,
    VSGD,
    Adadelta,
    Adagrad,
    Adam,
    AdaSecant,
    Momentum,
    Optimizer,
    RMSprop,
    adam_step_bound,
    best_gamma,
    best_rate,
    corrected_gradient,
    expected_square_distance,
    optimizer,
    secant_rate,
)

SOME, MORE = np.array([[1.0, 2, 0.5], [3, 0.25, 1]]), np.array([[2.0, 1, 4], [0.5, 1, 2]])

VALID = {
    "adam_step_bound": (3, 0.5),
    "best_gamma": (SOME, MORE, np.array([1.0, 2, 3])),
    "best_rate": (SOME, MORE, SOME),
    "corrected_gradient": (SOME, MORE, SOME),
    "expected_square_distance": (SOME, MORE, SOME, MORE),
    "optimizer": ("adam",),
    "secant_rate": (SOME, MORE, SOME, 0.25),
}

NO_ARRAYS = ["adam_step_bound", "optimizer"]


def w(*shape, dtype=np.float64):
    return np.ones(shape, dtype)


def windows(array, size):
    """Return all windows of a vector as rows that can be written to, though they overlap."""
    return np.lib.stride_tricks.sliding_window_view(array, size, writeable=True)


def read_only(array):
    array.flags.writeable = False
    return array


def stepped(rule, params):
    rule.step(params, [np.ones(p.shape) for p in params])
    return rule


def restored(rule, **changes):
    rule.restore({**rule.state(), **changes})


whole = w(4, 3)

REFUSED = [
    ("Momentum.restore", lambda: Momentum(0.1).restore({**Momentum(0.1).state(), "v": 3}), TypeError, r"state\['v'\]: expected a list, got 3"),
    ("Optimizer", lambda: Optimizer(), TypeError, "abstract class Optimizer .*rule"),
    ("SGD", lambda: SGD(), TypeError, "learning_rate"),
    ("SGD", lambda: SGD(-0.1), ValueError, "learning_rate: expected a number not below 0, got -0.1"),
    ("SGD", lambda: SGD(np.nan), ValueError, "learning_rate: expected a finite number"),
    ("SGD", lambda: SGD("0.1"), TypeError, "learning_rate: expected a number, got '0.1'"),
    ("SGD", lambda: setattr(SGD(0.1), "learning_rate", np.inf), ValueError, "learning_rate: expected a finite number"),
    ("SGD", lambda: setattr(SGD(0.1), "rate", 1), AttributeError, "SGD has no setting 'rate': it has learning_rate"),
    ("Momentum", lambda: Momentum(0.1, momentum=1), ValueError, r"momentum: expected a number in \[0, 1\), got 1"),
    ("Momentum", lambda: Momentum(0.1, nesterov=1), TypeError, "nesterov: expected True or False, got 1"),
    ("Adagrad", lambda: Adagrad(0.1, epsilon=-1e-8), ValueError, "epsilon: expected a number not below 0"),
    ("RMSprop", lambda: RMSprop(0.1, rho=1.0), ValueError, r"rho: expected a number in \[0, 1\), got 1.0"),
    ("Adadelta", lambda: Adadelta(rho=-0.5), ValueError, "rho: expected a number in"),
    ("Adadelta", lambda: setattr(Adadelta(), "learning_rate", 1), AttributeError, "Adadelta has no setting 'learning_rate': it has rho, epsilon"),
    ("Adam", lambda: Adam(beta1=1), ValueError, "beta1: expected a number in"),
    ("Adam", lambda: Adam(beta2=1.5), ValueError, "beta2: expected a number in"),
    ("adam_step_bound", lambda: adam_step_bound(0), ValueError, "t: expected at least 1, got 0"),
    ("adam_step_bound", lambda: adam_step_bound(1, beta2=0), ValueError, "beta2: expected a number above 0"),
    ("optimizer", lambda: optimizer("adamw"), ValueError, "optimizer: expected one of adadelta, adagrad, adam, adasecant, momentum, rmsprop, sgd, vsgd, got 'adamw'"),
    ("AdaSecant", lambda: AdaSecant(gamma_max=-1), ValueError, "gamma_max: expected a number not below 0, got -1"),
    ("AdaSecant", lambda: AdaSecant(rho=1), ValueError, r"rho: expected a number in \[0, 1\), got 1"),
    ("VSGD", lambda: VSGD(0), ValueError, "warmup: expected at least 1, got 0"),
    ("VSGD", lambda: VSGD(1.5), TypeError, "warmup: expected a whole number, got 1.5"),
    ("VSGD", lambda: VSGD(overestimate=0), ValueError, "overestimate: expected a number above 0, got 0"),
    ("VSGD.step", lambda: VSGD().step([w(2)], [w(2)]), ValueError, "curvature: VSGD needs the second derivatives .*backprop.curvature gives them"),
    ("VSGD.step", lambda: VSGD().step([w(2)], [w(2)], w(2)), TypeError, "curvature: expected a list of arrays, got ndarray"),
    ("VSGD.step", lambda: VSGD().step([w(2)], [w(2)], []), ValueError, "curvature: expected one for each of the 1 parameters, got 0"),
    ("VSGD.step", lambda: VSGD().step([w(2)], [w(2)], [w(3)]), ValueError, r"curvature\[0\]: expected shape \(2,\), got \(3,\)"),
    ("VSGD.step", lambda: VSGD().step([whole], [w(4, 3)], [whole]), ValueError, r"params\[0\]: shares memory with curvature\[0\]"),
    ("best_gamma", lambda: best_gamma([], [], 0), ValueError, "g: expected at least one row of draws"),
    ("best_gamma", lambda: best_gamma(SOME, MORE.T, [1, 2, 3]), ValueError, r"g_next: expected shape \(2, 3\), got \(3, 2\)"),
    ("best_gamma", lambda: best_gamma(SOME, MORE, 0), ValueError, r"mean: expected shape \(3,\), got \(\)"),
    ("best_rate", lambda: best_rate(1, 1, 0), ValueError, "curvature: expected positive numbers, got 0"),
    ("best_rate", lambda: best_rate(SOME, 1, 1), ValueError, r"spread: expected shape \(2, 3\), got \(\)"),
    ("corrected_gradient", lambda: corrected_gradient(1, 2, -0.5), ValueError, "gamma: expected numbers not below 0, got -0.5"),
    ("expected_square_distance", lambda: expected_square_distance(1, SOME, 1, 1), ValueError, r"distance: expected shape \(\), got \(2, 3\)"),
    ("secant_rate", lambda: secant_rate(-1, 1, 0), ValueError, "expected mean squares not below 0, got a negative one"),
    ("secant_rate", lambda: secant_rate(1, 1, 0, epsilon=-1), ValueError, "epsilon: expected a number not below 0"),
    # the parameters
    ("Adam.step", lambda: Adam().step(w(2), w(2)), TypeError, "params: expected a list of arrays, got ndarray"),
    ("Adam.step", lambda: Adam().step([[1.0, 2]], [w(2)]), TypeError, r"params\[0\]: expected an array to update in place, got list"),
    ("Adam.step", lambda: Adam().step([w(3), w(2, dtype=int)], [w(3), w(2)]), TypeError, r"params\[1\]: expected float32 or float64, got dtype int64"),
    ("Adam.step", lambda: Adam().step([w(2, dtype=np.float16)], [w(2)]), TypeError, r"params\[0\]: .*got dtype float16"),
    ("Adam.step", lambda: Adam().step([w(3), read_only(w(2))], [w(3), w(2)]), ValueError, r"params\[1\]: .*read-only"),
    ("Adam.step", lambda: Adam().step([whole[:3], whole[2:]], [w(3, 3), w(2, 3)]), ValueError, r"params\[1\]: shares memory with params\[0\]"),
    ("Adam.step", lambda: Adam().step([windows(w(4), 3)], [w(2, 3)]), ValueError, r"params\[0\]: shares memory with itself: 6 numbers in room for 4"),
    ("Adam.step", lambda: Adam().step([whole], [whole]), ValueError, r"params\[0\]: shares memory with grads\[0\]"),
    ("Adam.step", lambda: stepped(Adam(), [w(2, 3)]).step([w(3, 2)], [w(3, 2)]), ValueError, r"params: expected \[\(2, 3\) float64\] as in the first step, got \[\(3, 2\) float64\]"),
    ("SGD.step", lambda: stepped(SGD(0.1), [w(2)]).step([w(2), w(3)], [w(2), w(3)]), ValueError, r"params: expected \[\(2,\) float64\] as in the first step"),
    ("SGD.step", lambda: stepped(SGD(0.1), [w(2)]).step([w(2, dtype=np.float32)], [w(2)]), ValueError, r"got \[\(2,\) float32\]"),
    # the gradients
    ("Adam.step", lambda: Adam().step([w(2)], w(1, 2)), TypeError, "grads: expected a list of arrays, got ndarray"),
    ("Adam.step", lambda: Adam().step([w(2), w(3)], [w(2)]), ValueError, "grads: expected one for each of the 2 parameters, got 1"),
    ("Adam.step", lambda: Adam().step([w(2, 3)], [w(3)]), ValueError, r"grads\[0\]: expected shape \(2, 3\), got \(3,\)"),
    ("Adam.step", lambda: Adam().step([w(2)], [1.0]), ValueError, r"grads\[0\]: expected shape \(2,\), got \(\)"),
    ("Adam.step", lambda: Adam().step([w(2)], [w(2, dtype=complex)]), TypeError, r"grads\[0\]: expected float32, float64"),
    ("Adam.step", lambda: Adam().step([w(2)], [None]), TypeError, r"grads\[0\]: expected float32, float64"),
    # the state
    ("Adam.restore", lambda: Adam().restore(None), TypeError, "state: expected the dict that state"),
    ("Adam.restore", lambda: Adam().restore(RMSprop(0.1).state()), ValueError, "state: expected that of adam with .*got that of rmsprop"),
    ("RMSprop.restore", lambda: RMSprop(0.1).restore({}), ValueError, r"state: expected that of rmsprop with .*got that of None"),
    ("Adam.restore", lambda: restored(Adam(), t=-1), ValueError, r"state\['t'\]: expected at least 0"),
    ("Adam.restore", lambda: restored(Adam(), beta1=2), ValueError, "beta1: expected a number in"),
    ("Adam.restore", lambda: restored(Adam(), m=[w(2)], v=[w(3)]), ValueError, r"state: expected equal shapes in m and v, got .*\(2,\) float64.*\(3,\) float64"),
    ("Adam.restore", lambda: restored(stepped(Adam(), [w(2)]), m=[]), ValueError, "state: expected equal shapes in m and v"),
]
