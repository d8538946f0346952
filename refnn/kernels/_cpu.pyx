# cython: language_level=3
"""What this processor can do; built for the plainest one, so that it can be asked on any."""

cdef extern from *:
    """
    #if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    static int has_v3(void) {
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
            && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    }
    static int has_v4(void) {
        return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
            && __builtin_cpu_supports("avx512vl");
    }
    #else
    static int has_v3(void) { return 0; }
    static int has_v4(void) { return 0; }
    #endif
    """
    int has_v3()
    int has_v4()


def levels():
    """Name the CPU levels that this processor can run, the best first."""
    return [level for level, there in (("v4", has_v4()), ("v3", has_v3()), ("baseline", True)) if there]
