"""Modules of libraries that are not installed are not collected."""

from refnn.bench.peers import LIBRARIES, installed

collect_ignore = [f"{library}.py" for library in LIBRARIES if not installed(library)]
