def perceptron_pass(const real[:, ::1] X, const real[::1] y, double learning_rate, real[::1] w):
    """On every mistake, y w.x <= 0, add y x to w (PERC-02); return the number of mistakes."""
    cdef Py_ssize_t i, j, mistakes = 0, features = X.shape[1]
    cdef real* weights = &w[0] if features else NULL
    cdef real score, step
    if y.shape[0] != X.shape[0] or w.shape[0] != X.shape[1]:
        raise ValueError("perceptron_pass: shapes do not fit")
    with nogil:
        for i in range(X.shape[0]):
            score = dot(features, weights, &X[i, 0]) if features else 0
            if y[i] * score <= 0:
                mistakes += 1
                step = <real>learning_rate * y[i]
                for j in range(features):
                    weights[j] += step * X[i, j]
    return mistakes
