"""What the checker's tests share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

WriteTree = Callable[[Mapping[str, str]], Path]
