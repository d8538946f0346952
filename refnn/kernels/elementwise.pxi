"""What is done to every number once: no sums cross from one to another, so nothing is read twice."""


cdef enum:
    PIECE = 16384  # numbers for one thread at a time


def relu_backward(const real[::1] upstream, const real[::1] z, real[::1] out):
    """out = upstream times 1 where z is positive, 0 where it is not, NaN where it is none (ACT-08)."""
    cdef Py_ssize_t piece, count = z.shape[0]
    if upstream.shape[0] != count or out.shape[0] != count:
        raise ValueError("relu_backward: shapes do not fit")
    if count:
        with nogil:
            if threads > 1 and count > WORTH // 2:
                for piece in prange(panels(count, PIECE), schedule="static", num_threads=threads):
                    through(min(PIECE, count - piece * PIECE), &upstream[0] + piece * PIECE, &z[0] + piece * PIECE,
                            &out[0] + piece * PIECE)
            else:
                through(count, &upstream[0], &z[0], &out[0])


cdef void through(Py_ssize_t count, const real* upstream, const real* z, real* out) noexcept nogil:
    """Let so many gradients through, or not."""
    cdef Py_ssize_t i
    cdef real slope
    for i in range(count):
        slope = 0 if z[i] <= 0 else z[i]
        slope = 1 if slope > 0 else slope
        out[i] = upstream[i] * slope


def sum_rows(const real[:, ::1] x, real[::1] out):
    """out_j = sum over i of x_ij: the gradient of a bias, which every sample and every pixel shares.

    Short rows are added up several at a time, as one long row that fills vectors.
    """
    cdef Py_ssize_t i, j, columns = x.shape[1], rows = x.shape[0]
    if out.shape[0] != columns:
        raise ValueError("sum_rows: shapes do not fit")
    if columns == 0:
        return
    cdef Py_ssize_t together = max(1, 64 // columns), length = together * columns, whole = rows // together
    cdef real* sums = room(length, &out[0])
    cdef const real* row = &x[0, 0] if rows else NULL
    with nogil:
        for j in range(length):
            sums[j] = 0
        for i in range(whole):
            for j in range(length):
                sums[j] += row[i * length + j]
        for j in range((rows - whole * together) * columns):
            sums[j] += row[whole * length + j]
        for j in range(columns):
            out[j] = 0
            for i in range(together):
                out[j] += sums[i * columns + j]
        leave(sums)
