"""Pooling, channel by channel side by side: the innermost loop runs over the channels of one pixel."""


def max_pool2d(const real[:, :, :, ::1] x, Py_ssize_t size_height, Py_ssize_t size_width, Py_ssize_t stride_height,
               Py_ssize_t stride_width, Py_ssize_t top, Py_ssize_t left, real[:, :, :, ::1] out,
               int[:, :, :, ::1] winner):
    """out and winner (n, Ho, Wo, C): the greatest pixel of each window and its place; `top`, `left` are the padding."""
    cdef Py_ssize_t n, part, channels = x.shape[3], images = out.shape[0], parts = min(PARTS, images)
    cdef Py_ssize_t row = panels(out.shape[2] * channels, LANES) * LANES
    check_pool(x.shape[0], x.shape[3], x.shape[1] + 2 * top, x.shape[2] + 2 * left, size_height, size_width,
               stride_height, stride_width, out.shape[0], out.shape[1], out.shape[2], out.shape[3])
    if not (winner.shape[0] == out.shape[0] and winner.shape[1] == out.shape[1] and winner.shape[2] == out.shape[2]
            and winner.shape[3] == channels):
        raise ValueError("kernels: shapes do not fit")
    if channels == 0 or images * out.shape[1] * out.shape[2] == 0:
        return
    cdef Py_ssize_t each = (size_height * size_width + 2) * row if channels < FEW_CHANNELS else 0
    cdef real* rows = room(parts * each, &x[0, 0, 0, 0])
    cdef Py_ssize_t* bounds = offsets(2 * size_width)
    cdef bint many = images * out.shape[1] * out.shape[2] * channels * size_height * size_width > WORTH // 4
    with nogil:
        for n in range(parts * each):
            rows[n] = -INFINITY
        for n in range(size_width):  # the outputs of a row whose place n lies in the image
            bounds[2 * n] = panels(max(0, left - n), stride_width)
            bounds[2 * n + 1] = min(out.shape[2], panels(max(0, x.shape[2] + left - n), stride_width))
        if threads > 1 and many:
            for part in prange(parts, schedule="static", num_threads=threads):
                for n in range(part * images // parts, (part + 1) * images // parts):
                    pool_image(&x[n, 0, 0, 0], x.shape[1], x.shape[2], channels, size_height, size_width,
                               stride_height, stride_width, top, left, bounds, rows + part * each, row, out.shape[1],
                               out.shape[2], &out[n, 0, 0, 0], &winner[n, 0, 0, 0])
        else:
            for n in range(images):
                pool_image(&x[n, 0, 0, 0], x.shape[1], x.shape[2], channels, size_height, size_width, stride_height,
                           stride_width, top, left, bounds, rows, row, out.shape[1], out.shape[2], &out[n, 0, 0, 0],
                           &winner[n, 0, 0, 0])
        free(bounds)
        leave(rows)


cdef void pool_image(const real* x, Py_ssize_t H, Py_ssize_t W, Py_ssize_t channels, Py_ssize_t size_height,
                     Py_ssize_t size_width, Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t top,
                     Py_ssize_t left, const Py_ssize_t* bounds, real* rows, Py_ssize_t row, Py_ssize_t height,
                     Py_ssize_t width, real* out, int* winner) noexcept nogil:
    """Work on a row of outputs as a whole, one place of the window after the other.

    At first the first place in the image leads. With few channels the pixels at each place are brought side by side,
    for all places before any is compared; where a place lies outside, -infinity stands there, and never wins.
    """
    cdef Py_ssize_t i, j, k, a, b, c, begin, end, line = W * channels, step = stride_width * channels
    cdef Py_ssize_t early = min(width, panels(left, stride_width)), tail = panels(FEW_CHANNELS - channels, channels)
    cdef bint few = channels < FEW_CHANNELS
    cdef real* best = rows + size_height * size_width * row
    cdef int* place = <int*>(best + row)
    cdef const real* seen
    for i in range(height):
        begin, end = max(0, top - i * stride_height), min(size_height, H + top - i * stride_height)
        if not few:
            best, place = out + i * width * channels, winner + i * width * channels
        for j in range(width * channels):
            best[j] = -INFINITY
            place[j] = <int>(begin * size_width)
        for j in range(early):
            for c in range(channels):
                place[j * channels + c] += <int>(left - j * stride_width)
        for a in range(begin, end):
            for b in range(size_width):
                seen = x + (i * stride_height + a - top) * line + (b - left) * channels
                if few:
                    side_by_side(bounds[2 * b], bounds[2 * b + 1], channels, step, tail, seen,
                                 rows + (a * size_width + b) * row)
                else:
                    for j in range(bounds[2 * b], bounds[2 * b + 1]):
                        for c in range(channels):
                            challenge(seen[j * step + c], <int>(a * size_width + b), best + j * channels + c,
                                      place + j * channels + c)
        if few:
            for k in range(begin * size_width, end * size_width):
                for j in range(row // LANES):
                    for c in range(LANES):
                        challenge(rows[k * row + j * LANES + c], <int>k, best + j * LANES + c, place + j * LANES + c)
            memcpy(out + i * width * channels, best, width * channels * sizeof(real))
            memcpy(winner + i * width * channels, place, width * channels * sizeof(int))


cdef inline void side_by_side(Py_ssize_t first, Py_ssize_t last, Py_ssize_t channels, Py_ssize_t step, Py_ssize_t tail,
                              const real* x, real* out) noexcept nogil:
    """out[j, c] = x[j step + c]: eight numbers at a time; those of the next pixel, taken too, are overwritten in turn.

    Behind the last pixels, `tail` of them, the image may end, and the row does.
    """
    cdef Py_ssize_t j, c, safe = last - tail
    for j in range(first, safe):
        memcpy(out + j * channels, x + j * step, FEW_CHANNELS * sizeof(real))
    for j in range(max(first, safe), last):
        for c in range(channels):
            out[j * channels + c] = x[j * step + c]


cdef inline void challenge(real there, int here, real* best, int* place) noexcept nogil:
    """Let a pixel take the lead if it is greater, or the first NaN; a choice of values, which needs no jump."""
    cdef real so_far = best[0]
    cdef int before = place[0]
    cdef bint better = (not there <= so_far) & (so_far == so_far)
    best[0] = there if better else so_far
    place[0] = here if better else before


def max_pool2d_backward(const real[:, :, :, ::1] dz, const int[:, :, :, ::1] winner, Py_ssize_t size_height,
                        Py_ssize_t size_width, Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t top,
                        Py_ssize_t left, real[:, :, :, ::1] dx):
    """dx (n, H, W, C): the gradient of each window at its winner."""
    cdef Py_ssize_t n, i, channels = dz.shape[3], line = dx.shape[2] * channels, each = dx.shape[1] * line
    cdef Py_ssize_t height = dz.shape[1], width = dz.shape[2]
    cdef Py_ssize_t* reach
    check_pool(dx.shape[0], dx.shape[3], dx.shape[1] + 2 * top, dx.shape[2] + 2 * left, size_height, size_width,
               stride_height, stride_width, dz.shape[0], height, width, channels)
    if not (winner.shape[0] == dz.shape[0] and winner.shape[1] == height and winner.shape[2] == width
            and winner.shape[3] == channels):
        raise ValueError("kernels: shapes do not fit")
    cdef bint many = dz.shape[0] * height * width * channels > WORTH // 8
    cdef bint paved = (channels >= FEW_CHANNELS and stride_height == size_height and stride_width == size_width
                       and top == left == 0 and dx.shape[1] == height * size_height
                       and dx.shape[2] == width * size_width)
    if dx.shape[0] * each == 0:
        return
    if dz.shape[0] * height * width == 0:
        dx[...] = 0
        return
    reach = offsets(size_height * size_width)  # from the corner of a window to each of its places
    with nogil:
        for i in range(size_height * size_width):
            reach[i] = i // size_width * line + i % size_width * channels
        for n in prange(dz.shape[0], schedule="static", num_threads=threads, use_threads_if=many):
            if paved:
                pave(&dz[n, 0, 0, 0], &winner[n, 0, 0, 0], height, width, channels, size_height, size_width,
                     &dx[n, 0, 0, 0])
            else:
                scatter(&dz[n, 0, 0, 0], &winner[n, 0, 0, 0], height, width, channels, stride_height, stride_width,
                        top, left, reach, each, line, &dx[n, 0, 0, 0])
        free(reach)


cdef void scatter(const real* dz, const int* winner, Py_ssize_t height, Py_ssize_t width, Py_ssize_t channels,
                  Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t top, Py_ssize_t left,
                  const Py_ssize_t* reach, Py_ssize_t each, Py_ssize_t line, real* dx) noexcept nogil:
    """Add each share to its winner: windows may overlap, and may not see all pixels."""
    cdef Py_ssize_t i, j, c
    cdef real* corner
    memset(dx, 0, each * sizeof(real))
    for i in range(height):
        for j in range(width):
            corner = dx + (i * stride_height - top) * line + (j * stride_width - left) * channels
            for c in range(channels):
                corner[reach[winner[c]] + c] += dz[c]
            dz += channels
            winner += channels


cdef void pave(const real* dz, const int* winner, Py_ssize_t height, Py_ssize_t width, Py_ssize_t channels,
               Py_ssize_t size_height, Py_ssize_t size_width, real* dx) noexcept nogil:
    """Write each pixel once, its window's share or zero: windows side by side cover the whole image.

    With few channels this would be many choices and no vector.
    """
    cdef Py_ssize_t i, j, a, b, c
    cdef const real* share
    cdef const int* place
    for i in range(height):
        for a in range(size_height):
            for j in range(width):
                share, place = dz + (i * width + j) * channels, winner + (i * width + j) * channels
                for b in range(size_width):
                    for c in range(channels):
                        dx[c] = share[c] if place[c] == a * size_width + b else 0
                    dx += channels


def avg_pool2d(const real[:, :, :, ::1] x, Py_ssize_t size_height, Py_ssize_t size_width, Py_ssize_t stride_height,
               Py_ssize_t stride_width, Py_ssize_t top, Py_ssize_t left, real[:, :, :, ::1] out):
    """out (n, Ho, Wo, C): the sum of each window over its full size."""
    cdef Py_ssize_t n, i, j, a, b, c, row, column, channels = x.shape[3]
    cdef real whole = size_height * size_width
    cdef const real* seen
    cdef real* total
    check_pool(x.shape[0], x.shape[3], x.shape[1] + 2 * top, x.shape[2] + 2 * left, size_height, size_width,
               stride_height, stride_width, out.shape[0], out.shape[1], out.shape[2], out.shape[3])
    if channels == 0:
        return
    with nogil:
        for n in range(out.shape[0]):
            for i in range(out.shape[1]):
                for j in range(out.shape[2]):
                    total = &out[n, i, j, 0]
                    for c in range(channels):
                        total[c] = 0
                    for a in range(size_height):
                        row = i * stride_height + a - top
                        if row < 0 or row >= x.shape[1]:
                            continue
                        for b in range(size_width):
                            column = j * stride_width + b - left
                            if column < 0 or column >= x.shape[2]:
                                continue
                            seen = &x[n, row, column, 0]
                            for c in range(channels):
                                total[c] += seen[c]
                    for c in range(channels):
                        total[c] /= whole


def avg_pool2d_backward(const real[:, :, :, ::1] dz, Py_ssize_t size_height, Py_ssize_t size_width,
                        Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t top, Py_ssize_t left,
                        real[:, :, :, ::1] dx):
    """Add to dx (n, H, W, C), zero at first, the gradient of each window in even shares."""
    cdef Py_ssize_t n, i, j, a, b, c, row, column, channels = dz.shape[3]
    cdef real whole = size_height * size_width
    cdef const real* share
    cdef real* target
    check_pool(dx.shape[0], dx.shape[3], dx.shape[1] + 2 * top, dx.shape[2] + 2 * left, size_height, size_width,
               stride_height, stride_width, dz.shape[0], dz.shape[1], dz.shape[2], dz.shape[3])
    if channels == 0:
        return
    with nogil:
        for n in range(dz.shape[0]):
            for i in range(dz.shape[1]):
                for j in range(dz.shape[2]):
                    share = &dz[n, i, j, 0]
                    for a in range(size_height):
                        row = i * stride_height + a - top
                        if row < 0 or row >= dx.shape[1]:
                            continue
                        for b in range(size_width):
                            column = j * stride_width + b - left
                            if column < 0 or column >= dx.shape[2]:
                                continue
                            target = &dx[n, row, column, 0]
                            for c in range(channels):
                                target[c] += share[c] / whole


cdef int check_pool(Py_ssize_t n, Py_ssize_t channels, Py_ssize_t H, Py_ssize_t W, Py_ssize_t size_height,
                    Py_ssize_t size_width, Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t m,
                    Py_ssize_t height, Py_ssize_t width, Py_ssize_t same) except -1:
    """Refuse windows that would leave the padded image."""
    return check(n, H, W, size_height, size_width, stride_height, stride_width, m, height, width,
                 channels == same and size_height > 0 and size_width > 0)
