#!/usr/bin/env python3
"""Serve a guide, its pages and its WebSocket endpoints: `python site_server.py --help`."""

import sys

from liveguide.commands.serve import main

if __name__ == "__main__":
    sys.exit(main())
