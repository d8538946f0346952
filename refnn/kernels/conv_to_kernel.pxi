"""The gradient in the kernel, dW = dz^T patches: the same tiles, with pixels as the k that they run through.

So what one tap of the kernel saw of all pixels must lie side by side. It does in planes, one for each column b of the
kernel, each channel, and each phase of the vertical stride: pixel (i, j) met tap (a, b) at (i S + a, j S + b), which is
line i + a // S of the plane of phase a % S, and there the place j. The outputs of a pixel lie side by side already, as
the columns of a tile should.

Few features would fill few of these columns, so all b stand there together. Column j of the image met tap b in output
j - b: what it met are kW F neighbours in a row of dz with zeros around it. Then one plane does for all b, and of a
picture with one channel that is the picture itself. But zero times infinity is NaN, so all pixels must be finite.

What a row of the kernel saw of the border of the image are zeros, and is left out if all of dz is finite.
"""


cdef struct Plan:
    Py_ssize_t H, W, channels, height, width, features, kernel_height, kernel_width, stride_height, stride_width
    Py_ssize_t border  # rows of zeros above and below the image that need not be looked at
    Py_ssize_t beside, shifts  # columns of the kernel that share a plane, and how many such planes there are
    Py_ssize_t lines  # of outputs at a time, so that the planes stay in the cache
    Py_ssize_t line, plane, each  # numbers in a line of a plane, in a plane, and in all planes of one shift
    Py_ssize_t across, down, columns, rows  # of a tile; and of all of them
    Py_ssize_t numbers, outputs, bordered, row  # of all tiles, of some lines of dz, of these with zeros around, of x


def conv2d_to_kernel(const real[:, :, :, ::1] dz, const real[:, :, :, ::1] x, Py_ssize_t kernel_height,
                     Py_ssize_t kernel_width, Py_ssize_t stride_height, Py_ssize_t stride_width,
                     Py_ssize_t border_height, real[:, ::1] dW):
    """dW (K, F) = patches^T dz; x is padded, with so many rows of zeros above and below."""
    cdef Py_ssize_t images = dz.shape[0], pixels = dz.shape[1] * dz.shape[2], features = dz.shape[3], K = dW.shape[0]
    cdef Py_ssize_t i, part, parts = min(PARTS, images)
    cdef bint many = images * pixels * features * K > WORTH
    check(x.shape[0], x.shape[1], x.shape[2], kernel_height, kernel_width, stride_height, stride_width, images,
          dz.shape[1], dz.shape[2], K == kernel_height * kernel_width * x.shape[3] and dW.shape[1] == features)
    dW[...] = 0
    if images * pixels * K * features == 0:
        return
    cdef bint together = (stride_width == 1 and features <= FEW and features * kernel_width <= WIDE
                          and all_finite(x.shape[0] * x.shape[1] * x.shape[2] * x.shape[3], &x[0, 0, 0, 0]))
    if x.shape[3] < FEW_CHANNELS or not (border_height and all_finite(images * pixels * features, &dz[0, 0, 0, 0])):
        border_height = 0
    cdef Plan plan = plan_for(x.shape[1], x.shape[2], x.shape[3], dz.shape[1], dz.shape[2], features, kernel_height,
                              kernel_width, stride_height, stride_width, border_height,
                              kernel_width if together else 1)
    cdef Py_ssize_t workplace = NARROW * panels(plan.numbers + plan.outputs + plan.bordered
                                                + plan.shifts * plan.each + plan.row * plan.channels + NARROW, NARROW)
    cdef Py_ssize_t* tap = places_of_taps(plan)
    cdef real* sums = room(parts * workplace, &x[0, 0, 0, 0])
    with nogil:
        for part in prange(parts, schedule="static", num_threads=threads, use_threads_if=many):
            some_images(&dz[part * images // parts, 0, 0, 0], &x[part * images // parts, 0, 0, 0],
                        (part + 1) * images // parts - part * images // parts, plan, tap, sums + part * workplace)
        for part in range(1, parts):
            for i in range(plan.numbers):
                sums[i] += sums[part * workplace + i]
        collect(sums, plan, &dW[0, 0])
        leave(sums)
        free(tap)


cdef Plan plan_for(Py_ssize_t H, Py_ssize_t W, Py_ssize_t channels, Py_ssize_t height, Py_ssize_t width,
                   Py_ssize_t features, Py_ssize_t kernel_height, Py_ssize_t kernel_width, Py_ssize_t stride_height,
                   Py_ssize_t stride_width, Py_ssize_t border, Py_ssize_t beside) noexcept nogil:
    """Decide how images are laid out, and how many numbers that makes."""
    cdef Plan plan
    plan.H, plan.W, plan.channels, plan.height, plan.width, plan.features = H, W, channels, height, width, features
    plan.kernel_height, plan.kernel_width, plan.border = kernel_height, kernel_width, border
    plan.stride_height, plan.stride_width = stride_height, stride_width
    plan.beside, plan.shifts = beside, kernel_width // beside
    plan.line = W if beside > 1 else width
    plan.lines = panels(height, panels(height * plan.line, DEPTH if beside == 1 else DEPTH // 4))  # one tile reads them
    plan.plane = panels((plan.lines - 1) * stride_height + kernel_height, stride_height) * plan.line + NARROW
    plan.each = channels * stride_height * plan.plane
    plan.rows, plan.columns = kernel_height * plan.shifts * channels, beside * features
    plan.across = width_for(plan.columns)
    plan.down = height_of(plan.across)
    plan.numbers = panels(plan.rows, plan.down) * panels(plan.columns, plan.across) * TILE
    plan.outputs = panels(plan.columns, plan.across) * plan.across * plan.lines * plan.line
    plan.bordered = (plan.lines * plan.line + kernel_width) * features + WIDE if beside > 1 else 0
    plan.row = panels(W, NARROW) * NARROW
    return plan


cdef Py_ssize_t* places_of_taps(Plan plan) except NULL:
    """Return where each row of the tiles begins in the planes; past the last tap the last one is read again.

    Behind them stand, for each tile, the first line of outputs in which one of its taps met the image, which is where
    the last one did, and the end of these lines, which is where the first one stops.
    """
    cdef Py_ssize_t i, k, a, b, c, count = panels(plan.rows, plan.down) * plan.down
    cdef Py_ssize_t* tap = offsets(count + 2 * count // plan.down)
    cdef Py_ssize_t* met = tap + count
    for i in range(count):
        k = min(i, plan.rows - 1)
        a, b, c = k // (plan.shifts * plan.channels), k // plan.channels % plan.shifts, k % plan.channels
        tap[i] = (b * plan.each + (c * plan.stride_height + a % plan.stride_height) * plan.plane
                  + a // plan.stride_height * plan.line)
        met[i // plan.down * 2] = panels(max(0, plan.border - a), plan.stride_height)
        if i % plan.down == 0:
            met[i // plan.down * 2 + 1] = panels(max(0, plan.H - plan.border - a), plan.stride_height)
    return tap


cdef void some_images(const real* dz, const real* x, Py_ssize_t images, Plan plan, const Py_ssize_t* tap,
                      real* sums) noexcept nogil:
    """Sum up what some images contribute: of each, lay some lines out, then compute all tiles."""
    cdef Py_ssize_t n, i, p, q, block, top, lines, depth, first, last, run = plan.width * plan.features
    cdef Py_ssize_t across = plan.across, wide_panels = panels(plan.columns, across)
    cdef const Py_ssize_t* met = tap + panels(plan.rows, plan.down) * plan.down
    cdef real* outputs = sums + plan.numbers
    cdef real* bordered = outputs + plan.outputs
    cdef real* planes = bordered + plan.bordered
    cdef real* line = planes + plan.shifts * plan.each
    cdef real* target
    cdef const real* plane = planes
    cdef const real* seen
    for i in range(plan.numbers):
        sums[i] = 0
    for i in range(plan.bordered):
        bordered[i] = 0
    for n in range(images):
        for block in range(panels(plan.height, plan.lines)):
            top = block * plan.lines
            lines = min(plan.lines, plan.height - top)
            depth = lines * plan.line
            seen = x + (n * plan.H + top * plan.stride_height) * plan.W * plan.channels
            if plan.beside > 1 and plan.channels == plan.stride_height == 1:
                plane = seen
            else:
                lay_out(seen, (lines - 1) * plan.stride_height + plan.kernel_height, plan, line, planes)
            seen = dz + (n * plan.height + top) * run
            if plan.beside > 1:
                for i in range(lines):
                    memcpy(bordered + (plan.kernel_width - 1 + i * plan.line) * plan.features, seen + i * run,
                           run * sizeof(real))
                seen = bordered
            if plan.features != across:  # else they are a panel as they are
                pack_columns(across if plan.beside > 1 else plan.features, depth, seen, 1, plan.features, across,
                             outputs)
                seen = outputs
            for p in range(panels(plan.rows, plan.down)):
                first = max(0, min(lines, met[2 * p] - top)) * plan.line
                last = max(0, min(lines, met[2 * p + 1] - top)) * plan.line
                for q in range(wide_panels):
                    target = sums + (p * wide_panels + q) * TILE
                    tile(across, last - first, plane + first, tap + p * plan.down, seen + (q * depth + first) * across,
                         target, -INFINITY, target, across)


cdef void lay_out(const real* x, Py_ssize_t lines, Plan plan, real* line, real* planes) noexcept nogil:
    """Write down the planes of some lines of an image, line by line, each channel by channel."""
    cdef Py_ssize_t i, j, b, c
    cdef const real* first
    cdef real* target
    for i in range(lines):
        transpose(plan.W, plan.channels, x + i * plan.W * plan.channels, plan.channels, line, plan.row)
        for b in range(plan.shifts):
            target = planes + b * plan.each + i % plan.stride_height * plan.plane + i // plan.stride_height * plan.line
            for c in range(plan.channels):
                first = line + c * plan.row + b
                if plan.stride_width == 1:
                    spill(plan.line, first, target)
                else:
                    for j in range(plan.line):
                        target[j] = first[j * plan.stride_width]
                target += plan.stride_height * plan.plane


cdef inline void spill(Py_ssize_t count, const real* x, real* out) noexcept nogil:
    """Copy numbers in whole vectors: up to fifteen of those behind them come along, to be overwritten in turn."""
    cdef Py_ssize_t k
    for k in range(panels(count, NARROW)):
        memcpy(out + k * NARROW, x + k * NARROW, NARROW * sizeof(real))


cdef void collect(const real* sums, Plan plan, real* dW) noexcept nogil:
    """Write each sum where its weight stands; taps that share a plane run backwards through the columns."""
    cdef Py_ssize_t i, a, b, c, s, q, across = plan.across, wide_panels = panels(plan.columns, across)
    cdef const real* row
    cdef real* weights
    for i in range(plan.rows):
        a, b, c = i // (plan.shifts * plan.channels), i // plan.channels % plan.shifts, i % plan.channels
        row = sums + i // plan.down * wide_panels * TILE + i % plan.down * across
        for s in range(plan.beside):
            weights = dW + ((a * plan.kernel_width + b + plan.beside - 1 - s) * plan.channels + c) * plan.features
            for q in range(panels(plan.features, across)):
                copy_row(min(across, plan.features - q * across), row + q * TILE + s * plan.features,
                         weights + q * across)
