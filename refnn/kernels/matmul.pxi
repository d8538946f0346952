def matmul(const real[:, :] a, const real[:, :] b, const real[::1] bias, bint relu, real[:, ::1] c):
    """c = a @ b (+ bias on every row) (cut at zero); a (m, d), b (d, n), c (m, n), any strides in a and b.

    Blocks of k keep a panel of B in the first cache; transposes cost nothing, since packing reads through any strides.
    """
    cdef Py_ssize_t m = a.shape[0], d = a.shape[1], n = b.shape[1], depth, height, block, i, k, p, q
    cdef Py_ssize_t a_line = a.strides[0] // <Py_ssize_t>sizeof(real), a_step = a.strides[1] // <Py_ssize_t>sizeof(real)
    cdef Py_ssize_t b_line = b.strides[1] // <Py_ssize_t>sizeof(real), b_step = b.strides[0] // <Py_ssize_t>sizeof(real)
    cdef Py_ssize_t blocks = max(1, panels(d, DEPTH)), deepest = min(max(d, 1), DEPTH)
    cdef const real* a_first = &a[0, 0] if m and d else NULL
    cdef const real* b_first = &b[0, 0] if d and n else NULL
    cdef const real* beta = &bias[0] if bias is not None and n else NULL
    cdef real sums[TILE]
    if b.shape[0] != d or c.shape[0] != m or c.shape[1] != n or (bias is not None and bias.shape[0] != n):
        raise ValueError("matmul: shapes do not fit")
    if m == 0 or n == 0:
        return
    cdef Py_ssize_t a_lines = panels(min(m, HEIGHT), ROWS) * ROWS, b_lines = panels(n, COLUMNS) * COLUMNS
    cdef real* a_packed = room((a_lines + b_lines) * deepest, a_first)
    cdef real* b_packed = a_packed + a_lines * deepest
    with nogil:
        for block in range(blocks):
            k = block * DEPTH
            depth = min(DEPTH, d - k)
            pack(n, depth, COLUMNS, b_first + k * b_step, b_line, b_step, b_packed)
            for i in range(panels(m, HEIGHT)):
                height = min(HEIGHT, m - i * HEIGHT)
                pack(height, depth, ROWS, a_first + i * HEIGHT * a_line + k * a_step, a_line, a_step, a_packed)
                for q in range(panels(n, COLUMNS)):
                    for p in range(panels(height, ROWS)):
                        tile(depth, a_packed + p * ROWS * depth, b_packed + q * COLUMNS * depth, sums)
                        store(sums, min(ROWS, height - p * ROWS), min(COLUMNS, n - q * COLUMNS),
                              &c[i * HEIGHT + p * ROWS, q * COLUMNS], n, block == 0, block == blocks - 1,
                              beta + q * COLUMNS if beta != NULL else NULL, relu)
        free(a_packed)
