"""The lectures' experiments as data: each a module with functions that compute, and print when run with `python -m`."""
