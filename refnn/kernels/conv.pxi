"""Convolution as a matrix product whose left factor is never written down.

The pixels of a channels-last image that one output sees form a row of K = kH kW C numbers. Lay these rows under each
other and the three products of a convolution are matrix products of this (pixels x K) matrix of patches,

    z = patches W^T + b          dpatches = dz W          dW = dz^T patches,

but it would be kH kW times the image. So only the panels that the tile is about to read are gathered, and what comes
back in dpatches is added to the image at once.

Images arrive padded, (n, H, W, C); kernels as (F, K) in the order a, b, c. Output pixel p = (image, i, j) sees first
the number origin(p), and along its patch the numbers origin(p) + reach[k].
"""

cdef Py_ssize_t origin(Py_ssize_t pixel, Py_ssize_t height, Py_ssize_t width, Py_ssize_t image, Py_ssize_t row,
                       Py_ssize_t column) noexcept nogil:
    """Return where the patch of an output pixel begins; `image`, `row`, `column` are steps in the padded input."""
    return pixel // (height * width) * image + pixel // width % height * row + pixel % width * column


cdef void reaches(Py_ssize_t* reach, Py_ssize_t kernel_height, Py_ssize_t run, Py_ssize_t line) noexcept nogil:
    """Fill in how far each number of a patch lies from its first: kH runs of kW C neighbours, a line apart."""
    cdef Py_ssize_t a, k
    for a in range(kernel_height):
        for k in range(run):
            reach[a * run + k] = a * line + k


def conv2d(const real[:, :, :, ::1] x, const real[:, ::1] W, const real[::1] bias, Py_ssize_t kernel_height,
           Py_ssize_t kernel_width, Py_ssize_t stride_height, Py_ssize_t stride_width, bint relu,
           real[:, :, :, ::1] z):
    """z (n, Ho, Wo, F) = the patches of x times W^T, plus the bias, cut at zero."""
    cdef Py_ssize_t channels = x.shape[3], line = x.shape[2] * channels, image = x.shape[1] * line, K = W.shape[1]
    cdef Py_ssize_t height = z.shape[1], width = z.shape[2], features = z.shape[3], pixels = z.shape[0] * height * width
    cdef Py_ssize_t p, q, i, k, a, start, full, run = kernel_width * channels
    cdef const real* beta = &bias[0] if bias is not None and features else NULL
    cdef const real* patch
    cdef real sums[TILE]
    check(x.shape[0], x.shape[1], x.shape[2], kernel_height, kernel_width, stride_height, stride_width, z.shape[0],
          height, width, K == kernel_height * run and W.shape[0] == features
          and (bias is None or bias.shape[0] == features))
    if pixels == 0 or features == 0:
        return
    cdef const real* first = &x[0, 0, 0, 0] if image else NULL
    cdef real* patches = room((ROWS + panels(features, COLUMNS) * COLUMNS) * K, first)
    cdef real* kernels = patches + ROWS * K
    with nogil:
        if K:
            pack(features, K, COLUMNS, &W[0, 0], K, 1, kernels)
        for p in range(panels(pixels, ROWS)):
            full = min(ROWS, pixels - p * ROWS)
            for i in range(ROWS):  # past the last pixel the last one is read again; its sums are not stored
                start = origin(p * ROWS + min(i, full - 1), height, width, image, stride_height * line,
                               stride_width * channels)
                for a in range(kernel_height):
                    patch = first + start + a * line
                    for k in range(run):
                        patches[(a * run + k) * ROWS + i] = patch[k]
            for q in range(panels(features, COLUMNS)):
                tile(K, patches, kernels + q * COLUMNS * K, sums)
                store(sums, full, min(COLUMNS, features - q * COLUMNS), &z[0, 0, 0, 0] + p * ROWS * features
                      + q * COLUMNS, features, True, True, beta + q * COLUMNS if beta != NULL else NULL, relu)
        free(patches)


def conv2d_to_input(const real[:, :, :, ::1] dz, const real[:, ::1] W, Py_ssize_t kernel_height,
                    Py_ssize_t kernel_width, Py_ssize_t stride_height, Py_ssize_t stride_width,
                    real[:, :, :, ::1] dx):
    """Add to dx (n, H, W, C), padded and zero at first: the patches dz W, each number where it was seen."""
    cdef Py_ssize_t channels = dx.shape[3], line = dx.shape[2] * channels, image = dx.shape[1] * line, K = W.shape[1]
    cdef Py_ssize_t height = dz.shape[1], width = dz.shape[2], features = dz.shape[3]
    cdef Py_ssize_t pixels = dz.shape[0] * height * width, p, q, i, j, full, columns, run = kernel_width * channels
    cdef real sums[TILE]
    cdef real* target
    check(dx.shape[0], dx.shape[1], dx.shape[2], kernel_height, kernel_width, stride_height, stride_width, dz.shape[0],
          height, width, K == kernel_height * run and W.shape[0] == features)
    if pixels == 0 or features == 0 or K == 0:
        return
    cdef real* outputs = room((ROWS + panels(K, COLUMNS) * COLUMNS) * features, &W[0, 0])
    cdef real* kernels = outputs + ROWS * features
    cdef Py_ssize_t* reach = <Py_ssize_t*>malloc(K * sizeof(Py_ssize_t))
    if reach == NULL:
        free(outputs)
        raise MemoryError
    with nogil:
        reaches(reach, kernel_height, run, line)
        pack(K, features, COLUMNS, &W[0, 0], 1, K, kernels)
        for p in range(panels(pixels, ROWS)):
            full = min(ROWS, pixels - p * ROWS)
            pack(full, features, ROWS, &dz[0, 0, 0, 0] + p * ROWS * features, features, 1, outputs)
            for q in range(panels(K, COLUMNS)):
                columns = min(COLUMNS, K - q * COLUMNS)
                tile(features, outputs, kernels + q * COLUMNS * features, sums)
                for i in range(full):
                    target = &dx[0, 0, 0, 0] + origin(p * ROWS + i, height, width, image, stride_height * line,
                                                      stride_width * channels)
                    for j in range(columns):
                        target[reach[q * COLUMNS + j]] += sums[i * COLUMNS + j]
        free(outputs)
        free(reach)


def conv2d_to_kernel(const real[:, :, :, ::1] dz, const real[:, :, :, ::1] x, Py_ssize_t kernel_height,
                     Py_ssize_t kernel_width, Py_ssize_t stride_height, Py_ssize_t stride_width, real[:, ::1] dW):
    """dW (K, F) = patches^T dz, in blocks of pixels."""
    cdef Py_ssize_t channels = x.shape[3], line = x.shape[2] * channels, image = x.shape[1] * line, K = dW.shape[0]
    cdef Py_ssize_t height = dz.shape[1], width = dz.shape[2], features = dz.shape[3]
    cdef Py_ssize_t pixels = dz.shape[0] * height * width, run = kernel_width * channels
    cdef Py_ssize_t p, q, i, k, full, block, depth, start
    cdef real sums[TILE]
    check(x.shape[0], x.shape[1], x.shape[2], kernel_height, kernel_width, stride_height, stride_width, dz.shape[0],
          height, width, K == kernel_height * run and dW.shape[1] == features)
    if K == 0 or features == 0:
        return
    cdef const real* first = &x[0, 0, 0, 0] if x.shape[0] and image else NULL
    cdef real* patches = room((ROWS + panels(features, COLUMNS) * COLUMNS) * DEPTH, first)
    cdef real* outputs = patches + ROWS * DEPTH
    cdef Py_ssize_t* reach = <Py_ssize_t*>malloc((K + DEPTH) * sizeof(Py_ssize_t))
    cdef Py_ssize_t* origins = reach + K
    if reach == NULL:
        free(patches)
        raise MemoryError
    with nogil:
        reaches(reach, kernel_height, run, line)
        dW[...] = 0
        for block in range(panels(pixels, DEPTH)):
            start = block * DEPTH
            depth = min(DEPTH, pixels - start)
            for i in range(depth):
                origins[i] = origin(start + i, height, width, image, stride_height * line, stride_width * channels)
            pack(features, depth, COLUMNS, &dz[0, 0, 0, 0] + start * features, 1, features, outputs)
            for p in range(panels(K, ROWS)):
                full = min(ROWS, K - p * ROWS)
                for i in range(depth):
                    for k in range(ROWS):  # past the last tap the last one is read again; its sums are not stored
                        patches[i * ROWS + k] = first[origins[i] + reach[p * ROWS + min(k, full - 1)]]
                for q in range(panels(features, COLUMNS)):
                    tile(depth, patches, outputs + q * COLUMNS * depth, sums)
                    store(sums, full, min(COLUMNS, features - q * COLUMNS), &dW[p * ROWS, q * COLUMNS], features,
                          False, True, NULL, False)
        free(patches)
        free(reach)


cdef int check(Py_ssize_t n, Py_ssize_t H, Py_ssize_t W, Py_ssize_t kernel_height, Py_ssize_t kernel_width,
               Py_ssize_t stride_height, Py_ssize_t stride_width, Py_ssize_t m, Py_ssize_t height, Py_ssize_t width,
               bint rest) except -1:
    """Refuse windows that would leave the padded image: nothing below looks at a bound again."""
    if not (rest and n == m and stride_height > 0 and stride_width > 0
            and (height == 0 or (kernel_height <= H and height - 1 <= (H - kernel_height) // stride_height))
            and (width == 0 or (kernel_width <= W and width - 1 <= (W - kernel_width) // stride_width))):
        raise ValueError("kernels: shapes do not fit")
    return 0
