"""Pooling, channel by channel side by side: the innermost loop runs over the channels of one pixel."""


def max_pool2d(const real[:, :, :, ::1] x, Py_ssize_t size_height, Py_ssize_t size_width, Py_ssize_t stride_height,
               Py_ssize_t stride_width, Py_ssize_t top, Py_ssize_t left, real[:, :, :, ::1] out,
               int[:, :, :, ::1] winner):
    """out and winner (n, Ho, Wo, C): the greatest pixel of each window and its place; `top`, `left` are the padding."""
    cdef Py_ssize_t n, i, j, a, b, c, row, column, channels = x.shape[3]
    cdef const real* seen
    cdef real* best
    cdef int* place
    cdef bint begun
    check_pool(x.shape[0], x.shape[3], x.shape[1] + 2 * top, x.shape[2] + 2 * left, size_height, size_width,
               stride_height, stride_width, out.shape[0], out.shape[1], out.shape[2], out.shape[3])
    if not (winner.shape[0] == out.shape[0] and winner.shape[1] == out.shape[1] and winner.shape[2] == out.shape[2]
            and winner.shape[3] == channels):
        raise ValueError("kernels: shapes do not fit")
    if channels == 0:
        return
    with nogil:
        for n in range(out.shape[0]):
            for i in range(out.shape[1]):
                for j in range(out.shape[2]):
                    best, place, begun = &out[n, i, j, 0], &winner[n, i, j, 0], False
                    for a in range(size_height):
                        row = i * stride_height + a - top
                        if row < 0 or row >= x.shape[1]:
                            continue
                        for b in range(size_width):
                            column = j * stride_width + b - left
                            if column < 0 or column >= x.shape[2]:
                                continue
                            seen = &x[n, row, column, 0]
                            if not begun:
                                begun = True
                                for c in range(channels):
                                    best[c] = seen[c]
                                    place[c] = <int>(a * size_width + b)
                                continue
                            for c in range(channels):
                                if seen[c] > best[c] or (seen[c] != seen[c] and best[c] == best[c]):
                                    best[c] = seen[c]
                                    place[c] = <int>(a * size_width + b)


def max_pool2d_backward(const real[:, :, :, ::1] dz, const int[:, :, :, ::1] winner, Py_ssize_t size_height,
                        Py_ssize_t size_width, Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t top,
                        Py_ssize_t left, real[:, :, :, ::1] dx):
    """Add to dx (n, H, W, C), zero at first, the gradient of each window at its winner."""
    cdef Py_ssize_t n, i, j, c, row, column
    check_pool(dx.shape[0], dx.shape[3], dx.shape[1] + 2 * top, dx.shape[2] + 2 * left, size_height, size_width,
               stride_height, stride_width, dz.shape[0], dz.shape[1], dz.shape[2], dz.shape[3])
    if not (winner.shape[0] == dz.shape[0] and winner.shape[1] == dz.shape[1] and winner.shape[2] == dz.shape[2]
            and winner.shape[3] == dz.shape[3]):
        raise ValueError("kernels: shapes do not fit")
    with nogil:
        for n in range(dz.shape[0]):
            for i in range(dz.shape[1]):
                for j in range(dz.shape[2]):
                    for c in range(dz.shape[3]):
                        row = i * stride_height + winner[n, i, j, c] // size_width - top
                        column = j * stride_width + winner[n, i, j, c] % size_width - left
                        if 0 <= row < dx.shape[1] and 0 <= column < dx.shape[2]:
                            dx[n, row, column, c] += dz[n, i, j, c]


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
