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
# No fast-math: NaN and infinity keep their meaning, and sums their order. These two change no result.
FLAGS = ["-O3", "-g0", "-fno-math-errno", "-fno-trapping-math"]
LEVELS = {"v3": ["-march=x86-64-v3"], "v4": ["-march=x86-64-v4", "-mprefer-vector-width=512"]}


class BuildKernels(build_ext):
    """Build what can be built; say in one line what happens otherwise."""

    def run(self) -> None:
        """Build all levels, or none of them matters: NumPy takes over."""
        try:
            super().run()
        except Exception as error:
            self.give_up(error)

    def build_extension(self, ext: Extension) -> None:
        """Build one level; a compiler may be too old for a newer one."""
        try:
            super().build_extension(ext)
        except Exception as error:
            self.give_up(error, ext.name)

    def give_up(self, error: Exception, name: str = "refnn.kernels") -> None:
        """Raise the error where kernels are required, print it otherwise."""
        if os.environ.get("REFNN_REQUIRE_EXT") == "1":
            raise error
        print(f"refnn: {name} is not compiled ({error}); NumPy takes over, slower but the same.", file=sys.stderr)


def source_hash() -> str:
    """Return a hash of the kernels' source: a test compares it with the one that was built in."""
    digest = hashlib.sha256()
    for path in sorted(KERNELS.glob("*.p[xy][xi]*")):
        if path.suffix in {".pxi", ".pyx"}:
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
    modules = [Extension("refnn.kernels._cpu", [str(KERNELS / "_cpu.pyx")], optional=True)]
    for level, march in levels.items():
        flags = ["/O2"] if windows else [*FLAGS, *march]
        source = [str(KERNELS / f"_{level}.pyx")]
        depends = [str(path) for path in KERNELS.glob("*.pxi")]
        modules.append(Extension(f"refnn.kernels._{level}", source, define_macros=macros, extra_compile_args=flags,
                                 depends=depends, optional=True))
    return cythonize(modules, build_dir="build/cython", quiet=True)


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildKernels})
