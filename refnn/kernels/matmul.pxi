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
    leave(start)


cdef int product(Py_ssize_t m, Py_ssize_t n, Py_ssize_t d, const real* a, Py_ssize_t a_row, Py_ssize_t a_step,
                 const real* b, Py_ssize_t b_column, Py_ssize_t b_step, const real* start, Py_ssize_t start_row,
                 Py_ssize_t start_column, bint relu, real* c, Py_ssize_t c_row, Py_ssize_t c_column) except -1:
    """c = start + a b, in blocks: meanwhile a panel of B stays in the first cache, rows of A in the second.

    `start_row` and `start_column` are the steps from tile to tile of `start`, down and across.
    """
    cdef Py_ssize_t width = width_for(n), height = height_of(width), most = DEPTH * sizeof(double) // sizeof(real)
    cdef Py_ssize_t blocks = max(1, panels(d, most)), deepest = min(max(d, 1), most), wide_panels = panels(n, width)
    cdef Py_ssize_t block, k, p, r, depth, tall, row, count
    cdef bint many = threads > 1 and m * n * d > WORTH
    cdef real least
    cdef real* b_packed = room(wide_panels * width * deepest + (0 if a_step == 1 else min(m, HEIGHT) * deepest), b)
    cdef real* a_packed = b_packed + wide_panels * width * deepest
    cdef const real* first
    cdef const real* begin
    cdef real* target
    with nogil:
        for block in range(blocks):
            k = block * most
            depth = min(most, d - k)
            least = 0 if relu and block == blocks - 1 else -INFINITY
            pack_columns(n, depth, b + k * b_step, b_column, b_step, width, b_packed)
            for r in range(panels(m, HEIGHT)):
                tall = min(HEIGHT, m - r * HEIGHT)
                first, row = a + r * HEIGHT * a_row + k * a_step, a_row
                if a_step != 1:
                    pack_rows(tall, depth, first, a_row, a_step, a_packed)
                    first, row = a_packed, depth
                begin, target = start + r * HEIGHT // height * start_row, c + r * HEIGHT * c_row
                count = wide_panels * panels(tall, height)
                if many:
                    for p in prange(threads, schedule="static", num_threads=threads):
                        places(p * count // threads, (p + 1) * count // threads, depth, first, row, tall, n, b_packed,
                               block > 0, begin, start_row, start_column, least, target, c_row, c_column)
                else:
                    places(0, count, depth, first, row, tall, n, b_packed, block > 0, begin, start_row, start_column,
                           least, target, c_row, c_column)
        leave(b_packed)
    return 0


cdef void places(Py_ssize_t first, Py_ssize_t last, Py_ssize_t depth, const real* a, Py_ssize_t a_row, Py_ssize_t m,
                 Py_ssize_t n, const real* b, bint again, const real* start, Py_ssize_t start_row,
                 Py_ssize_t start_column, real least, real* c, Py_ssize_t c_row, Py_ssize_t c_column) noexcept nogil:
    """Compute some of the tiles of a product, counted panel by panel."""
    cdef Py_ssize_t k, width = width_for(n), height = height_of(width), tall = panels(m, height)
    for k in range(first, last):
        place(k // tall, k % tall, width, height, depth, a, a_row, m, n, b, again,
              start + k % tall * start_row + k // tall * start_column, least, c, c_row, c_column)


cdef inline void place(Py_ssize_t q, Py_ssize_t p, Py_ssize_t width, Py_ssize_t height, Py_ssize_t depth, const real* a,
                       Py_ssize_t a_row, Py_ssize_t m, Py_ssize_t n, const real* b, bint again, const real* begin,
                       real least, real* c, Py_ssize_t c_row, Py_ssize_t c_column) noexcept nogil:
    """Compute tile (p, q) of a product, and write it where it belongs: at the edges, what there is of it."""
    cdef Py_ssize_t i, full = min(height, m - p * height), columns = min(width, n - q * width)
    cdef Py_ssize_t rows[NARROW_ROWS]
    cdef real sums[TILE]
    c += p * height * c_row + q * width * c_column
    for i in range(height):  # past the last row the last one is read again, and not stored
        rows[i] = (p * height + min(i, full - 1)) * a_row
    if again:
        for i in range(TILE):
            sums[i] = 0
        load(width, sums, full, columns, c, c_row, c_column)
        begin = sums
    if c_column == 1 and full == height and columns == width:
        tile(width, depth, a, rows, b + q * width * depth, begin, least, c, c_row)
    else:
        tile(width, depth, a, rows, b + q * width * depth, begin, least, sums, width)
        store(width, sums, full, columns, c, c_row, c_column)
