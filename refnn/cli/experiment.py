"""Repeat an experiment of the lectures: `refnn experiment xor --plot xor.svg`. Without a name, list them all."""

import argparse
from importlib.util import find_spec
from pathlib import Path
from textwrap import wrap
from typing import Any

from refnn import experiments, register
from refnn._validate import at_least

WIDTH = 100
OPTIONS = ("plot", "dark", "dpi", "json", "fresh", "store")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of `refnn experiment`."""
    parser.add_argument("which", nargs="?", metavar="NAME", help="an experiment, or all; default: list them")
    parser.add_argument("--plot", metavar="FILE",
                        help="draw it, .svg or .png (needs matplotlib); for all, a folder for both schemes of each")
    parser.add_argument("--dark", action="store_true", help="draw for a dark page")
    parser.add_argument("--dpi", type=int, metavar="N",
                        help="dots per inch of a .png; default: 150, most pictures are 7 inches wide")
    parser.add_argument("--json", action="store_true", help="print the data as JSON")
    parser.add_argument("--fresh", action="store_true", help="compute anew what is stored")
    parser.add_argument("--store", action="store_true", help="compute anew what is stored, and store it in refnn")


def run(options: argparse.Namespace) -> None:
    """List, run, print, draw or store."""
    _refuse(options)
    if options.which is None:
        for name in experiments.EXPERIMENTS:
            items = ",\N{NO-BREAK SPACE}".join(experiments.experiment(name).IDS)  # they stay on one line
            print(_row(name, f"{_title(name)} ({items})").replace("\N{NO-BREAK SPACE}", " "))
    elif options.which == "all":
        for name in experiments.EXPERIMENTS:
            _all(name, options)
    else:
        _one(options.which, options)


def _refuse(options: argparse.Namespace) -> None:
    """Say what does not go together before anything is computed."""
    given = [f"--{key}" for key, value in vars(options).items() if key in OPTIONS and value not in (None, False)]
    if options.which is None and given:
        raise ValueError(f"{given[0]}: of which experiment? Its name is missing, or all")
    if options.which not in (None, "all", *experiments.EXPERIMENTS):
        hint = register.did_you_mean(options.which, experiments.EXPERIMENTS)
        raise ValueError(f"no experiment is called {options.which!r}{hint or '.'} "
                         f"There are {', '.join(sorted(experiments.EXPERIMENTS))}, and all")
    if options.plot is not None:
        _refuse_picture(options.which, options.plot, options.dpi)
    elif options.dark or options.dpi is not None:
        raise ValueError(f"{'--dark' if options.dark else '--dpi'}: goes with --plot FILE")
    if options.which == "all" and (options.json or options.dark):
        raise ValueError("--json: shows one experiment, not all" if options.json else
                         "--dark: is not needed, for all --plot draws light and dark ones")
    if options.plot is not None and not find_spec("matplotlib"):
        raise ValueError('--plot: needs matplotlib, which is not installed: pip install "refnn[plot]"')


def _refuse_picture(which: str, plot: str, dpi: int | None) -> None:
    """Say why a picture cannot be written."""
    path, kind = Path(plot), Path(plot).suffix.lower()
    if which == "all":
        if not plot or (not path.is_dir() and (path.suffix or path.exists())):
            raise ValueError(f"--plot: for all, --plot is a folder, got {plot!r}")
    elif kind not in {".svg", ".png"}:
        raise ValueError(f"--plot: expected a file that ends in .svg or .png, got {plot!r}")
    elif path.is_dir():
        raise ValueError(f"--plot: expected a file, but {plot!r} is a folder")
    elif not path.parent.is_dir():
        raise ValueError(f"--plot: there is no folder {str(path.parent)!r}")
    if dpi is not None and kind != ".png":
        raise ValueError("--dpi: is for .png files, an .svg is sharp at any size")
    if dpi is not None and at_least("--dpi", dpi, 20) > 1200:
        raise ValueError(f"--dpi: expected at most 1200, got {dpi}")


def _one(name: str, options: argparse.Namespace) -> None:
    """Run one experiment and show what came out."""
    module = experiments.experiment(name)
    stored = experiments.store(name) if options.store else None
    data = module.run() if options.fresh else experiments.load(name)
    if options.json:
        print(experiments.as_json(data))
    else:
        print("\n".join([*wrap(_title(name), WIDTH), "", module.words(data)]))
    if options.plot:
        experiments.draw(name, options.plot, options.dark, data, options.dpi or 150)
    if not options.json:
        _written(stored=stored, picture=options.plot)


def _all(name: str, options: argparse.Namespace) -> None:
    """Run one experiment of all, and draw it for light and for dark pages."""
    print(_row(name, _title(name)), end="\n\n", flush=True)  # before it is computed: some take seconds
    module = experiments.experiment(name)
    stored = experiments.store(name) if options.store and experiments.stored_file(name).exists() else None
    data = module.run() if options.fresh else experiments.load(name)
    print(module.words(data))
    for dark in (False, True) if options.plot else ():
        folder = Path(options.plot)
        folder.mkdir(parents=True, exist_ok=True)
        experiments.draw(name, file := folder / f"{name}{'-dark' * dark}.svg", dark, data)
        _written(picture=file)
    _written(stored=stored)
    print(flush=True)


def _title(name: str) -> str:
    """Return the first sentence of an experiment's docstring."""
    return (experiments.experiment(name).__doc__ or "").partition("\n")[0]


def _row(name: str, text: str) -> str:
    """Return a name and, in a column of its own, what there is to say of it."""
    return "\n".join(wrap(text, WIDTH, initial_indent=f"{name:20}", subsequent_indent=" " * 20,
                          break_long_words=False, break_on_hyphens=False))


def _written(**files: Any) -> None:
    """Say which files were written."""
    for what, file in files.items():
        if file is not None:
            print(f"{what}: {file}")
