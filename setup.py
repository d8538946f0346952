"""The compiled kernels: one Cython source, built once for each CPU level, and left out where nothing can build it.

REFNN_PURE=1 builds without them, REFNN_REQUIRE_EXT=1 makes their failure an error instead of a fallback.
"""

import hashlib
import os
import platform
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

KERNELS = Path("refnn/kernels")
REQUIRED = os.environ.get("REFNN_REQUIRE_EXT") == "1"
# No fast-math: NaN and infinity keep their meaning, and sums their order. None of these flags changes a result. The
# last keeps the tile in one piece: gcc would move its guard against empty sums to the callers, no longer know that the
# inner loop runs, and vectorise the wrong one, at a tenth of the speed.
FLAGS = ["-O3", "-g0", "-fno-math-errno", "-fno-trapping-math", "-fno-partial-inlining",
         "-ffp-contract=off"]
LEVELS = {"v3": ["-march=x86-64-v3"], "v4": ["-march=x86-64-v4", "-mprefer-vector-width=512"]}


class BuildKernels(build_ext):
    """Build what can be built; say in one line what could not."""

    def run(self) -> None:
        """Build all levels; a compiler may be too old for the newest, or not there at all."""
        self.failed: dict[str, Exception] = {}
        super().run()
        if self.failed:
            names, errors = ", ".join(self.failed), {str(error) for error in self.failed.values()}
            print(f"refnn: not compiled: {names} ({'; '.join(errors)}). What is missing runs in plainer kernels or in "
                  "NumPy, slower but the same.", file=sys.stderr)

    def build_extension(self, ext: Extension) -> None:
        """Build one level, and go on without it unless it is required."""
        try:
            try:
                super().build_extension(ext)
            except Exception:  # a compiler without OpenMP: one thread is what there is then
                ext.extra_compile_args = [flag for flag in ext.extra_compile_args if "openmp" not in flag]
                ext.extra_link_args = []
                super().build_extension(ext)
        except Exception as error:
            if REQUIRED:
                raise
            self.failed[ext.name.rpartition(".")[2].lstrip("_")] = error


def source_hash() -> str:
    """Return a hash of the kernels' source: a test compares it with the one that was built in."""
    digest = hashlib.sha256()
    for path in sorted(path for path in KERNELS.iterdir() if path.suffix in {".pxi", ".pyx"}):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def extensions() -> list[Extension]:
    """Return the compiled modules that suit this machine's compiler."""
    if os.environ.get("REFNN_PURE") == "1":
        return []
    from Cython.Build import cythonize

    windows = sys.platform == "win32"
    x86 = not windows and platform.machine().lower() in {"x86_64", "amd64"}
    levels = {"baseline": [], **(LEVELS if x86 else {})}
    macros = [("REFNN_SOURCE_HASH", f'"{source_hash()}"')]
    modules = [Extension("refnn.kernels._cpu", [str(KERNELS / "_cpu.pyx")], optional=not REQUIRED)]
    for level, march in levels.items():
        flags = ["/O2", "/openmp"] if windows else [*FLAGS, *march, "-fopenmp"]
        source = [str(KERNELS / f"_{level}.pyx")]
        depends = [str(path) for path in KERNELS.glob("*.pxi")]
        link = [] if windows else ["-fopenmp"]
        modules.append(Extension(f"refnn.kernels._{level}", source, define_macros=macros, extra_compile_args=flags,
                                 extra_link_args=link, depends=depends, optional=not REQUIRED))
    return cythonize(modules, build_dir="build/cython", quiet=True)


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildKernels})
