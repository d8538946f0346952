"""Modules of libraries that are not installed are not collected."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("torch") else ["torch_adapter"]
