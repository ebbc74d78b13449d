"""The wheel, built once, and installed where nothing else of the repository is."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS = 120
_OURS = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME", "COVERAGE_PROCESS_START"}


def build_wheel(folder: Path, source: Path = ROOT) -> Path:
    """Build the wheel of *source* into *folder*, without a network, and return it."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, source]
    subprocess.run(command, check=True, timeout=SECONDS)
    return next(folder.glob("*.whl"))


def lend_packages(environment: Path) -> None:
    """Let a virtual environment see the packages of this one, as if it had installed them."""
    ours = sysconfig.get_paths()
    (site_packages,) = environment.glob("lib/python*/site-packages")
    (site_packages / "lent.pth").write_text(f"{ours['purelib']}\n{ours['platlib']}\n")


def install(wheel: Path, environment: Path) -> Path:
    """Make a virtual environment with the wheel in it; return the folder of its programs."""
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", environment], check=True, timeout=SECONDS
    )
    lend_packages(environment)
    python = environment / "bin/python"
    options = ["--quiet", "--no-deps", "--no-index", "--force-reinstall"]
    command = [sys.executable, "-m", "pip", "--python", python, "install", *options, wheel]
    subprocess.run(command, check=True, timeout=SECONDS)
    return environment / "bin"


def clean_environment(*programs: Path) -> dict[str, str]:
    """Return the variables for a process that knows nothing of this repository."""
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    path = os.pathsep.join([*map(str, programs), kept.get("PATH", os.defpath)])
    return {**kept, "PATH": path, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
