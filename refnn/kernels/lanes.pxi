"""Along one row: sums and the greatest number, in sixteen running values at a time.

A sum that takes one number after the other waits for each addition to end. Sixteen sums, of every sixteenth number, fill
a vector and do not wait for each other; they are added up at the end. The order is always the same, so is the result.
"""

cdef enum:
    LANES = 16


cdef inline real dot(Py_ssize_t count, const real* x, const real* y) noexcept nogil:
    """Return sum_i x_i y_i."""
    cdef Py_ssize_t i, j, blocks = count // LANES
    cdef real lanes[LANES]
    for j in range(LANES):
        lanes[j] = 0
    for i in range(blocks):
        for j in range(LANES):
            lanes[j] = multiply_add(x[i * LANES + j], y[i * LANES + j], lanes[j])
    for j in range(count - blocks * LANES):
        lanes[j] = multiply_add(x[blocks * LANES + j], y[blocks * LANES + j], lanes[j])
    return added(lanes)


cdef inline real sum_of(Py_ssize_t count, const real* x) noexcept nogil:
    """Return sum_i x_i."""
    cdef Py_ssize_t i, j, blocks = count // LANES
    cdef real lanes[LANES]
    for j in range(LANES):
        lanes[j] = 0
    for i in range(blocks):
        for j in range(LANES):
            lanes[j] += x[i * LANES + j]
    for j in range(count - blocks * LANES):
        lanes[j] += x[blocks * LANES + j]
    return added(lanes)


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
    cdef real zero = 0
    cdef real lanes[LANES]
    for j in range(LANES):
        lanes[j] = 0
    for i in range(blocks):
        for j in range(LANES):
            lanes[j] += zero * x[i * LANES + j]
    for j in range(blocks * LANES, count):
        lanes[0] += zero * x[j]
    return added(lanes) == 0


cdef inline real greatest(Py_ssize_t count, const real* x) noexcept nogil:
    """Return the greatest of so many numbers, at least one; NaN is passed over, unless it is the first."""
    cdef Py_ssize_t i, j, blocks = count // LANES
    cdef real most = x[0]
    cdef real lanes[LANES]
    for j in range(LANES):
        lanes[j] = most
    for i in range(blocks):
        for j in range(LANES):
            lanes[j] = x[i * LANES + j] if x[i * LANES + j] > lanes[j] else lanes[j]
    for j in range(blocks * LANES, count):
        most = x[j] if x[j] > most else most
    for j in range(LANES):
        most = lanes[j] if lanes[j] > most else most
    return most
