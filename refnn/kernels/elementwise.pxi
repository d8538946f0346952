"""What is done to every number once: no sums cross from one to another, so nothing is read twice."""


def relu_backward(const real[::1] upstream, const real[::1] z, real[::1] out):
    """out = upstream times 1 where z is positive, 0 where it is not, NaN where it is none (ACT-08)."""
    cdef Py_ssize_t i
    cdef real slope
    if upstream.shape[0] != z.shape[0] or out.shape[0] != z.shape[0]:
        raise ValueError("relu_backward: shapes do not fit")
    with nogil:
        for i in range(z.shape[0]):
            slope = 0 if z[i] <= 0 else z[i]
            slope = 1 if slope > 0 else slope
            out[i] = upstream[i] * slope


def sum_rows(const real[:, ::1] x, real[::1] out):
    """out_j = sum over i of x_ij: the gradient of a bias, which every sample and every pixel shares."""
    cdef Py_ssize_t i, j
    if out.shape[0] != x.shape[1]:
        raise ValueError("sum_rows: shapes do not fit")
    with nogil:
        for j in range(out.shape[0]):
            out[j] = 0
        for i in range(x.shape[0]):
            for j in range(out.shape[0]):
                out[j] += x[i, j]
