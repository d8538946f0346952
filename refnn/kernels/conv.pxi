"""Convolution as a matrix product whose left factor is never written down.

The pixels of a channels-last image that one output sees form a row of K = kH kW C numbers. Lay these rows under each
other and the three products of a convolution are matrix products of this (pixels x K) matrix of patches,

    z = patches W^T + b          dpatches = dz W          dW = dz^T patches,

but it would be kH kW times the image. It need not be: the numbers of a patch that lie in one row of the image, kW C of
them, are neighbours in memory. A tile reads them there.

Images arrive padded, (n, H, W, C); kernels as (F, K) in the order a, b, c. Kernel row a of a patch is a run of kW C
numbers, a lines below the patch's origin.
"""

cdef enum:
    FEW = 12   # features that leave many columns of a tile idle
    PARTS = 4  # that a batch is cut into where each needs memory of its own
    STRIP = 32 # rows of a picture at a time


cdef Py_ssize_t* origins(Py_ssize_t height, Py_ssize_t width, Py_ssize_t row, Py_ssize_t column) except NULL:
    """Return where the patch of every output pixel of an image begins, the last one repeated to fill a tile of rows."""
    cdef Py_ssize_t i, j, pixels = height * width, whole = pixels + NARROW_ROWS
    cdef Py_ssize_t* origin = offsets(whole)
    for i in range(height):
        for j in range(width):
            origin[i * width + j] = i * row + j * column
    for i in range(pixels, whole):
        origin[i] = origin[pixels - 1]
    return origin


def conv2d(const real[:, :, :, ::1] x, const real[:, ::1] W, const real[::1] bias, Py_ssize_t kernel_height,
           Py_ssize_t kernel_width, Py_ssize_t stride_height, Py_ssize_t stride_width, bint relu,
           real[:, :, :, ::1] z):
    """z (n, Ho, Wo, F) = the patches of x times W^T, plus the bias, cut at zero."""
    cdef Py_ssize_t channels = x.shape[3], line = x.shape[2] * channels, K = W.shape[1], run = kernel_width * channels
    cdef Py_ssize_t height = z.shape[1], width = z.shape[2], features = z.shape[3], pixels = height * width
    cdef Py_ssize_t n, across = width_for(features), images = z.shape[0]
    cdef bint many = images * pixels * features * K > WORTH
    check(x.shape[0], x.shape[1], x.shape[2], kernel_height, kernel_width, stride_height, stride_width, z.shape[0],
          height, width, K == kernel_height * run and W.shape[0] == features
          and (bias is None or bias.shape[0] == features))
    if images * pixels * features == 0:
        return
    if channels == 1 and stride_height == stride_width == 1 and features <= FEW:
        one_channel(x, W, bias, kernel_height, kernel_width, relu, z)
        return
    cdef Py_ssize_t* origin = origins(height, width, stride_height * line, stride_width * channels)
    cdef real* start = starts(bias, features, across, True, <const real*>NULL)
    cdef real* kernels = room(panels(features, across) * across * K, start)
    cdef const real* first = &x[0, 0, 0, 0] if K else NULL
    cdef Py_ssize_t each = x.shape[1] * line
    with nogil:
        if K:
            pack_columns(features, K, &W[0, 0], K, 1, across, kernels)
        for n in prange(images, schedule="static", num_threads=threads, use_threads_if=many):
            one_image(first + n * each, line, origin, pixels, kernel_height, run, kernels, features, start, relu,
                      &z[n, 0, 0, 0])
        leave(kernels)
        leave(start)
        free(origin)


cdef void one_image(const real* x, Py_ssize_t line, const Py_ssize_t* origin, Py_ssize_t pixels,
                    Py_ssize_t kernel_height, Py_ssize_t run, const real* kernels, Py_ssize_t features,
                    const real* start, bint relu, real* z) noexcept nogil:
    """The convolution of one image, tile by tile; a tile takes the kernel row by row."""
    cdef Py_ssize_t p, q, a, across = width_for(features), down = height_of(across), K = kernel_height * run
    cdef const real* begin
    cdef real sums[TILE]
    for p in range(panels(pixels, down)):
        for q in range(panels(features, across)):
            begin = start + q * TILE
            for a in range(kernel_height):
                tile(across, run, x + a * line, origin + p * down, kernels + (q * K + a * run) * across, begin,
                     0 if relu and a == kernel_height - 1 else -INFINITY, sums, across)
                begin = sums
            store(across, sums, min(down, pixels - p * down), min(across, features - q * across),
                  z + p * down * features + q * across, features, 1)


def conv2d_to_input(const real[:, :, :, ::1] dz, const real[:, ::1] W, Py_ssize_t kernel_height,
                    Py_ssize_t kernel_width, Py_ssize_t stride_height, Py_ssize_t stride_width,
                    real[:, :, :, ::1] dx):
    """Add to dx (n, H, W, C), padded and zero at first: the patches dz W, each number where it was seen."""
    cdef Py_ssize_t channels = dx.shape[3], line = dx.shape[2] * channels, K = W.shape[1], run = kernel_width * channels
    cdef Py_ssize_t height = dz.shape[1], width = dz.shape[2], features = dz.shape[3], pixels = height * width
    cdef Py_ssize_t n, a, images = dz.shape[0], together = max(1, min(kernel_height, WIDE // max(1, run)))
    cdef Py_ssize_t across = width_for(together * run), each = panels(together * run, across) * across * features
    cdef bint many = images * pixels * features * K > WORTH
    check(dx.shape[0], dx.shape[1], dx.shape[2], kernel_height, kernel_width, stride_height, stride_width, dz.shape[0],
          height, width, K == kernel_height * run and W.shape[0] == features)
    if images * pixels * features * K == 0:
        return
    cdef Py_ssize_t* origin = origins(height, width, stride_height * line, stride_width * channels)
    cdef const real[::1] nothing = None
    cdef real* zeros = starts(nothing, 1, across, True, <const real*>NULL)
    cdef real* kernels = room(panels(kernel_height, together) * each, zeros)
    with nogil:
        for a in range(panels(kernel_height, together)):
            pack_columns(min(together, kernel_height - a * together) * run, features, &W[0, a * together * run], 1, K,
                         across, kernels + a * each)
        for n in prange(images, schedule="static", num_threads=threads, use_threads_if=many):
            one_image_back(&dz[n, 0, 0, 0], pixels, features, kernels, kernel_height, together, run, zeros, line,
                           origin, &dx[n, 0, 0, 0])
        leave(kernels)
        leave(zeros)
        free(origin)


cdef void one_image_back(const real* dz, Py_ssize_t pixels, Py_ssize_t features, const real* kernels,
                         Py_ssize_t kernel_height, Py_ssize_t together, Py_ssize_t run, const real* zeros,
                         Py_ssize_t line, const Py_ssize_t* origin, real* dx) noexcept nogil:
    """Compute the patches of one image, tile by tile, and add each row of a tile where its pixel saw it.

    Kernel rows that are short share a tile. The pixels of a tile lie far from each other: the patches of neighbours
    overlap, and to add one the other must have been written.
    """
    cdef Py_ssize_t across = width_for(together * run), each = panels(together * run, across)
    cdef Py_ssize_t down = height_of(across), apart = panels(pixels, down), p, q, i, a, r
    cdef real sums[TILE]
    cdef Py_ssize_t rows[NARROW_ROWS]
    for p in range(apart):
        for i in range(down):
            rows[i] = min(p + i * apart, pixels - 1) * features
        for a in range(panels(kernel_height, together)):
            for q in range(each):
                tile(across, features, dz, rows, kernels + (a * each + q) * across * features, zeros, -INFINITY, sums,
                     across)
                for r in range(min(together, kernel_height - a * together)):
                    for i in range(panels(pixels - p, apart)):
                        add_row(min(across, run - q * across), sums + i * across + r * run,
                                dx + origin[p + i * apart] + (a * together + r) * line + q * across)


cdef int one_channel(const real[:, :, :, ::1] x, const real[:, ::1] W, const real[::1] bias, Py_ssize_t kernel_height,
                     Py_ssize_t kernel_width, bint relu, real[:, :, :, ::1] z) except -1:
    """Few features of pictures with one channel: here pixels become the columns of the tile, and features its rows.

    What a tap sees of neighbouring pixels are neighbours too. Each line of the picture is laid out once for each column
    b of the kernel, shifted by b; then the lines that an output row needs are a panel, and the next row's begins one
    line later. Where the features fill less than half of the tile's rows, these serve several rows of the output
    together, each with its kernel moved down by one and zeros above and below; but zero times infinity is NaN, so all
    pixels must be finite for that.
    """
    cdef Py_ssize_t height = z.shape[1], width = z.shape[2], features = z.shape[3], images = x.shape[0]
    cdef Py_ssize_t across = width_for(width), down = height_of(across), together = max(1, down // features)
    if together > 1 and not all_finite(images * x.shape[1] * x.shape[2], &x[0, 0, 0, 0]):
        together = 1
    cdef Py_ssize_t rows = features * together, groups = panels(rows, down)
    cdef Py_ssize_t high = kernel_height + together - 1, taps = high * kernel_width
    cdef Py_ssize_t i, j, k, f, r, n, part, parts = min(PARTS, images)
    cdef Py_ssize_t lines = (STRIP + high) * kernel_width * across
    cdef bint many = images * height * width * features * W.shape[1] > WORTH
    cdef real* seen = room(parts * lines + groups * TILE + rows * taps, &x[0, 0, 0, 0])
    cdef real* start = seen + parts * lines
    cdef real* tall = start + groups * TILE
    cdef Py_ssize_t* begin = offsets(groups * down)
    with nogil:
        for k in range(rows * taps):
            tall[k] = 0
        for f in range(features):
            for r in range(together):
                for k in range(W.shape[1]):
                    tall[(f * together + r) * taps + r * kernel_width + k] = W[f, k]
        for i in range(groups * down):
            begin[i] = min(i, rows - 1) * taps
            for j in range(across):
                start[i * across + j] = bias[min(i, rows - 1) // together] if bias is not None else 0
        for part in prange(parts, schedule="static", num_threads=threads, use_threads_if=many):
            for n in range(part * images // parts, (part + 1) * images // parts):
                one_picture(&x[n, 0, 0, 0], x.shape[1], x.shape[2], high, kernel_width, features, together, tall, begin,
                            start, seen + part * lines, height, width, relu, &z[n, 0, 0, 0])
        free(begin)
        leave(seen)
    return 0


cdef void one_picture(const real* x, Py_ssize_t H, Py_ssize_t W, Py_ssize_t high, Py_ssize_t kernel_width,
                      Py_ssize_t features, Py_ssize_t together, const real* tall, const Py_ssize_t* begin,
                      const real* start, real* seen, Py_ssize_t height, Py_ssize_t width, bint relu,
                      real* z) noexcept nogil:
    """Do so for one picture, a strip of rows and a tile of columns at a time: so the lines stay in the cache."""
    cdef Py_ssize_t across = width_for(width), down = height_of(across), rows = features * together
    cdef Py_ssize_t line = kernel_width * across, i, f, k, p, q, top, first, group, count, strip = STRIP // together
    cdef real least = 0 if relu else -INFINITY
    cdef real* pixel
    cdef real sums[TILE]
    for group in range(panels(height, strip * together)):
        first = group * strip * together
        for p in range(panels(width, across)):
            count = min(across, width - p * across)
            for i in range(first, first + strip * together + high - 1):
                if i < H:
                    pack_columns(count, kernel_width, x + i * W + p * across, 1, 1, across, seen + (i - first) * line)
                else:
                    for k in range(line):
                        seen[(i - first) * line + k] = 0
            for i in range(min(strip, panels(height - first, together))):
                top = first + i * together
                for q in range(panels(rows, down)):
                    tile(across, high * kernel_width, tall, begin + q * down, seen + i * together * line,
                         start + q * down * across, least, sums, across)
                    pixel = z + (top * width + p * across) * features
                    if together == 1:
                        store(across, sums, min(down, rows - q * down), count, pixel + q * down, 1, features)
                    else:
                        for f in range(features):
                            store(across, sums + f * together * across, min(together, height - top), count, pixel + f,
                                  width * features, features)


cdef int check(Py_ssize_t n, Py_ssize_t H, Py_ssize_t W, Py_ssize_t kernel_height, Py_ssize_t kernel_width,
               Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t m, Py_ssize_t height, Py_ssize_t width,
               bint rest) except -1:
    """Refuse windows that would leave the padded image: nothing below looks at a bound again."""
    if not (rest and n == m and stride_height > 0 and stride_width > 0
            and (height == 0 or (kernel_height <= H and height - 1 <= (H - kernel_height) // stride_height))
            and (width == 0 or (kernel_width <= W and width - 1 <= (W - kernel_width) // stride_width))):
        raise ValueError("kernels: shapes do not fit")
    return 0
