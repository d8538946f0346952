"""Repeat an experiment of the lectures: `refnn experiment xor --plot xor.svg`. Without a name, list them all."""

import argparse
from importlib.util import find_spec
from pathlib import Path

from refnn import experiments
from refnn._validate import one_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn experiment`."""
    parser.add_argument("which", nargs="?", metavar="NAME", help="an experiment, or all; default: list them")
    parser.add_argument("--plot", metavar="FILE",
                        help="draw it, .svg or .png (needs matplotlib); for all, a folder for both schemes of each")
    parser.add_argument("--dark", action="store_true", help="draw for a dark page")
    parser.add_argument("--json", action="store_true", help="print the data as JSON")
    parser.add_argument("--fresh", action="store_true", help="compute anew what is stored")
    parser.add_argument("--store", action="store_true", help="compute anew what is stored, and store it in refnn")


def run(options: argparse.Namespace) -> None:
    """List, run, print, draw or store."""
    if options.plot and not find_spec("matplotlib"):
        raise ValueError('--plot: needs matplotlib, which is not installed: pip install "refnn[plot]"')
    if options.which is None:
        for name in experiments.EXPERIMENTS:
            module = experiments.experiment(name)
            print(f"{name:20}{(module.__doc__ or '').partition(chr(10))[0]} ({', '.join(module.IDS)})")
    elif options.which == "all":
        for name in experiments.EXPERIMENTS:
            if options.store and experiments.stored_file(name).exists():
                print(experiments.store(name), flush=True)
            if options.plot:
                _draw_both(name, Path(options.plot))
    else:
        _one(options)


def _one(options: argparse.Namespace) -> None:
    """Run one experiment and show what came out."""
    name = one_of("experiment", options.which, experiments.EXPERIMENTS)
    module = experiments.experiment(name)
    if options.store:
        experiments.store(name)
    data = module.run() if options.fresh else experiments.load(name)
    print(experiments.as_json(data) if options.json else module.words(data))
    if options.plot:
        experiments.draw(name, options.plot, options.dark, data)


def _draw_both(name: str, folder: Path) -> None:
    """Draw one experiment for light and for dark pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for dark in (False, True):
        experiments.draw(name, folder / f"{name}{'-dark' * dark}.svg", dark)
