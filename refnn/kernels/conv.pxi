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
    SHARE = 64 # pixels of several images that one thread takes at a time


cdef struct Layer:
    Py_ssize_t line, channels, kernel_height, kernel_width, features  # a line of the image has so many numbers
    Py_ssize_t across, down  # of a tile


cdef struct Sight:
    int top, bottom, left, right  # the rows and columns of a kernel that lie over the image, not over its border


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


cdef Sight* sights(Py_ssize_t height, Py_ssize_t width, Py_ssize_t kernel_height, Py_ssize_t kernel_width,
                   Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t H, Py_ssize_t W,
                   Py_ssize_t border_height, Py_ssize_t border_width) except NULL:
    """Return what each output pixel sees of a padded image (H, W) that begins behind this border."""
    cdef Py_ssize_t i, j
    cdef Sight* sight = <Sight*>malloc(height * width * sizeof(Sight))
    if sight == NULL:
        raise MemoryError
    for i in range(height):
        for j in range(width):
            sight[i * width + j].top = <int>max(0, border_height - i * stride_height)
            sight[i * width + j].bottom = <int>min(kernel_height, H - border_height - i * stride_height)
            sight[i * width + j].left = <int>max(0, border_width - j * stride_width)
            sight[i * width + j].right = <int>min(kernel_width, W - border_width - j * stride_width)
    return sight


def conv2d(const real[:, :, :, ::1] x, const real[:, ::1] W, const real[::1] bias, Py_ssize_t kernel_height,
           Py_ssize_t kernel_width, Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t border_height,
           Py_ssize_t border_width, bint relu, real[:, :, :, ::1] z):
    """z (n, Ho, Wo, F) = the patches of x times W^T, plus the bias, cut at zero; the border of x is zeros.

    The rows of a tile are neighbouring pixels. With a border they are the same pixel of several images instead, while
    there are enough: what lies over the border is the same for all of them then, and is left out, a sixth of all
    multiplications for 3x3 kernels on 8x8 pixels. But zero times infinity is NaN, so all weights must be finite.
    """
    cdef Py_ssize_t height = z.shape[1], width = z.shape[2], features = z.shape[3], pixels = height * width
    cdef Py_ssize_t channels = x.shape[3], K = W.shape[1], images = z.shape[0], each = x.shape[1] * x.shape[2] * channels
    cdef Py_ssize_t across = width_for(features), down = height_of(across), groups = 0, shares = panels(pixels, SHARE)
    cdef Py_ssize_t n, k
    cdef bint many = images * pixels * features * K > WORTH
    cdef Layer layer = Layer(x.shape[2] * channels, channels, kernel_height, kernel_width, features, across, down)
    check(x.shape[0], x.shape[1], x.shape[2], kernel_height, kernel_width, stride_height, stride_width, images,
          height, width, K == kernel_height * kernel_width * channels and W.shape[0] == features
          and (bias is None or bias.shape[0] == features))
    if images * pixels * features == 0:
        return
    if channels == 1 and stride_height == stride_width == 1 and features <= FEW:
        one_channel(x, W, bias, kernel_height, kernel_width, relu, z)
        return
    if channels < FEW_CHANNELS or not ((border_height or border_width) and all_finite(features * K, &W[0, 0])):
        border_height = border_width = 0
    else:
        groups = images // down
    cdef Py_ssize_t* origin = origins(height, width, stride_height * layer.line, stride_width * channels)
    cdef Py_ssize_t* image = origins(1, down, 0, each)
    cdef Sight* sight = sights(height, width, kernel_height, kernel_width, stride_height, stride_width, x.shape[1],
                               x.shape[2], border_height, border_width)
    cdef real* start = starts(bias, features, across, True, <const real*>NULL)
    cdef real* kernels = room(panels(features, across) * across * K, start)
    cdef const real* first = &x[0, 0, 0, 0] if K else NULL
    with nogil:
        if K:
            pack_columns(features, K, &W[0, 0], K, 1, across, kernels)
        for k in prange(groups * shares, schedule="static", num_threads=threads, use_threads_if=many):
            n = k // shares * down
            outputs(layer, k % shares * pixels // shares, (k % shares + 1) * pixels // shares, pixels, first + n * each,
                    origin, image, sight, kernels, start, relu, &z[n, 0, 0, 0])
        for n in prange(groups * down, images, schedule="static", num_threads=threads, use_threads_if=many):
            outputs(layer, 0, panels(pixels, down), pixels, first + n * each, origin, NULL, sight, kernels, start, relu,
                    &z[n, 0, 0, 0])
        leave(kernels)
        leave(start)
        free(sight)
        free(image)
        free(origin)


cdef void outputs(Layer layer, Py_ssize_t first, Py_ssize_t last, Py_ssize_t pixels, const real* x,
                  const Py_ssize_t* origin, const Py_ssize_t* image, const Sight* sight, const real* kernels,
                  const real* start, bint relu, real* z) noexcept nogil:
    """Some tiles of outputs, of the pixels of one image, or of a pixel of each `image`.

    A tile takes the kernel row by row, as far as it lies over the image. Neighbours do not see the same columns of it.
    """
    cdef Py_ssize_t across = layer.across, down = layer.down, channels = layer.channels, features = layer.features
    cdef Py_ssize_t step = layer.kernel_width * channels, K = layer.kernel_height * step, p, q, a
    cdef Py_ssize_t top, bottom, left = 0, run, count = down, row = features
    cdef const Py_ssize_t* rows = image
    cdef const real* corner = x
    cdef real* target
    cdef const real* begin
    cdef real sums[TILE]
    for p in range(first, last):
        if image == NULL:
            rows, target, count = origin + p * down, z + p * down * features, min(down, pixels - p * down)
            top, bottom, run = sight[p * down + count - 1].top, sight[p * down].bottom, step
        else:
            corner, target, row = x + origin[p], z + p * features, pixels * features
            top, bottom, left = sight[p].top, sight[p].bottom, sight[p].left * channels
            run = sight[p].right * channels - left
        if top >= bottom or run < 0:  # nothing but the border
            top, bottom, run = 0, 1, 0
        for q in range(panels(features, across)):
            begin = start + q * TILE
            for a in range(top, bottom):
                tile(across, run, corner + a * layer.line + left, rows, kernels + (q * K + a * step + left) * across,
                     begin, 0 if relu and a == bottom - 1 else -INFINITY, sums, across)
                begin = sums
            store(across, sums, count, min(across, features - q * across), target + q * across, row, 1)


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
