"""What our own guide promises, checked against what is there."""

from __future__ import annotations

import argparse
import dataclasses
import html
import re
from pathlib import Path

import pytest

from liveguide.builder import cli as builder_cli
from liveguide.builder.extensions import fences, snippets
from liveguide.builder.extensions.elements import EXAMPLE_ATTRIBUTES
from liveguide.builder.frontmatter import TEXT_KEYS
from liveguide.builder.site import build_site
from liveguide.checker import cli as checker_cli
from liveguide.server import cli as server_cli
from liveguide.server import route, routes
from liveguide.settings import Settings

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "guide"


@pytest.fixture(name="site", scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return our guide, built once."""
    site = tmp_path_factory.mktemp("built") / "site"
    report = build_site(GUIDE, site, strict=True)
    assert report.written, report.problems
    return site


def _documented(*pages: str) -> set[str]:
    """Return every name that stands between backticks on these pages."""
    text = "\n".join((GUIDE / page).read_text() for page in pages)
    return set(re.findall(r"`([^`\n]+)`", text))


def _checker_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    checker_cli.add_command(commands)
    return commands.choices["check"]


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [name for action in parser._actions for name in action.option_strings if "--" in name]


def test_every_setting_of_the_site_is_documented() -> None:
    """The settings page has a section for each key of liveguide.yaml."""
    headings = re.findall(r"^### `(\w+)`$", (GUIDE / "authoring/settings.md").read_text(), re.MULTILINE)

    assert {field.name for field in dataclasses.fields(Settings)} == set(headings)


def test_every_setting_of_an_endpoint_is_documented() -> None:
    """The settings page names each key of an entry and of its kwargs."""
    known = route.ENTRY_KEYS | route.KWARGS_KEYS

    assert known - _documented("authoring/settings.md") == set()


@pytest.mark.parametrize("parser", [builder_cli._parser(), server_cli._parser(), _checker_parser()])
def test_every_option_of_the_programs_is_documented(parser: argparse.ArgumentParser) -> None:
    """The settings page names each option of build.py, site_server.py and the check."""
    assert set(_options(parser)) - {"--help"} - _documented("authoring/settings.md") == set()


def test_every_option_of_a_fence_is_documented() -> None:
    """The page on writing pages names each option of a fence."""
    known = {*fences.OPTIONS, *snippets.OUTPUT_OPTIONS}

    assert known - _documented("authoring/README.md") == set()


def test_every_attribute_of_an_example_is_documented() -> None:
    """The page on writing pages names each attribute of an example."""
    assert EXAMPLE_ATTRIBUTES - _documented("authoring/README.md") == set()


def test_every_key_of_front_matter_is_documented() -> None:
    """The page on writing pages names each key that front matter gives a meaning to."""
    known = {*TEXT_KEYS, "order", "unsafe-eval"}

    assert known - _documented("authoring/README.md") == set()


@pytest.mark.parametrize("name", ["pingbot.py", "messages.py", "chatbot.py"])
def test_a_page_shows_the_file_that_runs(site: Path, name: str) -> None:
    """The code of each function file stands on the page to the letter."""
    page = (site / "websockethandler/index.html").read_text()
    blocks = re.findall(r"<pre><code[^>]*>(.*?)</code></pre>", page, re.DOTALL)
    shown = [html.unescape(re.sub(r"<[^>]+>", "", block)) for block in blocks]

    assert (GUIDE / "websockethandler" / name).read_text() in shown


def test_the_readme_shows_the_readers_first_guide(tmp_path: Path) -> None:
    """The README's three files make a guide that builds and whose routes load."""
    readme = (ROOT / "README.md").read_text()
    page = re.search(r"^````markdown\n(.*?)^````", readme, re.DOTALL | re.MULTILINE)
    function = re.search(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    config = re.search(r"^```yaml\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    assert None not in (page, function, config)
    guide = tmp_path / "hello"
    guide.mkdir()
    (guide / "README.md").write_text(page[1])
    (guide / "greeting.py").write_text(function[1])
    (guide / "gramex.yaml").write_text(config[1])

    report = build_site(guide, tmp_path / "site", strict=True)
    loaded, problems = routes.load_routes(guide, tmp_path / "site")

    assert (report.pages, report.snippets, report.problems) == (1, 1, [])
    assert [route.pattern for route in loaded] == ["/hello"]
    assert problems == []
