"""What a whole site tells machines, each file read by a real parser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from PIL import Image
from repository import Repository

from liveguide.builder.front_end import FRONTEND
from liveguide.builder.memory import Memory
from liveguide.builder.publishing.pictures import DEFAULT_ACCENT
from liveguide.builder.site import build_site
from liveguide.builder.templating import TEMPLATES
from liveguide.colours import GROUNDS

from ..conftest import Build, Built

URL = "https://docs.example.org/guide/"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "</script><script>alert(1)</script> & 'quotes' ]]>"
GUIDE = {
    "liveguide.yaml": "title: Rooms\n",
    "README.md": "---\ntitle: Home\ndesc: All about rooms.\n---\nWelcome.\n",
    "intro.md": "# Intro\n\nThe first steps.\n",
    "chat/README.md": "# Chat\n\nTalk & listen.\n",
    "chat/deep/page.md": "# Deep\n",
}


class Head(HTMLParser):
    """The head of a page: its meta and link elements, and its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str | None]] = []
        self.data: list[str] = []
        self.scripts = 0
        self._in_data = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "meta":
            name = values.get("property") or values.get("name") or ""
            self.meta[name] = values.get("content") or ""
        elif tag == "link":
            self.links.append(values)
        elif tag == "script":
            self.scripts += 1
            self._in_data = values.get("type") == "application/ld+json"

    def handle_endtag(self, tag: str) -> None:
        self._in_data = self._in_data and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data.append(data)

    def link(self, rel: str, kind: str | None = None) -> str | None:
        """Return where the first such link leads."""
        found = [x for x in self.links if x.get("rel") == rel and kind in (None, x.get("type"))]
        return found[0]["href"] if found else None


@pytest.fixture(name="build_repository")
def _build_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Repository], Built]:
    """Return a function that builds the guide in `guide/` of a repository, with an address."""
    monkeypatch.chdir(tmp_path)

    def build(repository: Repository) -> Built:
        report = build_site(repository.folder / "guide", Path("site"), strict=True, url=URL)
        return Built(report, tmp_path / "site")

    return build


def in_guide(files: dict[str, str]) -> dict[str, str]:
    """Return the files as they stand in a repository."""
    return {f"guide/{name}": text for name, text in files.items()}


def test_without_an_address_only_what_needs_none_is_made(build: Build) -> None:
    """Search engines, feeds and cards ask for full addresses, and we guess none."""
    built = build(GUIDE, strict=True)
    head = Head(built.text("chat/index.html"))

    made = set(built.tree())
    assert {"llms.txt", "llms-full.txt", "favicon.ico", "apple-touch-icon.png"} <= made
    assert not {"sitemap.xml", "robots.txt", "feed.xml"} & made
    assert not any("cards/" in name for name in made)
    assert head.link("canonical") is None
    assert not any(name.startswith("og:") for name in head.meta)
    assert head.meta["description"] == "Talk & listen."
    assert head.link("alternate", "text/markdown") == "index.md"


def test_a_page_tells_its_address_and_what_it_is_about(build: Build) -> None:
    """Open Graph, Twitter and canonical address say the same as the page."""
    built = build(GUIDE, strict=True, url=URL)
    head = Head(built.text("chat/index.html"))

    assert head.link("canonical") == URL + "chat/"
    assert head.meta["og:url"] == URL + "chat/"
    assert head.meta["og:title"] == "Chat"
    assert head.meta["og:site_name"] == "Rooms"
    assert head.meta["og:description"] == head.meta["description"] == "Talk & listen."
    assert head.meta["og:type"] == "article"
    assert head.meta["twitter:card"] == "summary_large_image"
    assert Head(built.text("index.html")).meta["og:type"] == "website"


def test_a_page_names_itself_in_other_languages_by_whole_addresses(build: Build) -> None:
    """Search engines take no others; without an address only the reader is told."""
    settings = "title: Rooms\nlanguages: [de]\n"
    guide = {**GUIDE, "liveguide.yaml": settings, "de/chat/README.md": "# Chat\n"}
    named = build(guide, strict=True, url=URL)
    head = Head(named.text("chat/index.html"))

    assert [x["href"] for x in head.links if x.get("hreflang") == "de"] == [URL + "de/chat/"]
    html = build(guide, strict=True).text("chat/index.html")
    assert not any("hreflang" in link for link in Head(html).links)
    assert 'href="../de/chat/"' in html


def test_each_page_has_a_card(build: Build) -> None:
    """The picture that the page names is there, of the size that it says."""
    built = build(GUIDE, strict=True, url=URL)
    names = set()
    for page in ("index.html", "intro.html", "chat/index.html"):
        meta = Head(built.text(page)).meta
        names.add(meta["og:image"])
        card = Image.open(BytesIO(built.tree()[meta["og:image"].removeprefix(URL)]))
        assert card.size == (int(meta["og:image:width"]), int(meta["og:image:height"]))
        assert meta["og:image:alt"]

    assert len(names) == 3


def test_a_page_may_name_a_picture_of_its_own(build: Build) -> None:
    """`image` in the front matter replaces the card; its size is read from the file."""
    written = BytesIO()
    Image.new("RGB", (40, 30)).save(written, "PNG")
    page = "---\ntitle: A\nimage: own.png\n---\n"
    built = build({"sub/a.md": page, "sub/own.png": written.getvalue()}, strict=True, url=URL)
    meta = Head(built.text("sub/a.html")).meta

    assert meta["og:image"] == URL + "sub/own.png"
    assert (meta["og:image:width"], meta["og:image:height"]) == ("40", "30")


def test_a_picture_that_is_not_there_is_reported(build: Build) -> None:
    """With file, line and the likely fix."""
    built = build({"README.md": "---\ntitle: A\nimage: owl.png\n---\n", "own.png": b"x"})

    assert built.messages == [
        "guide/README.md:3: warning: the image 'owl.png' is broken: there is no such file; "
        "did you mean 'own.png'?"
    ]


def test_settings_name_the_site_its_author_and_its_colour(
    tmp_path: Path, build_repository: Callable[[Repository], Built]
) -> None:
    """They are in the list for models, in the feed, and in the icons."""
    settings = "title: Rooms\ndescription: A guide.\nauthor: Ada\naccent: '#0a6640'\n"
    repository = Repository(tmp_path)
    repository.commit("Begin", in_guide({**GUIDE, "liveguide.yaml": settings}))

    built = build_repository(repository)

    assert built.text("llms.txt").startswith("# Rooms\n\n> A guide.\n")
    root = ElementTree.fromstring(built.text("feed.xml"))
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Ada"
    assert "#0a6640" in built.text("_liveguide/icon.svg")
    icon = Image.open(BytesIO(built.tree()["apple-touch-icon.png"])).convert("RGB")
    assert icon.getpixel((90, 90)) == (0x0A, 0x66, 0x40)


def test_browsers_are_told_the_colour_of_the_page() -> None:
    """Light and dark, as the stylesheet has them."""
    template = (TEMPLATES / "_sharing.html").read_text()

    assert tuple(re.findall(r'"theme-color" content="(.*?)"', template)) == GROUNDS


def test_the_icon_has_the_colour_of_the_design() -> None:
    """What is replaced where settings name another is in the file, and in the stylesheet."""
    assert DEFAULT_ACCENT in (FRONTEND / "icon.svg").read_text()
    assert f"--accent: light-dark({DEFAULT_ACCENT}" in (FRONTEND / "styles/props.css").read_text()


def test_nobody_is_told_of_a_draft(build: Build) -> None:
    """No file of the site has a word of it, the feed and the Markdown of all included."""
    draft = "---\ntitle: SECRET\ndraft: true\n---\nSECRET\n"
    built = build({**GUIDE, "chat/draft.md": draft}, strict=True, url=URL)

    assert not [name for name, content in built.tree().items() if b"SECRET" in content]
    assert "chat/draft.md" not in built.tree()


def test_a_page_outside_the_navigation_is_still_a_page(build: Build) -> None:
    """It has an address that search engines may know, and its Markdown."""
    hidden = "---\ntitle: Hidden\nnav: false\n---\nText.\n"
    built = build({**GUIDE, "hidden.md": hidden}, strict=True, url=URL)

    assert URL + "hidden.html" in built.text("sitemap.xml")
    assert "# Hidden" in built.text("hidden.md")
    assert "# Hidden" in built.text("llms-full.txt")
    assert "Hidden" not in built.text("llms.txt")


def test_the_breadcrumbs_lead_from_home_to_the_page(build: Build) -> None:
    """A folder without a page is no step."""
    built = build(GUIDE, strict=True, url=URL)
    (data,) = Head(built.text("chat/deep/page.html")).data
    steps = json.loads(data)["itemListElement"]

    assert [(step["position"], step["name"], step["item"]) for step in steps] == [
        (1, "Home", URL),
        (2, "Chat", URL + "chat/"),
        (3, "Deep", URL + "chat/deep/page.html"),
    ]
    assert Head(built.text("index.html")).data == []


def test_the_sitemap_lists_every_page(build: Build) -> None:
    """Addresses are escaped for XML and for addresses."""
    built = build({**GUIDE, "a & b/größe.md": "# A\n"}, strict=True, url=URL)
    root = ElementTree.fromstring(built.text("sitemap.xml"))

    assert [loc.text for loc in root.iter(f"{SITEMAP}loc")] == [
        URL + path
        for path in (
            "",
            "a%20%26%20b/gr%C3%B6%C3%9Fe.html",
            "chat/",
            "chat/deep/page.html",
            "intro.html",
        )
    ]
    assert list(root.iter(f"{SITEMAP}lastmod")) == []


def test_an_address_may_hold_what_xml_gives_a_meaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path of a site's address is anything that an address can hold."""
    monkeypatch.chdir(tmp_path)
    address = "https://docs.example.org/a&b/"
    repository = Repository(tmp_path)
    repository.commit("Begin", in_guide(GUIDE))

    build_site(Path("guide"), Path("site"), url=address)

    root = ElementTree.parse("site/sitemap.xml").getroot()
    assert root.findtext(f"{SITEMAP}url/{SITEMAP}loc") == address
    assert ElementTree.parse("site/feed.xml").getroot().findtext(f"{ATOM}id") == address


def test_robots_may_read_everything_and_learn_where_the_sitemap_is(build: Build) -> None:
    """As Python's own reader of robots.txt understands it."""
    parser = RobotFileParser()
    parser.parse(build(GUIDE, url=URL).text("robots.txt").splitlines())

    assert parser.can_fetch("AnyBot", URL + "chat/")
    assert parser.site_maps() == [URL + "sitemap.xml"]


def test_the_list_for_models_names_every_page_by_section(build: Build) -> None:
    """Its links lead to Markdown; without an address they are relative."""
    text = build(GUIDE, strict=True).text("llms.txt")

    assert text == (
        "# Rooms\n\n> All about rooms.\n\n## Pages\n\n"
        "- [Home](index.md): All about rooms.\n- [Intro](intro.md): The first steps.\n\n"
        "## Chat\n\n- [Chat](chat/index.md): Talk & listen.\n- [Deep](chat/deep/page.md)\n"
    )


def test_every_link_of_that_list_leads_to_a_file(build: Build) -> None:
    """With an address, links are full."""
    built = build({**GUIDE, "odd [name] (1).md": "# [Odd] (1)\n"}, strict=True, url=URL)
    links = re.findall(r"^- \[.*\]\((.*?)\)(?::|$)", built.text("llms.txt"), re.MULTILINE)

    assert len(links) == 5
    assert all(link.startswith(URL) for link in links)
    assert URL + "odd%20%5Bname%5D%20%281%29.md" in links


def test_all_pages_in_one_file_link_from_the_sites_top(build: Build) -> None:
    """A link means the same in one page's Markdown and in that of all."""
    built = build({**GUIDE, "chat/b.md": "# B\n\n[up](../intro.md)\n"}, strict=True)

    assert "[up](../intro.md)" in built.text("chat/b.md")
    assert "[up](intro.md)" in built.text("llms-full.txt")
    assert "Welcome." in built.text("llms-full.txt")


def test_the_guides_own_files_win(build: Build) -> None:
    """A guide that has such a file keeps it, without a word."""
    names = ["robots.txt", "sitemap.xml", "feed.xml", "llms.txt", "llms-full.txt", "favicon.ico"]
    built = build({**GUIDE, **dict.fromkeys(names, "own")}, strict=True, url=URL)
    head = Head(built.text("chat/index.html"))

    assert {built.text(name) for name in names} == {"own"}
    assert head.link("icon") == "../favicon.ico"
    assert head.link("apple-touch-icon") is None
    assert "apple-touch-icon.png" not in built.tree()


def test_a_folder_of_such_a_name_wins_too(build: Build) -> None:
    """What an author publishes there is not written over, and the build does not fail."""
    built = build({**GUIDE, "llms.txt/a.txt": "x", "feed.xml/b.txt": "y"}, strict=True, url=URL)

    assert built.text("llms.txt/a.txt") == "x"
    assert built.text("feed.xml/b.txt") == "y"


def test_nothing_that_a_title_holds_gets_out_of_its_place(build: Build) -> None:
    """Not out of an attribute, not out of the breadcrumbs, not out of XML."""
    page = f'---\ntitle: "{HOSTILE}"\ndesc: "{HOSTILE}"\n---\nText.\n'
    plain = Head(build({**GUIDE, "chat/a.md": GUIDE["intro.md"]}, url=URL).text("chat/a.html"))
    built = build({**GUIDE, "chat/a.md": page}, strict=True, url=URL)
    head = Head(built.text("chat/a.html"))

    assert head.scripts == plain.scripts
    assert head.meta["og:title"] == head.meta["og:image:alt"] == HOSTILE
    assert json.loads("".join(head.data))["itemListElement"][-1]["name"] == HOSTILE


def test_the_same_sources_give_the_same_bytes(build: Build) -> None:
    """With kept pictures and without."""
    first = build(GUIDE, url=URL).tree()
    again = build(GUIDE, url=URL).tree()
    elsewhere = build(GUIDE, site="other/site", url=URL, jobs=2).tree()

    assert first == again == elsewhere


def test_a_build_that_remembers_tells_the_same(build: Build) -> None:
    """A title that changes reaches the list, the sitemap, the cards and the way to other pages."""
    memory = Memory()
    build(GUIDE, site="kept/site", url=URL, memory=memory)
    changed = {"chat/README.md": "# Talk\n\nNew words.\n", "new.md": "# New\n"}
    memory.forget({Path("guide", name) for name in changed})

    again = build(changed, site="kept/site", url=URL, memory=memory)
    clean = build(changed, site="clean/site", url=URL)

    assert again.tree() == clean.tree()
    assert "[Talk](" in again.text("llms.txt")


def test_a_card_is_drawn_once(build: Build) -> None:
    """The next build finds it beside the site, and draws what is new."""
    build(GUIDE, url=URL)
    kept = Path(".liveguide/pictures")
    before = {path: path.stat().st_ino for path in kept.iterdir()}

    build({**GUIDE, "new.md": "# New\n"}, url=URL)

    after = {path: path.stat().st_ino for path in kept.iterdir()}
    assert len(after) == len(before) + 1
    assert before.items() <= after.items()


def test_a_broken_work_folder_does_not_break_the_cards(build: Build) -> None:
    """The work folder may be deleted at any time."""
    first = build(GUIDE, url=URL).tree()
    for path in Path(".liveguide/pictures").iterdir():
        path.unlink()

    assert build(GUIDE, url=URL).tree() == first


def test_a_home_page_that_the_build_makes_is_shared_as_well(build: Build) -> None:
    """It has a card and an address, and no Markdown."""
    built = build({"a.md": "# A\n"}, strict=True, url=URL)
    head = Head(built.text("index.html"))

    assert head.link("canonical") == URL
    assert head.meta["og:image"].removeprefix(URL) in built.tree()
    assert head.link("alternate", "text/markdown") is None


def test_a_page_that_is_none_is_not_shared(build: Build) -> None:
    """The page for what is not found has icons, and no address."""
    head = Head(build(GUIDE, url=URL).text("404.html"))

    assert head.link("canonical") is None
    assert head.link("icon") == "/favicon.ico"


def test_git_dates_the_sitemap(
    tmp_path: Path, build_repository: Callable[[Repository], Built]
) -> None:
    """Each page has the date of the last commit that changed it."""
    repository = Repository(tmp_path)
    repository.commit("Begin", in_guide(GUIDE), day=1)
    repository.commit("Correct", in_guide({"intro.md": "# Intro\n\nNew.\n"}), day=2)

    root = ElementTree.fromstring(build_repository(repository).text("sitemap.xml"))

    dates = {
        url.findtext(f"{SITEMAP}loc"): url.findtext(f"{SITEMAP}lastmod")
        for url in root.iter(f"{SITEMAP}url")
    }
    assert dates[URL] == "2026-01-01T12:00:00+00:00"
    assert dates[URL + "intro.html"] == "2026-01-02T12:00:00+00:00"


def test_the_feed_tells_what_changed(
    tmp_path: Path, build_repository: Callable[[Repository], Built]
) -> None:
    """A commit is an entry: newest first, named for its page where it touched one alone."""
    repository = Repository(tmp_path)
    repository.commit("Begin", in_guide(GUIDE), day=1)
    repository.commit("Fix <b> & \x0c", in_guide({"intro.md": "# Intro\n\nNew.\n"}), day=2)
    repository.commit("Another matter", {"setup.py": "\n"}, day=3)
    repository.commit("Remove nothing", in_guide({"chat/bot.py": "\n"}), day=4)

    built = build_repository(repository)
    root = ElementTree.fromstring(built.text("feed.xml"))
    entries = list(root.iter(f"{ATOM}entry"))

    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "Intro: Fix <b> & \N{REPLACEMENT CHARACTER}",
        "Begin",
    ]
    assert entries[0].find(f"{ATOM}link").attrib["href"] == URL + "intro.html"
    assert root.findtext(f"{ATOM}updated") == "2026-01-02T12:00:00+00:00"
    assert Head(built.text("chat/index.html")).link("alternate", "application/atom+xml") == (
        "../feed.xml"
    )
    assert URL + "chat/deep/page.html" in (entries[1].findtext(f"{ATOM}content") or "")


def test_an_entry_keeps_its_id(
    tmp_path: Path, build_repository: Callable[[Repository], Built]
) -> None:
    """A reader of feeds is not shown the same change again after the next one."""
    repository = Repository(tmp_path)
    repository.commit("Begin", in_guide(GUIDE), day=1)
    before = _ids(build_repository(repository))
    repository.commit("More", in_guide({"intro.md": "# Other\n"}), day=2)
    after = _ids(build_repository(repository))

    assert len(before) == 1
    assert after[1:] == before
    assert re.fullmatch(r"tag:docs\.example\.org,2026-01-01:[0-9a-f]{40}", before[0])


def _ids(built: Built) -> list[str | None]:
    root = ElementTree.fromstring(built.text("feed.xml"))
    return [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]


def test_without_git_there_is_no_feed(build: Build) -> None:
    """And no page names one."""
    built = build(GUIDE, strict=True, url=URL)

    assert "feed.xml" not in built.tree()
    assert Head(built.text("index.html")).link("alternate", "application/atom+xml") is None
