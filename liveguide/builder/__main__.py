"""`python -m liveguide.builder`: the same as `build.py`."""

import sys

from .cli import main

sys.exit(main())
