"""
Serve a guide: its pages, and the WebSocket endpoints that they talk to.

`python site_server.py --help` tells the rest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from liveguide.builder.freshness import is_current
from liveguide.server.cli import main


def build(guide: Path, site: Path) -> int:
    """
    Build *site* from *guide* in a process of its own.

    The server's process never loads what only a build needs, and that is most
    of the memory that a build takes.
    """
    here = str(Path(__file__).resolve().parent)
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "liveguide.builder", str(guide), "--output", str(site)]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(is_current=is_current, build=build))
