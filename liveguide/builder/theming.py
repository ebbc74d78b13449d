"""What a site adds to the stylesheet: its accent, and the styles of its own, last and strongest."""

from __future__ import annotations

from pathlib import Path

from ..colours import dark_accent, ink_on
from ..settings import Settings
from ..textfile import read_text
from .sources import THEME

_DEFAULTS = ("#1f4fd1", "#93b4ff")


def site_styles(guide: Path, settings: Settings) -> str:
    """
    Return the rules of the layer `site`; empty where the guide has none.

    Raises:

        SourceError: The guide's own styles can't be read.
    """
    rules = _accent(settings) if settings.accent or settings.accent_dark else ""
    own = guide / THEME / "styles.css"
    if own.is_file():
        rules += read_text(own)
    return f"@layer site {{\n{rules}\n}}\n" if rules else ""


def _accent(settings: Settings) -> str:
    light = settings.accent or _DEFAULTS[0]
    dark = settings.accent_dark or (dark_accent(light) if settings.accent else _DEFAULTS[1])
    return (
        f":root {{ --accent: light-dark({light}, {dark}); "
        f"--accent-ink: light-dark({ink_on(light)}, {ink_on(dark)}); }}\n"
    )
