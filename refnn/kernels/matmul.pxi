def matmul(const real[:, :] a, const real[:, :] b, const real[::1] bias, bint relu, real[:, ::1] c):
    """c = a @ b (+ bias on every row) (cut at zero); a (m, d), b (d, n), c (m, n), any strides in a and b.

    A tile wants rows that run along k. Those of A do if it lies row by row, the columns of B if B is the transpose of
    such a matrix, as the weights are in X W^T: then C^T = B^T A^T is computed, and stored transposed. So it is the
    smaller factor, the samples, that is rearranged.
    """
    cdef Py_ssize_t m = a.shape[0], d = a.shape[1], n = b.shape[1], number = sizeof(real)
    cdef Py_ssize_t a_row = a.strides[0] // number, a_step = a.strides[1] // number
    cdef Py_ssize_t b_column = b.strides[1] // number, b_step = b.strides[0] // number
    cdef const real* a_first = &a[0, 0] if m and d else NULL
    cdef const real* b_first = &b[0, 0] if d and n else NULL
    cdef real* start
    if b.shape[0] != d or c.shape[0] != m or c.shape[1] != n or (bias is not None and bias.shape[0] != n):
        raise ValueError("matmul: shapes do not fit")
    if m == 0 or n == 0:
        return
    if b_step == 1 and (n > m or a_step != 1):
        start = starts(bias, n, width_for(m), False, a_first)
        product(n, m, d, b_first, b_column, b_step, a_first, a_row, a_step, start, TILE, 0, relu, &c[0, 0], 1, n)
    else:
        start = starts(bias, n, width_for(n), True, a_first)
        product(m, n, d, a_first, a_row, a_step, b_first, b_column, b_step, start, 0, TILE, relu, &c[0, 0], n, 1)
    free(start)


cdef int product(Py_ssize_t m, Py_ssize_t n, Py_ssize_t d, const real* a, Py_ssize_t a_row, Py_ssize_t a_step,
                 const real* b, Py_ssize_t b_column, Py_ssize_t b_step, const real* start, Py_ssize_t start_row,
                 Py_ssize_t start_column, bint relu, real* c, Py_ssize_t c_row, Py_ssize_t c_column) except -1:
    """c = start + a b, in blocks: meanwhile a panel of B stays in the first cache, rows of A in the second.

    `start_row` and `start_column` are the steps from tile to tile of `start`, down and across.
    """
    cdef Py_ssize_t width = width_for(n), height = height_of(width), blocks = max(1, panels(d, DEPTH))
    cdef Py_ssize_t deepest = min(max(d, 1), DEPTH), b_numbers = panels(n, width) * width * deepest
    cdef Py_ssize_t block, k, p, q, r, i, depth, tall, row, full, columns
    cdef real* b_packed = room(b_numbers + (0 if a_step == 1 else min(m, HEIGHT) * deepest), b)
    cdef real* a_packed = b_packed + b_numbers
    cdef const real* first
    cdef const real* begin
    cdef real* here
    cdef real sums[TILE]
    cdef Py_ssize_t rows[NARROW_ROWS]
    with nogil:
        for i in range(TILE):
            sums[i] = 0
        for block in range(blocks):
            k = block * DEPTH
            depth = min(DEPTH, d - k)
            pack_columns(n, depth, b + k * b_step, b_column, b_step, width, b_packed)
            for r in range(panels(m, HEIGHT)):
                tall = min(HEIGHT, m - r * HEIGHT)
                first, row = a + r * HEIGHT * a_row + k * a_step, a_row
                if a_step != 1:
                    pack_rows(tall, depth, first, a_row, a_step, a_packed)
                    first, row = a_packed, depth
                for q in range(panels(n, width)):
                    columns = min(width, n - q * width)
                    for p in range(panels(tall, height)):
                        full = min(height, tall - p * height)
                        for i in range(height):  # past the last row the last one is read again, and not stored
                            rows[i] = (p * height + min(i, full - 1)) * row
                        i = r * HEIGHT + p * height
                        here = c + i * c_row + q * width * c_column
                        begin = start + i // height * start_row + q * start_column
                        if block:
                            load(width, sums, full, columns, here, c_row, c_column)
                            begin = sums
                        tile(width, depth, first, rows, b_packed + q * width * depth, begin, sums)
                        store(width, sums, full, columns, here, c_row, c_column, relu and block == blocks - 1)
        free(b_packed)
    return 0
