"""Modules of libraries that are not installed are not collected."""

from importlib.util import find_spec

NEEDS = {"torch_adapter": "torch", "sklearn.py": "sklearn", "matplotlib.py": "matplotlib"}

collect_ignore = [module for module, library in NEEDS.items() if not find_spec(library)]
