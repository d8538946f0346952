"""The tiles: the inner loops of the matrix product and of all three convolutions.

A product computed one number at a time waits for memory: each multiplication needs two numbers. A tile keeps 6 rows
times 32 columns, 192 sums, in registers while k runs, so 6 + 32 numbers fetched feed 192 multiply-adds. Where there are
16 columns at most, half of its lanes would be idle: the narrow tile keeps 8 rows times 16 columns.

The rows are read where they lie, through pointers: rows of a matrix, or patches of an image. The columns, 32 or 16 of
them for each k, lie side by side: `pack_columns` brings them there.
"""

cdef enum:
    WIDE = 32       # columns of the wide tile: two 512-bit vectors of float32, four 256-bit ones
    WIDE_ROWS = 6   # its rows: with two vectors of columns each, twelve running sums
    NARROW = 16     # columns of the narrow tile
    NARROW_ROWS = 8
    TILE = 192      # the larger of 6 * 32 and 8 * 16
    DEPTH = 512     # k per block, twice as many of float32: 32 columns of them are 128 KB
    HEIGHT = 120    # rows per block, whole tiles of either kind
    LINE = 64       # bytes in a line of the cache
    FEW_CHANNELS = 8  # below it a pixel fills no vector


cdef void wide(Py_ssize_t depth, const real* a, const Py_ssize_t* rows, const real* b, const real* start,
               real least, real* c, Py_ssize_t row) noexcept nogil:
    """c[i, j] = start[i, j] + sum_k a[rows[i] + k] b[k, j], for 6 rows i and 32 columns j.

    Columns j and j + 16 keep six sums each. The compiler gives each of sixteen neighbouring columns a lane of a vector
    register, so every line of the inner loop is one multiply-add on many columns. No lane ever adds to another: each
    sum runs through k in order, on every processor (some round a multiply-add once, some twice).
    """
    cdef Py_ssize_t j, k
    cdef real bj, bh, c0, c1, c2, c3, c4, c5, d0, d1, d2, d3, d4, d5
    cdef const real* a0 = a + rows[0]
    cdef const real* a1 = a + rows[1]
    cdef const real* a2 = a + rows[2]
    cdef const real* a3 = a + rows[3]
    cdef const real* a4 = a + rows[4]
    cdef const real* a5 = a + rows[5]
    cdef real sums[TILE]  # the compiler knows that nobody else writes here
    if depth < 1:  # nothing to add; and now the compiler knows that the inner loop runs, and vectorises the outer one
        write(WIDE_ROWS, WIDE, start, least, c, row)
        return
    for j in range(NARROW):
        c0 = start[0 * WIDE + j]
        c1 = start[1 * WIDE + j]
        c2 = start[2 * WIDE + j]
        c3 = start[3 * WIDE + j]
        c4 = start[4 * WIDE + j]
        c5 = start[5 * WIDE + j]
        d0 = start[0 * WIDE + NARROW + j]
        d1 = start[1 * WIDE + NARROW + j]
        d2 = start[2 * WIDE + NARROW + j]
        d3 = start[3 * WIDE + NARROW + j]
        d4 = start[4 * WIDE + NARROW + j]
        d5 = start[5 * WIDE + NARROW + j]
        for k in range(depth):
            bj = b[k * WIDE + j]
            bh = b[k * WIDE + NARROW + j]
            c0 = multiply_add(a0[k], bj, c0)
            d0 = multiply_add(a0[k], bh, d0)
            c1 = multiply_add(a1[k], bj, c1)
            d1 = multiply_add(a1[k], bh, d1)
            c2 = multiply_add(a2[k], bj, c2)
            d2 = multiply_add(a2[k], bh, d2)
            c3 = multiply_add(a3[k], bj, c3)
            d3 = multiply_add(a3[k], bh, d3)
            c4 = multiply_add(a4[k], bj, c4)
            d4 = multiply_add(a4[k], bh, d4)
            c5 = multiply_add(a5[k], bj, c5)
            d5 = multiply_add(a5[k], bh, d5)
        sums[0 * WIDE + j] = c0
        sums[1 * WIDE + j] = c1
        sums[2 * WIDE + j] = c2
        sums[3 * WIDE + j] = c3
        sums[4 * WIDE + j] = c4
        sums[5 * WIDE + j] = c5
        sums[0 * WIDE + NARROW + j] = d0
        sums[1 * WIDE + NARROW + j] = d1
        sums[2 * WIDE + NARROW + j] = d2
        sums[3 * WIDE + NARROW + j] = d3
        sums[4 * WIDE + NARROW + j] = d4
        sums[5 * WIDE + NARROW + j] = d5
    write(WIDE_ROWS, WIDE, sums, least, c, row)


cdef inline void write(Py_ssize_t height, Py_ssize_t width, const real* sums, real least, real* c,
                       Py_ssize_t row) noexcept nogil:
    """c[i, j] = the sums, not below `least`; in this form NaN stays NaN."""
    cdef Py_ssize_t i, j
    for i in range(height):
        for j in range(width):
            c[i * row + j] = least if least > sums[i * width + j] else sums[i * width + j]


cdef void narrow(Py_ssize_t depth, const real* a, const Py_ssize_t* rows, const real* b, const real* start,
                 real least, real* c, Py_ssize_t row) noexcept nogil:
    """The same for 8 rows i and 16 columns j, with eight sums for each column."""
    cdef Py_ssize_t j, k
    cdef real bj, c0, c1, c2, c3, c4, c5, c6, c7
    cdef const real* a0 = a + rows[0]
    cdef const real* a1 = a + rows[1]
    cdef const real* a2 = a + rows[2]
    cdef const real* a3 = a + rows[3]
    cdef const real* a4 = a + rows[4]
    cdef const real* a5 = a + rows[5]
    cdef const real* a6 = a + rows[6]
    cdef const real* a7 = a + rows[7]
    cdef real sums[TILE]
    if depth < 1:
        write(NARROW_ROWS, NARROW, start, least, c, row)
        return
    for j in range(NARROW):
        c0 = start[0 * NARROW + j]
        c1 = start[1 * NARROW + j]
        c2 = start[2 * NARROW + j]
        c3 = start[3 * NARROW + j]
        c4 = start[4 * NARROW + j]
        c5 = start[5 * NARROW + j]
        c6 = start[6 * NARROW + j]
        c7 = start[7 * NARROW + j]
        for k in range(depth):
            bj = b[k * NARROW + j]
            c0 = multiply_add(a0[k], bj, c0)
            c1 = multiply_add(a1[k], bj, c1)
            c2 = multiply_add(a2[k], bj, c2)
            c3 = multiply_add(a3[k], bj, c3)
            c4 = multiply_add(a4[k], bj, c4)
            c5 = multiply_add(a5[k], bj, c5)
            c6 = multiply_add(a6[k], bj, c6)
            c7 = multiply_add(a7[k], bj, c7)
        sums[0 * NARROW + j] = c0
        sums[1 * NARROW + j] = c1
        sums[2 * NARROW + j] = c2
        sums[3 * NARROW + j] = c3
        sums[4 * NARROW + j] = c4
        sums[5 * NARROW + j] = c5
        sums[6 * NARROW + j] = c6
        sums[7 * NARROW + j] = c7
    write(NARROW_ROWS, NARROW, sums, least, c, row)


cdef void tile(Py_ssize_t width, Py_ssize_t depth, const real* a, const Py_ssize_t* rows, const real* b,
               const real* start, real least, real* c, Py_ssize_t row) noexcept nogil:
    """Take the tile of this width."""
    if width == WIDE:
        wide(depth, a, rows, b, start, least, c, row)
    else:
        narrow(depth, a, rows, b, start, least, c, row)


cdef Py_ssize_t width_for(Py_ssize_t columns) noexcept nogil:
    """Return the width of the tile that suits so many columns."""
    return NARROW if columns <= NARROW else WIDE


cdef Py_ssize_t height_of(Py_ssize_t width) noexcept nogil:
    """Return how many rows the tile of this width has."""
    return NARROW_ROWS if width == NARROW else WIDE_ROWS


cdef void pack_columns(Py_ssize_t columns, Py_ssize_t depth, const real* x, Py_ssize_t column, Py_ssize_t step,
                       Py_ssize_t width, real* out) noexcept nogil:
    """Lay columns out in panels: out[panel, k, j] = x[column j of the panel, k], zero past the last.

    `column` and `step` are the strides from column to column and along one.
    """
    cdef Py_ssize_t panel, j, k, half, full
    for panel in range(panels(columns, width)):
        full = min(width, columns - panel * width)
        if column == 1 and full == WIDE:  # neighbours in memory: a straight copy
            for k in range(depth):
                copy_row(WIDE, x + k * step, out + k * WIDE)
        elif column == 1 and full == width:
            for k in range(depth):
                copy_row(NARROW, x + k * step, out + k * NARROW)
        elif column == 1:
            for k in range(depth):
                for half in range(width // NARROW):
                    for j in range(NARROW):
                        out[k * width + half * NARROW + j] = 0
                copy_row(full, x + k * step, out + k * width)
        else:
            for k in range(depth if full < width else 0):
                for j in range(full, width):
                    out[k * width + j] = 0
            if step == 1:
                transpose(full, depth, x, column, out, width)
            else:
                for k in range(depth):
                    for j in range(full):
                        out[k * width + j] = x[j * column + k * step]
        x += width * column
        out += width * depth


cdef void pack_rows(Py_ssize_t rows, Py_ssize_t depth, const real* x, Py_ssize_t row, Py_ssize_t step,
                    real* out) noexcept nogil:
    """Lay rows out one after another: out[i, k] = x[row i, k]."""
    cdef Py_ssize_t i, k
    if row == 1:
        transpose(depth, rows, x, step, out, depth)
    else:
        for i in range(rows):
            for k in range(depth):
                out[i * depth + k] = x[i * row + k * step]


cdef void transpose(Py_ssize_t rows, Py_ssize_t columns, const real* x, Py_ssize_t x_row, real* out,
                    Py_ssize_t out_row) noexcept nogil:
    """out[j, i] = x[i, j], in squares of sixteen by sixteen, for which the compiler shuffles whole vectors.

    The last squares lie partly over the ones before them.
    """
    cdef Py_ssize_t p, q, i, j, tall = min(rows, NARROW), full = min(columns, NARROW)
    cdef real square[NARROW * NARROW]
    cdef real turned[NARROW * NARROW]
    cdef const real* seen
    cdef real* target
    if rows < NARROW // 2 or columns <= NARROW // 2:  # most of a square would be idle
        for j in range(columns):
            for i in range(rows):
                out[j * out_row + i] = x[i * x_row + j]
        return
    for p in range(panels(rows, NARROW)):
        for q in range(panels(columns, NARROW)):
            i, j = min(p * NARROW, rows - tall), min(q * NARROW, columns - full)
            seen, target = x + i * x_row + j, out + j * out_row + i
            if full == NARROW:
                for i in range(tall):
                    memcpy(square + i * NARROW, seen + i * x_row, NARROW * sizeof(real))
            else:
                for i in range(tall):
                    copy_row(full, seen + i * x_row, square + i * NARROW)
            for j in range(NARROW):
                for i in range(NARROW):
                    turned[j * NARROW + i] = square[i * NARROW + j]
            if tall == NARROW:
                for j in range(full):
                    memcpy(target + j * out_row, turned + j * NARROW, NARROW * sizeof(real))
            else:
                for j in range(full):
                    copy_row(tall, turned + j * NARROW, target + j * out_row)


cdef void store(Py_ssize_t width, const real* sums, Py_ssize_t rows, Py_ssize_t columns, real* c, Py_ssize_t row,
                Py_ssize_t column) noexcept nogil:
    """Write what there is of a tile at the edge of C, or of one that is stored transposed.

    The compiler turns neighbours in vectors where it is told how many there are.
    """
    cdef Py_ssize_t i, j
    if column == 1:
        for i in range(rows):
            copy_row(columns, sums + i * width, c + i * row)
    elif row == 1 and rows == WIDE_ROWS:
        for j in range(columns):
            for i in range(WIDE_ROWS):
                c[j * column + i] = sums[i * width + j]
    elif row == 1 and rows == NARROW_ROWS:
        for j in range(columns):
            for i in range(NARROW_ROWS):
                c[j * column + i] = sums[i * width + j]
    else:
        for j in range(columns):
            for i in range(rows):
                c[i * row + j * column] = sums[i * width + j]


cdef void load(Py_ssize_t width, real* sums, Py_ssize_t rows, Py_ssize_t columns, const real* c, Py_ssize_t row,
               Py_ssize_t column) noexcept nogil:
    """Read a tile back from C, where an earlier block of k has left it."""
    cdef Py_ssize_t i, j
    for i in range(rows):
        for j in range(columns):
            sums[i * width + j] = c[i * row + j * column]


cdef inline void copy_row(Py_ssize_t columns, const real* x, real* out) noexcept nogil:
    """Copy the beginning of a row of a tile, by powers of two: each is one or two instructions."""
    cdef Py_ssize_t j
    if columns & WIDE:
        memcpy(out, x, WIDE * sizeof(real))
    if columns & NARROW:
        memcpy(out, x, NARROW * sizeof(real))
        x, out = x + NARROW, out + NARROW
    if columns & 8:
        memcpy(out, x, 8 * sizeof(real))
        x, out = x + 8, out + 8
    if columns & 4:
        memcpy(out, x, 4 * sizeof(real))
        x, out = x + 4, out + 4
    for j in range(columns & 3):
        out[j] = x[j]


cdef inline void add_row(Py_ssize_t columns, const real* x, real* out) noexcept nogil:
    """Add the beginning of a row of a tile to what is there."""
    cdef Py_ssize_t j
    if columns & WIDE:
        for j in range(WIDE):
            out[j] += x[j]
    if columns & NARROW:
        for j in range(NARROW):
            out[j] += x[j]
        x, out = x + NARROW, out + NARROW
    if columns & 8:
        for j in range(8):
            out[j] += x[j]
        x, out = x + 8, out + 8
    if columns & 4:
        for j in range(4):
            out[j] += x[j]
        x, out = x + 4, out + 4
    for j in range(columns & 3):
        out[j] += x[j]


cdef real* starts(const real[::1] bias, Py_ssize_t count, Py_ssize_t width, bint across, const real* like) except NULL:
    """Return tiles where sums begin: of the bias, along the rows or `across` the columns, or of zeros.

    There is one for each panel of rows or columns; the caller leaves them.
    """
    cdef Py_ssize_t panel, i, j, k, height = height_of(width), each = width if across else height
    cdef real* tiles = room(panels(count, each) * TILE, like)
    for panel in range(panels(count, each)):
        for i in range(height):
            for j in range(width):
                k = panel * each + (j if across else i)
                tiles[panel * TILE + i * width + j] = bias[k] if bias is not None and k < count else 0
    return tiles


cdef real* room(Py_ssize_t numbers, const real* like) except NULL:
    """Return memory for so many numbers, until `leave`; it begins with a line of the cache, so panels are whole lines.

    A vector that lies across two lines is read twice.
    """
    cdef char* memory = <char*>malloc(numbers * sizeof(real) + 2 * LINE)
    if memory == NULL:
        raise MemoryError
    cdef char* begin = memory + LINE - <size_t>memory % LINE
    (<char**>begin - 1)[0] = memory  # there is room for that: no line begins less than a pointer behind any memory
    return <real*>begin


cdef void leave(real* begin) noexcept nogil:
    """Give memory back."""
    free((<char**>begin - 1)[0])


cdef Py_ssize_t* offsets(Py_ssize_t count) except NULL:
    """Return memory for so many offsets; the caller frees it."""
    cdef Py_ssize_t* memory = <Py_ssize_t*>malloc(max(count, 1) * sizeof(Py_ssize_t))
    if memory == NULL:
        raise MemoryError
    return memory


cdef Py_ssize_t panels(Py_ssize_t lines, Py_ssize_t width) noexcept nogil:
    """Return how many panels of `width` hold so many lines."""
    return (lines + width - 1) // width
