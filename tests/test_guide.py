"""What our own guide promises, checked against what is there."""

from __future__ import annotations

import dataclasses
import gzip
import html
import re
from pathlib import Path

import pytest

from liveguide.builder import frontmatter
from liveguide.builder.extensions import fence_options, snippets
from liveguide.builder.extensions.elements import EXAMPLE_ATTRIBUTES
from liveguide.builder.site import build_site
from liveguide.commands import command_line
from liveguide.server.endpoints import room_settings, route, routes
from liveguide.settings import Settings, read_settings

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


def test_every_setting_of_the_site_is_documented() -> None:
    """The settings page has a section for each key of liveguide.yaml."""
    page = (GUIDE / "authoring/settings.md").read_text()
    headings = re.findall(r"^### `(\w+)`$", page, re.MULTILINE)

    assert {field.name for field in dataclasses.fields(Settings)} == set(headings)


def test_every_setting_of_an_endpoint_is_documented() -> None:
    """The settings page names each key of an entry, of its kwargs, and of a room."""
    known = {*route.ENTRY_KEYS, *route.KWARGS_KEYS, *room_settings.ROOM_KEYS}

    assert known - _documented("authoring/settings.md") == set()


@pytest.mark.parametrize("command", command_line()[1])
def test_every_option_of_a_command_is_documented(command: str) -> None:
    """The pages on settings and commands name each command and each of its options."""
    documented = _documented("authoring/settings.md", "authoring/commands.md")
    parser = command_line()[1][command]
    options = {name for action in parser._actions for name in action.option_strings}

    assert {name for name in options if "--" in name} - {"--help"} - documented == set()
    assert f"liveguide {command}" in documented


def test_every_option_of_a_fence_is_documented() -> None:
    """The page on writing pages names each option of a fence."""
    known = {*fence_options.OPTIONS, *snippets.OUTPUT_OPTIONS}

    assert known - _documented("authoring/README.md") == set()


def test_every_attribute_of_an_example_is_documented() -> None:
    """The page on writing pages names each attribute of an example."""
    assert EXAMPLE_ATTRIBUTES - _documented("authoring/README.md") == set()


def test_every_key_of_front_matter_is_documented() -> None:
    """The page on writing pages names each key that front matter gives a meaning to."""
    assert set(frontmatter.KEYS) - _documented("authoring/README.md") == set()


def test_getting_started_is_the_first_card_of_the_home_page() -> None:
    """Who wants to begin does not look for it."""
    home = (GUIDE / "README.md").read_text().partition("class=cards")[2]

    assert home.split("](", 1)[1].startswith("authoring/start.md)")


def test_the_home_page_begins_as_getting_started_does() -> None:
    """Each command of the home page is one that a test follows on the page it leads to."""
    typed = re.compile(r"^\$ (.*)$", re.MULTILINE)
    first = typed.findall((GUIDE / "README.md").read_text())
    steps = typed.findall((GUIDE / "authoring/start.md").read_text())

    assert first
    assert set(first) <= set(steps)


def test_what_our_own_pages_lack_is_said() -> None:
    """Without a repository there is no link to it, and the page on such links says why."""
    has_repository = bool(read_settings(GUIDE).repository)
    says_so = "This guide names no repository" in (GUIDE / "authoring/site.md").read_text()

    assert says_so != has_repository


def test_the_pages_for_authors_have_an_order() -> None:
    """No two of them share a place in the navigation."""
    pages = [page for page in (GUIDE / "authoring").glob("*.md") if page.name != "README.md"]
    orders = {
        re.search(r"^order: (\d+)$", page.read_text(), re.MULTILINE)[1]: page.name for page in pages
    }

    assert len(orders) == len(pages)
    assert orders["1"] == "start.md"


def test_no_line_of_code_is_cut(site: Path) -> None:
    """Code with lines that are longer than the page is wide wraps them."""
    block = r'<figure class="(code[^"]*)"[^>]*>.*?<pre><code[^>]*>(.*?)</code></pre>'
    cut = [
        (page.relative_to(site), line)
        for page in sorted(site.rglob("*.html"))
        if ".source" not in page.parent.name
        for attributes, code in re.findall(block, page.read_text(), re.DOTALL)
        if " wrap" not in attributes
        for line in html.unescape(re.sub(r"<[^>]+>", "", code)).splitlines()
        if len(line) > 85
    ]

    assert cut == []


def test_the_texts_of_the_search_are_small(site: Path) -> None:
    """A reader who searches our guide loads at most 80 KB of texts, compressed."""
    texts = sorted((site / "_liveguide").glob("search*.json"))

    assert 0 < sum(len(gzip.compress(text.read_bytes(), 9)) for text in texts) <= 80_000


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
    loaded = routes.read_files(guide, tmp_path / "site")

    assert (report.pages, report.snippets, report.problems) == (1, 1, [])
    assert [route.pattern for route in loaded.routes] == ["/hello"]
    assert loaded.problems == []
