"""`python -m refnn` is the command line."""

import sys

from refnn.cli import main

if __name__ == "__main__":
    sys.exit(main())
