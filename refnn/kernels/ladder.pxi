"""The rungs of the ladder: one product C = A B, told again and again, each time with one more idea.

`refnn bench --ladder` runs them beside each other, from the definition to what refnn itself uses in matmul.pxi and
conv.pxi: that is the last rung, with larger tiles, and with everything that real shapes ask for.
"""


cdef enum:
    SPUN = 192  # twelve sums in each of sixteen lanes


def peak(real[::1] sums, Py_ssize_t depth):
    """The top of the ladder: multiply-adds that wait for nothing, `depth` on each of 192 sums; return their number.

    A multiply-add takes about four cycles, and two of them begin in each cycle, so more than eight must be under way:
    every lane has twelve. Nothing is fetched or stored meanwhile. The sums must start apart, or one would do for all.
    """
    if sums.shape[0] < SPUN or depth < 1:
        raise ValueError("peak: expected room for 192 sums, and at least one step")
    with nogil:
        spin(depth, <real>0.5, <real>1, &sums[0])
    return depth * SPUN


cdef void spin(Py_ssize_t depth, real x, real y, real* sums) noexcept nogil:
    """sum = sum x + y, so often, for 192 sums."""
    cdef Py_ssize_t j, k
    cdef real s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
    cdef real ends[SPUN]
    if depth < 1:
        return
    for j in range(16):
        s0, s1, s2, s3 = sums[j], sums[16 + j], sums[32 + j], sums[48 + j]
        s4, s5, s6, s7 = sums[64 + j], sums[80 + j], sums[96 + j], sums[112 + j]
        s8, s9, s10, s11 = sums[128 + j], sums[144 + j], sums[160 + j], sums[176 + j]
        for k in range(depth):
            s0 = multiply_add(s0, x, y)
            s1 = multiply_add(s1, x, y)
            s2 = multiply_add(s2, x, y)
            s3 = multiply_add(s3, x, y)
            s4 = multiply_add(s4, x, y)
            s5 = multiply_add(s5, x, y)
            s6 = multiply_add(s6, x, y)
            s7 = multiply_add(s7, x, y)
            s8 = multiply_add(s8, x, y)
            s9 = multiply_add(s9, x, y)
            s10 = multiply_add(s10, x, y)
            s11 = multiply_add(s11, x, y)
        ends[j], ends[16 + j], ends[32 + j], ends[48 + j] = s0, s1, s2, s3
        ends[64 + j], ends[80 + j], ends[96 + j], ends[112 + j] = s4, s5, s6, s7
        ends[128 + j], ends[144 + j], ends[160 + j], ends[176 + j] = s8, s9, s10, s11
    for j in range(SPUN):
        sums[j] = ends[j]


def loops_ijk(const real[:, ::1] a, const real[:, ::1] b, real[:, ::1] c):
    """The definition, compiled: each c_ij is a sum of its own, and every step of k jumps to another row of B."""
    cdef Py_ssize_t i, j, k
    cdef real total
    same_sizes(a.shape[0], a.shape[1], b.shape[0], b.shape[1], c.shape[0], c.shape[1], 1, 1)
    with nogil:
        for i in range(c.shape[0]):
            for j in range(c.shape[1]):
                total = 0
                for k in range(a.shape[1]):
                    total = multiply_add(a[i, k], b[k, j], total)
                c[i, j] = total


def loops_ikj(const real[:, ::1] a, const real[:, ::1] b, real[:, ::1] c):
    """The loops in another order: rows of B and C are walked along, so a vector of columns is one multiply-add."""
    cdef Py_ssize_t i, j, k
    same_sizes(a.shape[0], a.shape[1], b.shape[0], b.shape[1], c.shape[0], c.shape[1], 1, 1)
    with nogil:
        for i in range(c.shape[0]):
            for j in range(c.shape[1]):
                c[i, j] = 0
            for k in range(a.shape[1]):
                for j in range(c.shape[1]):
                    c[i, j] = multiply_add(a[i, k], b[k, j], c[i, j])


def eights(const real[:, ::1] a, const real[:, ::1] b, real[:, ::1] c):
    """Eight numbers of A stay in registers while j runs: C is fetched and stored once for eight multiply-adds, not one."""
    cdef Py_ssize_t i, j, k
    cdef real total, a0, a1, a2, a3, a4, a5, a6, a7
    same_sizes(a.shape[0], a.shape[1], b.shape[0], b.shape[1], c.shape[0], c.shape[1], 8, 16)
    with nogil:
        for i in range(c.shape[0]):
            for j in range(c.shape[1]):
                c[i, j] = 0
        for k in range(0, a.shape[1], 8):
            for i in range(c.shape[0]):
                a0, a1, a2, a3 = a[i, k], a[i, k + 1], a[i, k + 2], a[i, k + 3]
                a4, a5, a6, a7 = a[i, k + 4], a[i, k + 5], a[i, k + 6], a[i, k + 7]
                for j in range(c.shape[1]):
                    total = multiply_add(a0, b[k, j], c[i, j])
                    total = multiply_add(a1, b[k + 1, j], total)
                    total = multiply_add(a2, b[k + 2, j], total)
                    total = multiply_add(a3, b[k + 3, j], total)
                    total = multiply_add(a4, b[k + 4, j], total)
                    total = multiply_add(a5, b[k + 5, j], total)
                    total = multiply_add(a6, b[k + 6, j], total)
                    c[i, j] = multiply_add(a7, b[k + 7, j], total)


def tiles(const real[:, ::1] a, const real[:, ::1] b, real[:, ::1] c):
    """Eight rows and sixteen columns of C stay in registers while all of k runs, so each c_ij is stored once.

    For that the sixteen columns of B are packed: laid side by side, they are one stream to read, for all rows of A.
    Where they lie apart, the compiler finds no vectors, and the same tile runs at a twentieth of the speed.
    """
    cdef Py_ssize_t i, j, k, column
    same_sizes(a.shape[0], a.shape[1], b.shape[0], b.shape[1], c.shape[0], c.shape[1], 8, 16)
    cdef real* panel = room(16 * a.shape[1], &a[0, 0])
    with nogil:
        for j in range(c.shape[1] // 16):
            for k in range(a.shape[1]):
                for column in range(16):
                    panel[16 * k + column] = b[k, 16 * j + column]
            for i in range(c.shape[0] // 8):
                eight_rows(a.shape[1], &a[8 * i, 0], a.shape[1], panel, 16, &c[8 * i, 16 * j], c.shape[1])
        leave(panel)


cdef void eight_rows(Py_ssize_t depth, const real* a, Py_ssize_t a_row, const real* b, Py_ssize_t b_row, real* c,
                     Py_ssize_t c_row) noexcept nogil:
    """c[i, j] = sum_k a[i, k] b[k, j] for 8 rows i and 16 columns j, of matrices whose rows lie `_row` numbers apart."""
    cdef Py_ssize_t i, j, k
    cdef real bj, c0, c1, c2, c3, c4, c5, c6, c7
    cdef real sums[128]
    if depth < 1:  # as in tile.pxi: now the inner loop is known to run, and the outer one is vectorised
        return
    for j in range(16):
        c0 = c1 = c2 = c3 = c4 = c5 = c6 = c7 = 0
        for k in range(depth):
            bj = b[k * b_row + j]
            c0 = multiply_add(a[k], bj, c0)
            c1 = multiply_add(a[a_row + k], bj, c1)
            c2 = multiply_add(a[2 * a_row + k], bj, c2)
            c3 = multiply_add(a[3 * a_row + k], bj, c3)
            c4 = multiply_add(a[4 * a_row + k], bj, c4)
            c5 = multiply_add(a[5 * a_row + k], bj, c5)
            c6 = multiply_add(a[6 * a_row + k], bj, c6)
            c7 = multiply_add(a[7 * a_row + k], bj, c7)
        sums[j], sums[16 + j], sums[32 + j], sums[48 + j] = c0, c1, c2, c3
        sums[64 + j], sums[80 + j], sums[96 + j], sums[112 + j] = c4, c5, c6, c7
    for i in range(8):
        for j in range(16):
            c[i * c_row + j] = sums[16 * i + j]


def patches(const real[:, :, :, ::1] x, Py_ssize_t kernel_height, Py_ssize_t kernel_width, real[:, ::1] out):
    """Write down what each output pixel sees, (n, H, W, C) -> (n Ho Wo, kH kW C): then a convolution is a product."""
    cdef Py_ssize_t n, i, j, a, k, p = 0, run = kernel_width * x.shape[3]
    cdef Py_ssize_t height = x.shape[1] - kernel_height + 1, width = x.shape[2] - kernel_width + 1
    if height < 1 or width < 1 or out.shape[0] != x.shape[0] * height * width or out.shape[1] != kernel_height * run:
        raise ValueError("patches: shapes do not fit")
    with nogil:
        for n in range(x.shape[0]):
            for i in range(height):
                for j in range(width):
                    for a in range(kernel_height):
                        for k in range(run):
                            out[p, a * run + k] = (&x[n, i + a, j, 0])[k]
                    p += 1


def conv_loops(const real[:, :, :, ::1] x, const real[:, :, :, ::1] W, real[:, :, :, ::1] z):
    """The definition of a convolution, compiled: seven loops; x (n, H, W, C), W (F, kH, kW, C), z (n, Ho, Wo, F)."""
    cdef Py_ssize_t n, i, j, o, a, b, c
    cdef real total
    check(x.shape[0], x.shape[1], x.shape[2], W.shape[1], W.shape[2], 1, 1, z.shape[0], z.shape[1], z.shape[2],
          W.shape[3] == x.shape[3] and W.shape[0] == z.shape[3])
    with nogil:
        for n in range(z.shape[0]):
            for o in range(z.shape[3]):
                for i in range(z.shape[1]):
                    for j in range(z.shape[2]):
                        total = 0
                        for c in range(x.shape[3]):
                            for a in range(W.shape[1]):
                                for b in range(W.shape[2]):
                                    total = multiply_add(x[n, i + a, j + b, c], W[o, a, b, c], total)
                        z[n, i, j, o] = total


cdef int same_sizes(Py_ssize_t m, Py_ssize_t d, Py_ssize_t e, Py_ssize_t n, Py_ssize_t rows, Py_ssize_t columns,
                    Py_ssize_t down, Py_ssize_t across) except -1:
    """Refuse shapes that do not fit, and those that a rung with whole tiles has no edges for."""
    if d != e or m != rows or n != columns or d < 1 or m < 1 or n < 1 or m % down or d % down or n % across:
        raise ValueError("ladder: expected (m, d), (d, n), (m, n), m and d in eights, n in sixteens, none empty")
    return 0
