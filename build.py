#!/usr/bin/env python3
"""Build the static site from the guide: `python build.py --help`."""

import sys

from liveguide.builder.cli import main

if __name__ == "__main__":
    sys.exit(main())
