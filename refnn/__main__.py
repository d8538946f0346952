"""`python -m refnn` is the command line."""

import sys

from refnn.cli import main

sys.exit(main())
