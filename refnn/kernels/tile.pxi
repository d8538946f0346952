"""The tile: the inner loop of the matrix product and of all three convolutions.

A product computed one number at a time waits for memory: each multiplication needs two numbers. A tile keeps 8 rows of
A times 16 columns of B, 128 sums, in registers while k runs, so 8 + 16 numbers fetched feed 128 multiply-adds. `pack`
lays the operands out in exactly the order in which the tile reads them: A in panels of 8 rows, B in panels of 16
columns, k after k.
"""

cdef enum:
    ROWS = 8        # rows of a tile: eight running sums for each column
    COLUMNS = 16    # columns of a tile: one 512-bit vector of float32
    TILE = 128      # ROWS * COLUMNS
    DEPTH = 512     # k per block: 512 * 16 numbers of B are 32 KB of float32
    HEIGHT = 128    # rows of A per block


cdef void tile(Py_ssize_t depth, const real* a, const real* b, real* c) noexcept nogil:
    """c[8, 16] = the product of one packed panel of A and one of B.

    Column j keeps eight sums. The compiler gives each of sixteen neighbouring columns a lane of a vector register, so
    every line of the inner loop is one multiply-add on many columns. No lane ever adds to another: each sum runs
    through k in order, on every processor (some round a multiply-add once, some twice).
    """
    cdef Py_ssize_t j, k
    cdef real bj, c0, c1, c2, c3, c4, c5, c6, c7
    cdef real sums[TILE]
    if depth < 1:  # an empty sum is zero; and now the compiler knows that the inner loop runs, and vectorises the outer
        for k in range(TILE):
            c[k] = 0
        return
    for j in range(COLUMNS):
        c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = 0
        for k in range(depth):
            bj = b[k * COLUMNS + j]
            c0 += a[k * ROWS + 0] * bj
            c1 += a[k * ROWS + 1] * bj
            c2 += a[k * ROWS + 2] * bj
            c3 += a[k * ROWS + 3] * bj
            c4 += a[k * ROWS + 4] * bj
            c5 += a[k * ROWS + 5] * bj
            c6 += a[k * ROWS + 6] * bj
            c7 += a[k * ROWS + 7] * bj
        sums[0 * COLUMNS + j] = c0
        sums[1 * COLUMNS + j] = c1
        sums[2 * COLUMNS + j] = c2
        sums[3 * COLUMNS + j] = c3
        sums[4 * COLUMNS + j] = c4
        sums[5 * COLUMNS + j] = c5
        sums[6 * COLUMNS + j] = c6
        sums[7 * COLUMNS + j] = c7
    for k in range(TILE):
        c[k] = sums[k]


cdef void pack(Py_ssize_t lines, Py_ssize_t depth, Py_ssize_t width, const real* x, Py_ssize_t line, Py_ssize_t step,
               real* out) noexcept nogil:
    """Copy `lines` lines of x into panels of `width`: out[panel, k, i] = x[line i of the panel, k], zero past the last.

    A line is a row of A or a column of B; `line` and `step` are the strides from line to line and along a line.
    """
    cdef Py_ssize_t panel, i, k, full
    for panel in range((lines + width - 1) // width):
        full = min(width, lines - panel * width)
        if line == 1 and full == width:  # neighbours in memory: a straight copy
            for k in range(depth):
                for i in range(width):
                    out[k * width + i] = x[k * step + i]
        else:
            for i in range(full):
                for k in range(depth):
                    out[k * width + i] = x[i * line + k * step]
            for i in range(full, width):
                for k in range(depth):
                    out[k * width + i] = 0
        x += width * line
        out += width * depth


cdef void store(real* sums, Py_ssize_t rows, Py_ssize_t columns, real* c, Py_ssize_t stride, bint first, bint last,
                const real* bias, bint relu) noexcept nogil:
    """Add a tile to C where it is not the first block of k; after the last one add the bias and cut at zero."""
    cdef Py_ssize_t i, j
    if not first:
        for i in range(rows):
            for j in range(columns):
                sums[i * COLUMNS + j] += c[i * stride + j]
    if last and bias != NULL:
        for i in range(rows):
            for j in range(columns):
                sums[i * COLUMNS + j] += bias[j]
    if last and relu:
        for i in range(rows * COLUMNS):
            sums[i] = 0 if 0 > sums[i] else sums[i]  # in this form NaN stays NaN
    if columns == COLUMNS:
        for i in range(rows):
            for j in range(COLUMNS):
                c[i * stride + j] = sums[i * COLUMNS + j]
    else:
        for i in range(rows):
            for j in range(columns):
                c[i * stride + j] = sums[i * COLUMNS + j]


cdef real* room(Py_ssize_t numbers, const real* like) except NULL:
    """Return memory for so many numbers; the caller frees it."""
    cdef real* memory = <real*>malloc(max(numbers, 1) * sizeof(real))
    if memory == NULL:
        raise MemoryError
    return memory


cdef Py_ssize_t panels(Py_ssize_t lines, Py_ssize_t width) noexcept nogil:
    """Return how many panels of `width` hold so many lines."""
    return (lines + width - 1) // width
