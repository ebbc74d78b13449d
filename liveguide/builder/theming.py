"""What a site adds to the stylesheet: its accent, and the styles of its own, last and strongest."""

from __future__ import annotations

from pathlib import Path

from ..colours import dark_accent, ink_on
from ..errors import Problem, did_you_mean
from ..settings import Settings
from ..textfile import read_text
from .walking import THEME

TEMPLATES = Path(__file__).parent / "templates"

_DEFAULTS = ("#1f4fd1", "#93b4ff")


def own_templates(guide: Path) -> Path:
    """Return the folder of the templates that a guide puts in the place of ours."""
    return guide / THEME / "templates"


def site_styles(guide: Path, settings: Settings) -> str:
    """
    Return the rules of the layer `site`; empty where the guide has none.

    Raises:

        SourceError: The guide's own styles can't be read.
    """
    rules = _accent(settings) if settings.accent or settings.accent_dark else ""
    own = guide / THEME / "styles.css"
    if own.exists():
        rules += read_text(own)
    return f"@layer site {{\n{rules}\n}}\n" if rules else ""


def check_theme(guide: Path) -> list[Problem]:
    """Return a warning for each file of the guide's `_theme` that changes nothing."""
    theme = guide / THEME
    problems = []
    ours = {path.name for path in TEMPLATES.glob("*.html")}
    own = sorted(path for path in own_templates(guide).glob("*") if path.is_file())
    texts = {path: path.read_bytes() for path in own}
    for path in own:
        used = any(path.name.encode() in text for other, text in texts.items() if other != path)
        if path.name not in ours and not used:
            message = "no template of ours has this name, and none of yours includes it"
            problems.append((path, message + did_you_mean(path.name, ours)))
    if own_templates(guide).is_file():
        problems.append((own_templates(guide), "this is a file; templates stand in a folder"))
    for path in sorted(theme.glob("*")):
        if path.name not in ("styles.css", "templates") and not path.name.startswith("."):
            message = f"nothing of {THEME}/ is used but styles.css and templates/"
            problems.append((path, message + did_you_mean(path.name, ["styles.css", "templates"])))
    return [Problem(str(path), None, message, "warning") for path, message in problems]


def _accent(settings: Settings) -> str:
    light = settings.accent or _DEFAULTS[0]
    dark = settings.accent_dark or (dark_accent(light) if settings.accent else _DEFAULTS[1])
    return (
        f":root {{ --accent: light-dark({light}, {dark}); "
        f"--accent-ink: light-dark({ink_on(light)}, {ink_on(dark)}); }}\n"
    )
