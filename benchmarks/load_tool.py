"""What `liveguide load` is good for: deliveries and echoes a second of its own processor time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sockets.running import ROOT, serving

_RUNS = 3
_ASKED = {
    "room": ("--clients=1000", "--messages=300", "--rate=100"),
    "echo": ("--clients=1000", "--messages=100000", "--rate=20000"),
}


def run(address: str, *options: str) -> dict[str, Any]:
    """Run the tool, and return its result."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        command = [sys.executable, "-m", "liveguide", "load", address, *options, "--json", result]
        subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
        found: dict[str, Any] = json.loads(result.read_text())
        return found


def main() -> None:
    """Take the best of some runs: those who use the machine, too, only make it slower."""
    for path, options in _ASKED.items():
        rates = []
        with serving("picows") as server:
            for _ in range(_RUNS):
                found = run(f"ws://127.0.0.1:{server.port}/{path}", *options)
                rates.append(found["delivered"] / found["tool"]["processor_seconds"])
        print(
            f"{path}: {max(rates):,.0f} deliveries a second of processor time, connecting included"
        )


if __name__ == "__main__":
    main()
