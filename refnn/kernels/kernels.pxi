# The body of every CPU level: the same source, built once for each.
from libc.math cimport INFINITY
from libc.stdlib cimport free, malloc

cdef extern from *:
    """
    #ifndef REFNN_SOURCE_HASH
    #define REFNN_SOURCE_HASH ""
    #endif
    """
    const char* REFNN_SOURCE_HASH

SOURCE_HASH = REFNN_SOURCE_HASH.decode()

ctypedef fused real:
    float
    double

include "tile.pxi"
include "matmul.pxi"
include "conv.pxi"
include "pooling.pxi"
include "elementwise.pxi"
include "perceptron.pxi"
