"""PyTorch under refnn's laws: its functions behind refnn's names, gradients by its own autograd.

`refnn check conv --on torch` meets it by its entry point. What is not here is not claimed.
"""

from importlib.util import find_spec

if find_spec("torch") is None:
    raise ImportError("PyTorch is not installed: pip install 'refnn[torch]'")

from refnn.interop.torch_adapter.deviations import DEVIATIONS

__all__ = ["DEVIATIONS"]
