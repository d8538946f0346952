"""The optimizers' updates: each rule of `refnn.optimizers` in one pass over the numbers, in place, to the same bits.

NumPy walks through whole arrays, one operation at a time, and memory is what it waits for. Here every number is read
once, updated in registers and written once. The order of the operations is that of the rule, none is contracted, and
the settings are rounded to the dtype of the numbers as NumPy rounds them.
"""


def sgd(real[::1] w, const real[::1] g, double learning_rate):
    """w <- w - eta g (GD-01)."""
    cdef Py_ssize_t i
    cdef real eta = learning_rate
    alike(w.shape[0], g.shape[0], w.shape[0], w.shape[0])
    with nogil:
        for i in range(w.shape[0]):
            w[i] = w[i] - eta * g[i]


def momentum(real[::1] w, const real[::1] g, real[::1] v, double learning_rate, double momentum, bint nesterov):
    """v <- mu v + g; w <- w - eta v, or with Nesterov w <- w - eta (g + mu v) (OPT-13)."""
    cdef Py_ssize_t i
    cdef real eta = learning_rate, mu = momentum
    alike(w.shape[0], g.shape[0], v.shape[0], v.shape[0])
    with nogil:
        if nesterov:
            for i in range(w.shape[0]):
                v[i] = mu * v[i] + g[i]
                w[i] = w[i] - eta * (g[i] + mu * v[i])
        else:
            for i in range(w.shape[0]):
                v[i] = mu * v[i] + g[i]
                w[i] = w[i] - eta * v[i]


def adagrad(real[::1] w, const real[::1] g, real[::1] v, double learning_rate, double epsilon):
    """v <- v + g^2; w <- w - eta g / (sqrt(v) + epsilon) (OPT-01)."""
    cdef Py_ssize_t i
    cdef real eta = learning_rate, tiny = epsilon
    alike(w.shape[0], g.shape[0], v.shape[0], v.shape[0])
    with nogil:
        for i in range(w.shape[0]):
            v[i] = v[i] + g[i] * g[i]
            w[i] = w[i] - eta * over(g[i], root(v[i]) + tiny)


def rmsprop(real[::1] w, const real[::1] g, real[::1] v, double learning_rate, double rho, double epsilon):
    """v <- rho v + (1 - rho) g^2; w <- w - eta g / (sqrt(v) + epsilon) (OPT-02)."""
    cdef Py_ssize_t i
    cdef real eta = learning_rate, tiny = epsilon, keep = rho, add = 1 - rho
    alike(w.shape[0], g.shape[0], v.shape[0], v.shape[0])
    with nogil:
        for i in range(w.shape[0]):
            v[i] = keep * v[i] + add * g[i] * g[i]
            w[i] = w[i] - eta * over(g[i], root(v[i]) + tiny)


def adadelta(real[::1] w, const real[::1] g, real[::1] v, real[::1] d, double rho, double epsilon):
    """v <- rho v + (1 - rho) g^2; delta = -sqrt(d + epsilon) / sqrt(v + epsilon) g; d and w follow (OPT-03)."""
    cdef Py_ssize_t i
    cdef real delta, tiny = epsilon, keep = rho, add = 1 - rho
    alike(w.shape[0], g.shape[0], v.shape[0], d.shape[0])
    with nogil:
        for i in range(w.shape[0]):
            v[i] = keep * v[i] + add * g[i] * g[i]
            delta = -over(root(d[i] + tiny) * g[i], root(v[i] + tiny))
            d[i] = keep * d[i] + add * delta * delta
            w[i] = w[i] + delta


def adam(real[::1] w, const real[::1] g, real[::1] m, real[::1] v, double learning_rate, double beta1, double beta2,
         double first, double second, double epsilon):
    """m <- beta1 m + (1 - beta1) g, v likewise of g^2; w <- w - alpha m_hat / (sqrt(v_hat) + epsilon) (OPT-04).

    `first` and `second` are 1 - beta1^t and 1 - beta2^t, by which the means are corrected.
    """
    cdef Py_ssize_t i
    cdef real alpha = learning_rate, tiny = epsilon, c1 = first, c2 = second
    cdef real keep1 = beta1, add1 = 1 - beta1, keep2 = beta2, add2 = 1 - beta2
    alike(w.shape[0], g.shape[0], m.shape[0], v.shape[0])
    with nogil:
        for i in range(w.shape[0]):
            m[i] = keep1 * m[i] + add1 * g[i]
            v[i] = keep2 * v[i] + add2 * g[i] * g[i]
            w[i] = w[i] - alpha * over(m[i] / c1, root(v[i] / c2) + tiny)


cdef inline real over(real a, real b) noexcept nogil:
    """Return a / b, where 0 / 0 counts as 0."""
    return a / (1 if b == 0 else b)


cdef inline real root(real x) noexcept nogil:
    """Return the square root, in the precision of x."""
    if real is float:
        return sqrtf(x)
    else:
        return sqrt(x)


cdef int alike(Py_ssize_t w, Py_ssize_t g, Py_ssize_t v, Py_ssize_t d) except -1:
    """Refuse arrays of different lengths."""
    if not (w == g == v == d):
        raise ValueError("kernels: shapes do not fit")
    return 0
