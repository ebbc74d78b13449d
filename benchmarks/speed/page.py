"""
Write the tables and drawings of `guide/speed/` from its `figures.json`.

    python -m benchmarks.speed.page

The page is written by hand, but for what stands between a comment `figures: NAME` and `/figures`.
The same figures give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from math import isnan
from pathlib import Path
from typing import Any

from .bars import drawn, said
from .results import shown
from .targets import FLOORS, MEASURES, SECTIONS, Row, rows_of

FOLDER = Path(__file__).resolve().parents[2] / "guide/speed"
FIGURES = FOLDER / "figures.json"
DRAWN = ("build", "echo", "broadcast", "file")
"""The measures that are shown as bars, too, above the table of their section."""

OURS = "Liveguide"
_PLACE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(?=<!-- /figures -->)", re.DOTALL)
_HEAD = """\
| what | Liveguide | beside | ratio | target | verdict |
|------|----------:|--------|------:|-------:|---------|
"""
_LONGEST_UNIT = 3  # beside the figure; others stand beside what is measured

Runs = Mapping[str, Mapping[str, Any]]
"""What `figures.json` holds: by script, the figures of its last run and the circumstances."""


def write(folder: Path = FOLDER) -> None:
    """Write page and drawings anew from the figures in this folder."""
    runs = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    page = folder / "README.md"
    page.write_text(filled(page.read_text(encoding="utf-8"), runs), encoding="utf-8")
    for name, text in drawings(runs).items():
        (folder / f"{name}.svg").write_text(text, encoding="utf-8")


def filled(text: str, runs: Runs) -> str:
    """Return the page's text with every place filled that has a name."""
    parts = {
        "circumstances": _circumstances(runs),
        "better": _where_a_peer_is_better(runs),
        **{section: _section(section, runs) for section in SECTIONS},
    }
    if missing := set(parts) - {found[2] for found in _PLACE.finditer(text)}:
        raise ValueError(f"the page has no place for {', '.join(sorted(missing))}")
    return _PLACE.sub(lambda found: f"{found[1]}\n{parts[found[2]]}\n", text)


def drawings(runs: Runs) -> dict[str, str]:
    """Return the SVG files by their names."""
    return {
        name: drawn(f"{MEASURES[name].what}, {MEASURES[name].unit}", bars, OURS)
        for name in DRAWN
        if (bars := _bars(name, runs))
    }


def _bars(name: str, runs: Runs) -> list[tuple[str, float]]:
    """Return the bars of a measure, the best first; none if there are no figures."""
    found = _found(name, runs)
    if found is None:
        return []
    bars = {OURS: found["ours"]} | {peer: of["figure"] for peer, of in found["peers"].items()}
    return sorted(bars.items(), key=lambda bar: bar[1], reverse=MEASURES[name].more)


def _found(name: str, runs: Runs) -> Mapping[str, Any] | None:
    figures: Mapping[str, Any] = runs.get(MEASURES[name].script, {}).get("figures", {})
    return figures.get(name)


def _section(section: str, runs: Runs) -> str:
    names = [name for name, measure in MEASURES.items() if measure.section == section]
    pictures = ""
    for name in names:
        if name in DRAWN and (bars := _bars(name, runs)):
            what = f"{MEASURES[name].what}, {MEASURES[name].unit}"
            caption = what[0].upper() + what[1:]
            pictures += f'![{caption}: {said(bars)}]({name}.svg "{caption}"){{ .inline }}\n\n'
    lines = [line for name in names for line in _lines(name, runs)]
    scripts = dict.fromkeys(MEASURES[name].script for name in names)
    notes = "\n".join(f"- {_note(script, runs.get(script, {}))}" for script in scripts)
    return f"{pictures}{_HEAD}{''.join(lines)}\n{notes}\n"


def _lines(name: str, runs: Runs) -> Iterator[str]:
    disturbed = runs.get(MEASURES[name].script, {}).get("disturbed")
    for number, row in enumerate(rows_of(name, _found(name, runs))):
        measure = row.measure
        is_long = len(measure.unit) > _LONGEST_UNIT
        what = f"{measure.what}, {measure.unit}" if is_long else measure.what
        first = ["", ""] if number else [what, _with_unit(row.ours, row)]
        beside = ["", ""]
        if row.theirs is not None and row.ratio is not None:
            beside = [f"{row.peer}: {_with_unit(row.theirs, row)}", _ratio(row.ratio)]
        target = row.target if row.peer or is_long else _joined(row.target, measure.unit)
        verdict = row.verdict
        if disturbed and verdict:
            verdict += ", disturbed"
        yield f"| {' | '.join([*first, *beside, target, verdict])} |\n"


def _with_unit(figure: float, row: Row) -> str:
    is_bare = len(row.measure.unit) > _LONGEST_UNIT or isnan(figure)
    return shown(figure) if is_bare else _joined(shown(figure), row.measure.unit)


def _joined(figure: str, unit: str) -> str:
    return f"{figure} {unit}".strip() if figure else ""


def _ratio(ratio: float) -> str:
    return shown(ratio) if isnan(ratio) else f"{ratio:.2f}"


def _note(script: str, run: Mapping[str, Any]) -> str:
    """Return when and with what a script has measured, and what disturbed it."""
    note = f"`benchmarks/{script}.py`"
    if run.get("figures"):
        versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
        note += f", {_day(run['date'])}, {run['seconds']} s: {versions}."
        if run["disturbed"]:
            note += f" This run was disturbed: {run['disturbed']}."
    else:
        note += " has no figures yet."
    if run.get("failed"):
        note += f" Its last run failed ({run['failed']})"
        note += "; these figures are of the one before." if run.get("figures") else "."
    return note


def _day(written: str) -> str:
    day = date.fromisoformat(written)
    return f"{day.day} {day:%B} {day.year}"


def _circumstances(runs: Runs) -> str:
    """Return the machines, and how many targets are reached."""
    machines = dict.fromkeys(run["machine"] for run in runs.values() if "machine" in run)
    verdicts = [row.verdict for name in MEASURES for row in rows_of(name, _found(name, runs))]
    counts = [
        f"{verdicts.count(verdict)} {verdict}"
        for verdict in ("reached", "missed", "not measured")
        if verdict in verdicts
    ]
    disturbed = sum(bool(run.get("disturbed")) for run in runs.values())
    text = f"Of the targets below: {', '.join(counts)}."
    if disturbed:
        text += f" {disturbed} of {len(runs)} scripts were disturbed."
    return f"{text} The machine: {'; and '.join(machines) or 'none yet'}.\n"


def _where_a_peer_is_better(runs: Runs) -> str:
    lines = []
    for name in MEASURES:
        for row in rows_of(name, _found(name, runs)):
            if row.peer in FLOORS or not row.theirs or not row.ratio or isnan(row.ratio):
                continue
            if row.ratio != 1 and (row.ratio < 1) == row.measure.more:
                theirs, ours = _with_unit(row.theirs, row), _with_unit(row.ours, row)
                lines.append(f"- {row.measure.what}: **{row.peer}** {theirs}, Liveguide {ours}\n")
    return "".join(lines) or "Nobody is, in these figures.\n"


if __name__ == "__main__":
    write()
