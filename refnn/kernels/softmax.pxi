"""Softmax and its cross-entropy: the loss of each sample and the gradient in its scores, in one go.

The exponentials are most of the work. The library's `exp` takes one number at a time; written out as below, with
nothing but sums, products and a cast, it takes as many as a vector holds.
"""

cdef union Bits32:
    int whole
    float number

cdef union Bits64:
    long long whole
    double number


def softmax_cross_entropy(const real[:, ::1] scores, const Py_ssize_t[::1] labels, real[::1] losses,
                          real[:, ::1] gradient):
    """losses_i = -log softmax(s_i)[label] and gradient_i = softmax(s_i) - one-hot of the label (LOG-08, LOG-09).

    As in the definition, nothing cancels: the loss of a sample that the model is sure of is log(1 + the rest), and the
    label's entry of the gradient is minus the sum of the others.
    """
    cdef Py_ssize_t i, k, classes = scores.shape[1]
    cdef real most, rest, total, own
    cdef real* e
    if not (labels.shape[0] == losses.shape[0] == gradient.shape[0] == scores.shape[0]
            and gradient.shape[1] == classes):
        raise ValueError("kernels: shapes do not fit")
    for i in range(labels.shape[0]):
        if not 0 <= labels[i] < classes:
            raise ValueError("kernels: a label is no class")
    if scores.shape[0] == 0:
        return
    with nogil:
        for i in range(scores.shape[0]):
            most = greatest(classes, &scores[i, 0])
            for k in range(classes):
                gradient[i, k] = scores[i, k] - most  # the greatest is 0 now, and no exponential overflows
            losses[i] = -gradient[i, labels[i]]
        e = &gradient[0, 0]
        for k in range(scores.shape[0] * classes):
            e[k] = exponential(e[k])
        for i in range(scores.shape[0]):
            e = &gradient[i, 0]
            own = e[labels[i]]
            e[labels[i]] = 0
            rest = sum_of(classes, e)
            total = rest + own
            # log(sum_k e^(s_k - s_y)): the label leads if its own distance to the greatest is 0
            losses[i] = <real>log1p(rest) if losses[i] == 0 else <real>log(total) + losses[i]
            for k in range(classes):
                e[k] /= total
            e[labels[i]] = -rest / total


cdef inline real exponential(real x) noexcept nogil:
    """Return e^x for x <= 0: 2^n e^r with n the whole number nearest to x / log 2, so that |r| is at most log(2) / 2.

    There the Taylor series needs few terms. 2^n is put together from its bits, in two factors, since n may reach below
    the smallest exponent. Adding 1.5 * 2^p and taking it away again rounds to a whole number, p bits being the
    fraction's. NaN stays NaN.
    """
    cdef real r, n, series, one = 1
    cdef Bits32 half32, rest32
    cdef Bits64 half64, rest64
    cdef int whole, half
    if real is float:
        x = -104 if x < -104 else x
        n = (x * <real>1.44269504088896340736 + <real>12582912.0) - <real>12582912.0
        r = (x - n * <real>0.693359375) - n * <real>-2.12194440054690583e-4  # log 2 in two pieces, the first exact
        series = one + r * (one + r * (<real>(1 / 2.) + r * (<real>(1 / 6.) + r * (<real>(1 / 24.) + r * (
            <real>(1 / 120.) + r * (<real>(1 / 720.) + r * <real>(1 / 5040.)))))))
        whole = <int>(n if n == n else 0)
        half = whole // 2
        half32.whole = (half + 127) << 23
        rest32.whole = (whole - half + 127) << 23
        return series * half32.number * rest32.number
    else:
        x = -746 if x < -746 else x
        n = (x * 1.44269504088896340736 + 6755399441055744.0) - 6755399441055744.0
        r = (x - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6
        series = 1 + r * (1 + r * (1 / 2. + r * (1 / 6. + r * (1 / 24. + r * (1 / 120. + r * (1 / 720. + r * (
            1 / 5040. + r * (1 / 40320. + r * (1 / 362880. + r * (1 / 3628800. + r * (1 / 39916800. + r * (
                1 / 479001600. + r * (1 / 6227020800.)))))))))))))
        whole = <int>(n if n == n else 0)
        half = whole // 2
        half64.whole = <long long>(half + 1023) << 52
        rest64.whole = <long long>(whole - half + 1023) << 52
        return series * half64.number * rest64.number
