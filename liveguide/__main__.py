"""`python -m liveguide COMMAND`: the same as `liveguide COMMAND`."""

import sys

from .commands import main

if __name__ == "__main__":
    sys.exit(main())
