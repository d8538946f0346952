# The body of every CPU level: the same source, built once for each.
from cython.parallel cimport prange
from libc.math cimport INFINITY, log, log1p, sqrt, sqrtf
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

cdef extern from *:
    """
    #ifndef REFNN_SOURCE_HASH
    #define REFNN_SOURCE_HASH ""
    #endif
    #ifdef _OPENMP
    #define REFNN_THREADS 1
    #else
    #define REFNN_THREADS 0
    #endif
    """
    const char* REFNN_SOURCE_HASH
    const int REFNN_THREADS

SOURCE_HASH = REFNN_SOURCE_HASH.decode()
HAS_THREADS = bool(REFNN_THREADS)  # the compiler knew OpenMP

cdef enum:
    WORTH = 500_000  # multiply-adds, or numbers to be looked at, that are worth waking another thread for

cdef int threads = 1


def set_threads(int number):
    """Let this many threads share the work of a kernel.

    What they share are whole tiles, images or pieces, each of which one thread computes as it would alone. The sums of
    several images are kept in a fixed number of parts, whatever the threads, and added up in order: the result is the
    same, bit for bit.
    """
    global threads
    threads = number

ctypedef fused real:
    float
    double

cdef extern from *:
    """
    /* a b + c, rounded once where the CPU has an instruction for it. The compiler is forbidden to do so anywhere else. */
    #if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    #define refnn_fused_float fmaf
    #define refnn_fused_double fma
    #else
    #define refnn_fused_float(a, b, c) ((a) * (b) + (c))
    #define refnn_fused_double refnn_fused_float
    #endif
    """
    float refnn_fused_float(float a, float b, float c) noexcept nogil
    double refnn_fused_double(double a, double b, double c) noexcept nogil


cdef inline real multiply_add(real a, real b, real c) noexcept nogil:
    """Return a b + c, rounded once where the CPU can, else twice."""
    if real is float:
        return refnn_fused_float(a, b, c)
    else:
        return refnn_fused_double(a, b, c)


include "tile.pxi"
include "matmul.pxi"
include "conv.pxi"
include "conv_to_kernel.pxi"
include "pooling.pxi"
include "lanes.pxi"
include "elementwise.pxi"
include "softmax.pxi"
include "updates.pxi"
include "perceptron.pxi"
include "ladder.pxi"
