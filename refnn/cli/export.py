"""Hand a saved model on to other libraries, as ONNX or as safetensors.

The ending says which: .onnx is the whole network, for any runtime (it needs the package onnx); .safetensors is its
weights, under our names (0.W, 0.b) or, with --torch, under those of the torch.nn.Sequential that does the same.
"""

import argparse
from pathlib import Path

from refnn import model_io


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn export`."""
    parser.add_argument("model", metavar="MODEL", help="a file that refnn train or refnn.save wrote")
    parser.add_argument("file", metavar="FILE", help="where to: FILE.onnx or FILE.safetensors")
    parser.add_argument("--torch", action="store_true", help="name the weights as a torch.nn.Sequential does")


def run(options: argparse.Namespace) -> None:
    """Read the model, write it anew, and say what was written."""
    from refnn.interop import onnx, safetensors, torch_weights

    ending = Path(options.file).suffix.lower()
    if ending not in {".onnx", ".safetensors"}:
        raise ValueError(f"{options.file}: expected a name that ends with .onnx or .safetensors")
    if options.torch and ending == ".onnx":
        raise ValueError("--torch: names are for weights in FILE.safetensors; an ONNX file is a whole network")
    network, _ = model_io.load(options.model)
    if ending == ".onnx":
        onnx.export(network, options.file)
    else:
        arrays = torch_weights.to_torch(network) if options.torch else network.parameters()
        safetensors.save(arrays, options.file, {"network": repr(network)})
    print(f"{network.parameter_count():,} parameters: {options.file}")
