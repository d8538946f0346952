"""The plan of the house: imports point downwards, the core needs numpy alone, importing refnn costs nothing."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.metadata import requires
from pathlib import Path

import refnn
from tests.test_public import CONCEPTS

ROOT = Path(refnn.__file__).parent
FLOORS = [
    {"kernels", "_validate", "_optimizer", "data"},
    set(CONCEPTS),
    {"layers", "network", "training", "model_io"},
    {"properties", "experiments", "register"},
    {"__main__", "cli", "checking", "bench", "interop", "exercises"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def room(path):
    """Return the name of the room on the flat level that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path):
    """Yield the rooms that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out, from refnn on"
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name and name.startswith("refnn.") and (found := name.split(".")[1]) in FLOOR:
                yield found


FILES = [path for path in sorted(ROOT.rglob("*.py")) if path != ROOT / "__init__.py"]


def test_every_room_has_a_floor():
    assert {room(path) for path in FILES} <= FLOOR.keys()


def test_no_room_imports_a_room_above_it():
    wrong = [(str(path.relative_to(ROOT)), target) for path in FILES for target in imports(path)
             if FLOOR[target] > FLOOR[room(path)]]
    assert wrong == []


def test_neighbours_never_import_each_other_in_a_circle():
    graph = {}
    for path in FILES:
        graph.setdefault(room(path), set()).update(set(imports(path)) - {room(path)})
    list(TopologicalSorter(graph).static_order())  # raises CycleError


def test_every_concept_module_has_its_laws_and_its_page_of_public_calls():
    flat = {path.stem for path in ROOT.glob("[a-z]*.py")} - FLOORS[2]
    assert flat == set(CONCEPTS)
    assert flat == {path.stem.removeprefix("test_") for path in (ROOT / "properties").glob("test_*.py")}


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_the_core_needs_numpy_and_nothing_else():
    """Import every module of the core where numpy is the only foreign package that can be found."""
    modules = [f"refnn.{path.stem}" for path in ROOT.glob("[a-z]*.py")]
    modules += ["refnn.data", "refnn.kernels", "refnn.cli", "refnn.register"]
    modules += ["refnn.experiments.digit_reader", "refnn.experiments.history"]
    code = f"""
import sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {{"refnn", "numpy"}} and top not in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"foreign: {{name}}", name=name)
before = set(sys.modules)
sys.meta_path.insert(0, Guard())
import importlib
for name in {modules!r}:
    importlib.import_module(name)
tops = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(sorted(t for t in tops if t not in {{*sys.stdlib_module_names, "cython_runtime"}} and t[0] != "_"))
"""
    assert python(code).strip() == "['numpy', 'refnn']"


def test_the_installed_package_asks_for_numpy_alone():
    assert [name for name in requires("refnn") if "extra ==" not in name] == ["numpy>=1.26"]


def test_importing_the_package_or_its_pytest_plugin_does_not_import_numpy():
    code = "import sys, refnn, refnn.properties.plugin; print('numpy' in sys.modules, 'hypothesis' in sys.modules)"
    assert python(code).strip() == "False False"


def test_the_package_hands_on_its_modules_and_the_engine():
    assert set(refnn.__all__) == set(dir(refnn))
    for name in refnn.__all__:
        assert getattr(refnn, name) is not None
    assert set(CONCEPTS) | FLOORS[2] <= set(refnn.__all__)
