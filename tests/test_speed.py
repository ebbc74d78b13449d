"""The guide's page on speed: it shows what was measured, and what disturbed that is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from benchmarks.speed import disturbance, page, results, targets

ECHO = {"ours": 30.0, "range": [29, 31], "peers": {"websockets": {"figure": 40.0, "ratio": 0.75}}}
RUN = {
    "failed": "",
    "disturbed": "",
    "date": "2026-11-21",
    "seconds": 60,
    "machine": "a machine",
    "versions": {"Tornado": "6.6.1"},
    "figures": {"echo": ECHO},
}


@pytest.fixture(name="bench")
def _bench_of_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Return the script behind `make bench`, which runs what is in *tmp_path*, undisturbed."""
    bench = _bench()
    monkeypatch.setattr(bench, "HERE", tmp_path)
    monkeypatch.setattr(bench, "Disturbance", lambda: SimpleNamespace(told=lambda: ""))
    monkeypatch.setattr(bench.peers, "program", lambda name: Path(name))
    return bench


def _lines(section: str, runs: dict[str, Any]) -> list[str]:
    """Return what the page shows in the place of a section."""
    template = "".join(
        f"<!-- figures: {name} -->\n<!-- /figures -->\n"
        for name in ("circumstances", "better", *targets.SECTIONS)
    )
    text = page.filled(template, runs)
    return text.partition(f"figures: {section} -->")[2].partition("<!-- /")[0].splitlines()


def test_the_page_shows_what_the_file_of_figures_says() -> None:
    """To write it once more changes no byte of page and drawings."""
    runs = json.loads(page.FIGURES.read_text())
    text = (page.FOLDER / "README.md").read_text()
    drawn = {path.stem: path.read_text() for path in page.FOLDER.glob("*.svg")}

    assert page.filled(text, runs) == text
    assert page.drawings(runs) == drawn


def test_every_target_has_a_row() -> None:
    """The page names each measure, and each of its peers below it."""
    text = (page.FOLDER / "README.md").read_text()

    for measure in targets.MEASURES.values():
        row = text.find(f"| {measure.what}")
        assert row >= 0, measure.what
        for peer in measure.peers:
            row = text.find(f"| {peer}: ", row)
            assert row >= 0, f"{peer} beside {measure.what}"


def test_every_script_that_measures_is_run() -> None:
    """`make bench` knows each script that a measure names, and the file is there."""
    scripts = {measure.script for measure in targets.MEASURES.values()}

    assert scripts == set(_bench().SECONDS)
    assert all((page.FOLDER.parents[1] / f"benchmarks/{name}.py").exists() for name in scripts)


def test_a_disturbed_run_says_so_in_table_and_verdict() -> None:
    """What disturbed it stands below the table, and every verdict is marked."""
    lines = _lines("sockets", {"echo": {**RUN, "disturbed": "9% stolen by other machines"}})

    (row,) = (line for line in lines if "| websockets: 40 | 0.75 |" in line)
    assert row.endswith("| ≥ 1.3 | missed, disturbed |")
    assert any(line.endswith("disturbed: 9% stolen by other machines.") for line in lines)


def test_a_script_that_failed_keeps_its_older_figures_and_says_so() -> None:
    """The figures are shown with the reason why there are no newer ones."""
    text = "\n".join(_lines("sockets", {"echo": {**RUN, "failed": "its exit status is 1"}}))

    assert "| websockets: 40 |" in text
    assert "Its last run failed (its exit status is 1); these figures are of the one before" in text


def test_what_was_never_measured_is_not_called_missed() -> None:
    """Without figures, each target has a row all the same."""
    text = "\n".join(_lines("start", {}))

    assert "| ≤ 45 MiB | not measured |" in text
    assert "missed" not in text


def test_a_peer_that_is_better_is_named() -> None:
    """It stands in the list, with its figure and ours."""
    (line,) = (line for line in _lines("better", {"echo": RUN}) if line)

    assert "**websockets** 40, Liveguide 30" in line


def test_a_figure_is_told_and_noted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Printed are the medians and the verdict; the file gets a line with the ratio of the runs."""
    monkeypatch.setenv(results.NOTES, str(tmp_path / "notes"))
    results.tell("class", [1.0, 1.2, 1.3], {"bare Tornado": [1.0, 1.0, 1.0]})

    assert "ratio 1.20   ≤ 1.1   missed" in capsys.readouterr().out
    noted = json.loads((tmp_path / "notes").read_text())
    assert noted["peers"]["bare Tornado"]["ratio"] == 1.2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts it")
def test_who_works_before_a_run_is_a_disturbance() -> None:
    """A process that is busy before it begins is said, with its share."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
        watched = disturbance.Disturbance()
        other.kill()

    assert "of a processor in use before it began" in watched.told()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("raise SystemExit(3)", "its exit status is 3"),
        ("import time; time.sleep(60)", "it took longer than 0.5 s"),
        ("", "it told nothing of echo, echo, slowest"),
    ],
)
def test_a_script_that_fails_leaves_all_figures(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, reason: str
) -> None:
    """Those of others and its own older ones stay, and the reason stands beside them."""
    monkeypatch.setattr(bench, "SECONDS", {"echo": 0.5, "broadcast": 1})
    (tmp_path / "echo.py").write_text(script)
    file = tmp_path / "figures.json"
    file.write_text(json.dumps({"echo": RUN, "broadcast": RUN}))

    assert bench.main(["echo"], file) == 1
    assert json.loads(file.read_text()) == {"echo": {**RUN, "failed": reason}, "broadcast": RUN}


def test_a_target_that_is_missed_is_no_failure(bench: ModuleType, tmp_path: Path) -> None:
    """A script that has told all its figures may end with any status: they are taken."""
    told = json.dumps({"name": "gone", "ours": 999})
    line = f"open(os.environ[{results.NOTES!r}], 'w').write({told!r})"
    (tmp_path / "half_open.py").write_text(f"import os\n{line}\nraise SystemExit(1)\n")

    assert bench.main(["half_open"], tmp_path / "figures.json") == 0
    run = json.loads((tmp_path / "figures.json").read_text())["half_open"]
    assert (run["failed"], run["figures"]) == ("", {"gone": {"ours": 999}})


def _bench() -> ModuleType:
    """Return the script behind `make bench`, whose neighbours are beside it on its path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(page.FOLDER.parents[1] / "benchmarks")
        import bench

        return bench
