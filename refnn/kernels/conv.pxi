"""Convolution as a matrix product whose left factor is never written down.

The pixels of a channels-last image that one output sees form a row of K = kH kW C numbers. Lay these rows under each
other and the three products of a convolution are matrix products of this (pixels x K) matrix of patches,

    z = patches W^T + b          dpatches = dz W          dW = dz^T patches,

but it would be kH kW times the image. It need not be: the numbers of a patch that lie in one row of the image, kW C of
them, are neighbours in memory. A tile reads them there.

Images arrive padded, (n, H, W, C); kernels as (F, K) in the order a, b, c. Kernel row a of a patch is a run of kW C
numbers, a lines below the patch's origin.
"""

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
    cdef Py_ssize_t n, p, q, a, i, across = width_for(features), down = height_of(across)
    cdef const real* image
    cdef const real* begin
    cdef real sums[TILE]
    check(x.shape[0], x.shape[1], x.shape[2], kernel_height, kernel_width, stride_height, stride_width, z.shape[0],
          height, width, K == kernel_height * run and W.shape[0] == features
          and (bias is None or bias.shape[0] == features))
    if z.shape[0] * pixels * features == 0:
        return
    cdef Py_ssize_t* origin = origins(height, width, stride_height * line, stride_width * channels)
    cdef real* start = starts(bias, features, across, True, <const real*>NULL)
    cdef real* kernels = room(panels(features, across) * across * K, start)
    with nogil:
        for i in range(TILE):
            sums[i] = 0
        if K:
            pack_columns(features, K, &W[0, 0], K, 1, across, kernels)
        for n in range(z.shape[0]):
            image = &x[n, 0, 0, 0] if K else NULL
            for p in range(panels(pixels, down)):
                for q in range(panels(features, across)):
                    begin = start + q * TILE
                    for a in range(kernel_height):
                        tile(across, run, image + a * line, origin + p * down, kernels + (q * K + a * run) * across,
                             begin, sums)
                        begin = sums
                    store(across, sums, min(down, pixels - p * down), min(across, features - q * across),
                          &z[n, 0, 0, 0] + p * down * features + q * across, features, 1, relu)
        free(kernels)
        free(start)
        free(origin)


def conv2d_to_input(const real[:, :, :, ::1] dz, const real[:, ::1] W, Py_ssize_t kernel_height,
                    Py_ssize_t kernel_width, Py_ssize_t stride_height, Py_ssize_t stride_width,
                    real[:, :, :, ::1] dx):
    """Add to dx (n, H, W, C), padded and zero at first: the patches dz W, each number where it was seen."""
    cdef Py_ssize_t channels = dx.shape[3], line = dx.shape[2] * channels, K = W.shape[1], run = kernel_width * channels
    cdef Py_ssize_t height = dz.shape[1], width = dz.shape[2], features = dz.shape[3], pixels = height * width
    cdef Py_ssize_t n, p, q, i, a, across = width_for(run), down = height_of(across), each = panels(run, across)
    cdef real sums[TILE]
    cdef Py_ssize_t rows[NARROW_ROWS]
    check(dx.shape[0], dx.shape[1], dx.shape[2], kernel_height, kernel_width, stride_height, stride_width, dz.shape[0],
          height, width, K == kernel_height * run and W.shape[0] == features)
    if dz.shape[0] * pixels * features * K == 0:
        return
    cdef Py_ssize_t* origin = origins(height, width, stride_height * line, stride_width * channels)
    cdef const real[::1] nothing = None
    cdef real* zeros = starts(nothing, 1, across, True, <const real*>NULL)
    cdef real* kernels = room(kernel_height * each * across * features, zeros)
    with nogil:
        for a in range(kernel_height):
            pack_columns(run, features, &W[0, a * run], 1, K, across, kernels + a * each * across * features)
        for n in range(dz.shape[0]):
            for p in range(panels(pixels, down)):
                for i in range(down):
                    rows[i] = min(p * down + i, pixels - 1) * features
                for a in range(kernel_height):
                    for q in range(each):
                        tile(across, features, &dz[n, 0, 0, 0], rows, kernels + (a * each + q) * across * features,
                             zeros, sums)
                        for i in range(min(down, pixels - p * down)):
                            add_row(min(across, run - q * across), sums + i * across,
                                    &dx[n, 0, 0, 0] + origin[p * down + i] + a * line + q * across)
        free(kernels)
        free(zeros)
        free(origin)


def conv2d_to_kernel(const real[:, :, :, ::1] dz, const real[:, :, :, ::1] x, Py_ssize_t kernel_height,
                     Py_ssize_t kernel_width, Py_ssize_t stride_height, Py_ssize_t stride_width, real[:, ::1] dW):
    """dW (K, F) = patches^T dz: now k counts pixels, and what one tap of the kernel saw of them must lie side by side.

    It does in planes, one for each column b of the kernel, each channel, and each phase of the vertical stride: pixel
    (i, j) met tap (a, b) at (i stride + a, j stride + b), which is line i + a // stride of the plane of phase
    a % stride, and there the place j.
    """
    cdef Py_ssize_t channels = x.shape[3], K = dW.shape[0]
    cdef Py_ssize_t height = dz.shape[1], width = dz.shape[2], features = dz.shape[3]
    cdef Py_ssize_t plane = panels(x.shape[1], stride_height) * width, each = channels * stride_height * plane
    cdef Py_ssize_t across = width_for(features), down = height_of(across), taps = panels(K, down)
    cdef Py_ssize_t n, p, q, i, j, a, b, c, block, depth, wide = panels(features, across)
    cdef real* target
    check(x.shape[0], x.shape[1], x.shape[2], kernel_height, kernel_width, stride_height, stride_width, dz.shape[0],
          height, width, K == kernel_height * kernel_width * channels and dW.shape[1] == features)
    dW[...] = 0
    if dz.shape[0] * height * width * K * features == 0:
        return
    cdef Py_ssize_t* tap = offsets(taps * down)
    cdef real* sums = room(taps * wide * TILE + kernel_width * each + wide * across * DEPTH + x.shape[2], &x[0, 0, 0, 0])
    cdef real* planes = sums + taps * wide * TILE
    cdef real* outputs = planes + kernel_width * each
    cdef real* line = outputs + wide * across * DEPTH
    with nogil:
        for i in range(taps * wide * TILE):
            sums[i] = 0
        for i in range(taps * down):  # past the last tap the last one is read again; its sums are not stored
            c = min(i, K - 1)
            a, b, c = c // (kernel_width * channels), c // channels % kernel_width, c % channels
            tap[i] = b * each + (c * stride_height + a % stride_height) * plane + a // stride_height * width
        for n in range(dz.shape[0]):
            for i in range(x.shape[1]):
                for c in range(channels):
                    for j in range(x.shape[2]):
                        line[j] = x[n, i, j, c]
                    for b in range(kernel_width):
                        target = planes + (b * each + (c * stride_height + i % stride_height) * plane
                                           + i // stride_height * width)
                        if stride_width == 1:
                            for j in range(width):
                                target[j] = line[b + j]
                        else:
                            for j in range(width):
                                target[j] = line[b + j * stride_width]
            for block in range(panels(height * width, DEPTH)):
                depth = min(DEPTH, height * width - block * DEPTH)
                pack_columns(features, depth, &dz[n, 0, 0, 0] + block * DEPTH * features, 1, features, across, outputs)
                for p in range(taps):
                    for q in range(wide):
                        target = sums + (p * wide + q) * TILE
                        tile(across, depth, planes + block * DEPTH, tap + p * down, outputs + q * across * depth, target,
                             target)
        for p in range(taps):
            for q in range(wide):
                store(across, sums + (p * wide + q) * TILE, min(down, K - p * down),
                      min(across, features - q * across), &dW[p * down, q * across], features, 1, False)
        free(sums)
        free(tap)


cdef int check(Py_ssize_t n, Py_ssize_t H, Py_ssize_t W, Py_ssize_t kernel_height, Py_ssize_t kernel_width,
               Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t m, Py_ssize_t height, Py_ssize_t width,
               bint rest) except -1:
    """Refuse windows that would leave the padded image: nothing below looks at a bound again."""
    if not (rest and n == m and stride_height > 0 and stride_width > 0
            and (height == 0 or (kernel_height <= H and height - 1 <= (H - kernel_height) // stride_height))
            and (width == 0 or (kernel_width <= W and width - 1 <= (W - kernel_width) // stride_width))):
        raise ValueError("kernels: shapes do not fit")
    return 0
