"""Along one row: sums and the greatest number, in sixteen running values at a time.

A sum that takes one number after the other waits for each addition to end. Sixteen sums, of every sixteenth number, fill
a vector and do not wait for each other; they are added up at the end, with what is left over. The order is always the
same, so is the result. As in the tile, each sum is a loop of its own, and the compiler runs sixteen of them side by side.
"""

cdef enum:
    LANES = 16


cdef inline real dot(Py_ssize_t count, const real* x, const real* y) noexcept nogil:
    """Return sum_i x_i y_i."""
    cdef Py_ssize_t i, j, blocks = count // LANES
    cdef real total, rest = 0
    cdef real lanes[LANES]
    for i in range(blocks * LANES, count):
        rest = multiply_add(x[i], y[i], rest)
    if blocks < 1:  # as in the tile: now the compiler gives each j a lane
        return rest
    for j in range(LANES):
        total = 0
        for i in range(blocks):
            total = multiply_add(x[i * LANES + j], y[i * LANES + j], total)
        lanes[j] = total
    return added(lanes) + rest


cdef inline real sum_of(Py_ssize_t count, const real* x) noexcept nogil:
    """Return sum_i x_i."""
    cdef Py_ssize_t i, j, blocks = count // LANES
    cdef real total, rest = 0
    cdef real lanes[LANES]
    for i in range(blocks * LANES, count):
        rest += x[i]
    if blocks < 1:
        return rest
    for j in range(LANES):
        total = 0
        for i in range(blocks):
            total += x[i * LANES + j]
        lanes[j] = total
    return added(lanes) + rest


cdef inline real added(real* lanes) noexcept nogil:
    """Add up the sixteen sums, half of them to the other half each time."""
    cdef Py_ssize_t j
    for j in range(8):
        lanes[j] += lanes[j + 8]
    for j in range(4):
        lanes[j] += lanes[j + 4]
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])


cdef inline bint all_finite(Py_ssize_t count, const real* x) noexcept nogil:
    """Say whether no number is infinite or NaN: zero times any other is 0."""
    cdef Py_ssize_t i, j, blocks = count // LANES
    cdef real total, zero = 0, rest = 0
    cdef real lanes[LANES]
    for i in range(blocks * LANES, count):
        rest += zero * x[i]
    if blocks < 1:
        return rest == 0
    for j in range(LANES):
        total = 0
        for i in range(blocks):
            total += zero * x[i * LANES + j]
        lanes[j] = total
    return added(lanes) + rest == 0


cdef inline real greatest(Py_ssize_t count, const real* x) noexcept nogil:
    """Return the greatest of so many numbers, at least one; NaN is passed over, unless it is the first."""
    cdef Py_ssize_t i, j, blocks = count // LANES
    cdef real top, most = x[0]
    cdef real lanes[LANES]
    for i in range(blocks * LANES, count):
        most = x[i] if x[i] > most else most
    if blocks < 1:
        return most
    for j in range(LANES):
        top = most
        for i in range(blocks):
            top = x[i * LANES + j] if x[i * LANES + j] > top else top
        lanes[j] = top
    for j in range(LANES):
        most = lanes[j] if lanes[j] > most else most
    return most
