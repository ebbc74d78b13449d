"""The settings of a site, and every fault that they may have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from liveguide.errors import SourceErrors, UsageError
from liveguide.settings import Entry, Settings, network, read_settings, site_address

WriteTree = Callable[[Mapping[str, str | bytes]], Path]


def test_a_guide_without_settings(write_tree: WriteTree) -> None:
    """The file is optional."""
    assert read_settings(write_tree({})) == Settings()


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_empty_settings(write_tree: WriteTree, text: str) -> None:
    """So is everything in it."""
    assert read_settings(write_tree({"liveguide.yaml": text})) == Settings()


def test_every_setting(write_tree: WriteTree) -> None:
    """Each key becomes the attribute of that name; lists become tuples."""
    text = (
        "title: T\nlanguage: de\nrepository: https://example.org/\n"
        "include: [../deploy]\ntrusted_proxies: [127.0.0.1, '::1', 10.0.0.0/8]\n"
        "url: https://docs.example.org/\nhosts: [Guide.example, '*.guide.example']\n"
        "limits: {message_rate: 2.5, address_sockets: 100, loopback: true}\n"
    )

    assert read_settings(write_tree({"liveguide.yaml": text})) == Settings(
        title="T",
        language="de",
        repository="https://example.org/",
        include=("../deploy",),
        trusted_proxies=("127.0.0.1", "::1", "10.0.0.0/8"),
        url="https://docs.example.org/",
        hosts=("guide.example", "*.guide.example"),
        limits={"message_rate": 2.5, "address_sockets": 100, "loopback": True},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "1: error: settings are a mapping, but this is a list"),
        ("text\n", "1: error: settings are a mapping, but this is text"),
        ("titel: T\n", "1: error: there is no setting 'titel'; did you mean 'title'?"),
        ("title: T\nqqqq: T\n", "2: error: there is no setting 'qqqq'"),
        ("title: 1.10\n", "1: error: 'title' must be text, but it is a number; put it in quotes"),
        (
            "language: no\n",
            "1: error: 'language' must be text, but it is true or false; put it in quotes",
        ),
        ("title:\n", "1: error: 'title' must be text, but it is empty; put it in quotes"),
        (
            "include: ../deploy\n",
            "1: error: 'include' must be a list of texts, each on a line that begins with '- '",
        ),
        (
            "include: [1]\n",
            "1: error: 'include' must be a list of texts, each on a line that begins with '- '",
        ),
        (
            "trusted_proxies:\n  - 127.0.0.1\n  - nginx\n",
            "3: error: 'nginx' is not an address or a network; write it as 127.0.0.1 or 10.0.0.0/8",
        ),
        (
            "title: T\nurl: docs.example.org\n",
            "2: error: 'docs.example.org' is not a site's address; "
            "write it as https://docs.example.org/",
        ),
        (
            "hosts:\n  - docs.example.org:8888\n",
            "2: error: 'docs.example.org:8888' is not a host's name; "
            "write it without a port, as in docs.example.org",
        ),
        (
            "limits: 5\n",
            "1: error: 'limits' is a mapping of names to numbers, but this is a number",
        ),
        (
            "limits:\n  mesage_rate: 5\n",
            "2: error: there is no limit 'mesage_rate'; did you mean 'message_rate'?",
        ),
        (
            "limits:\n  message_rate: fast\n",
            "2: error: 'message_rate' must be a number of messages a second, but it is text",
        ),
        (
            "limits:\n  message_burst: 0\n",
            "2: error: 'message_burst' is 0, but it goes from 1 to 1000000 messages",
        ),
        (
            "limits:\n  message_burst: 2.5\n",
            "2: error: 'message_burst' is 2.5, but it goes from 1 to 1000000 messages",
        ),
        (
            "limits:\n  loopback: 1\n",
            "2: error: 'loopback' must be true or false, but it is a number",
        ),
        ("title: T\ntitle: U\n", "2:1: error: the key 'title' is already on line 1; remove one"),
    ],
)
def test_faults(write_tree: WriteTree, text: str, message: str) -> None:
    """Each fault names the file, the line, the value and the likely fix."""
    guide = write_tree({"liveguide.yaml": text})

    with pytest.raises(SourceErrors) as caught:
        read_settings(guide)

    assert str(caught.value) == f"{guide}/liveguide.yaml:{message}"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://docs.example.org", "https://docs.example.org/"),
        ("http://192.0.2.1:8888/", "http://192.0.2.1:8888/"),
        ("http://[2001:db8::1]:8888", "http://[2001:db8::1]:8888/"),
        ("https://example.org/a%20b/guide", "https://example.org/a%20b/guide/"),
        ("https://example.org/guide//", "https://example.org/guide/"),
    ],
)
def test_a_sites_address_ends_with_a_slash(written: str, address: str) -> None:
    """A path may follow the host; pages' addresses are added to what comes out."""
    assert site_address(written) == address


@pytest.mark.parametrize(
    "written",
    [
        *("", "docs.example.org", "//docs.example.org/", "/guide/", "https://", "https:///guide/"),
        *("ftp://example.org/", "javascript:alert(1)", "https://example.org:port/"),
        *("https://example.org:99999/", "https://[::1/", "https://user:word@example.org/"),
        *("https://example.org/?a=b", "https://example.org/#top", "https://example.org/a b/"),
        *("https://example.org/\n", 'https://example.org/"x', "https://b\u00fccher.example/"),
    ],
)
def test_what_is_no_sites_address(written: str) -> None:
    """Other schemes, users, queries, fragments and odd characters are refused."""
    with pytest.raises(ValueError, match="is not a site's address; write it as https://"):
        site_address(written)


def test_a_file_that_is_not_text(write_tree: WriteTree) -> None:
    """A file in another encoding is an error that names the byte and its line."""
    guide = write_tree({"liveguide.yaml": b"title: T\nlanguage: \xe9\n"})

    with pytest.raises(SourceErrors) as caught:
        read_settings(guide)

    assert str(caught.value) == (
        f"{guide}/liveguide.yaml:2: error: byte 0xe9 is not UTF-8; save the file as UTF-8"
    )


@pytest.mark.parametrize(
    ("make", "why"),
    [(Path.mkdir, "Is a directory"), (lambda path: path.symlink_to("no"), "No such file")],
    ids=["folder", "link"],
)
def test_settings_that_are_no_file_are_not_passed_over(
    write_tree: WriteTree, make: Callable[[Path], object], why: str
) -> None:
    """Who has a link that leads nowhere, say, did not mean a site without settings."""
    guide = write_tree({})
    make(guide / "liveguide.yaml")

    with pytest.raises(SourceErrors, match=rf"/liveguide\.yaml: error: it can't be read: {why}"):
        read_settings(guide)


def test_a_guide_that_is_no_folder(tmp_path: Path) -> None:
    """A guide that does not exist, or is a file, is a wrong command line."""
    with pytest.raises(UsageError) as caught:
        read_settings(tmp_path / "nothing")

    assert str(caught.value) == (
        f"{tmp_path}/nothing is not a folder; "
        "name the folder that holds the pages, or make one with 'liveguide new NAME'"
    )


def test_a_network_may_be_named_by_one_of_its_addresses() -> None:
    """`10.1.2.3/8` is the network 10.0.0.0/8."""
    assert str(network("10.1.2.3/8")) == "10.0.0.0/8"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accent: blue", "1: error: 'blue' is not a colour; write it as '#1f4fd1', in quotes"),
        ("accent: '#ffee00'", "take a darker one"),
        ("accent_dark: '#001133'", "take a lighter one"),
        ("language: x_y", "'x_y' is no language code; write it as 'de'"),
        ("language: german", "1: error: 'german' is no language code; write it as 'de'"),
        ("language: pt_br", "'pt_br' is no language code; write it as 'pt-BR'"),
        ("languages: [de, '?']", "'?' is no language code; write it as 'de'"),
        ("repository: git@example.org:a", "write it as https://git.example.org/project"),
        ("description: []", "1: error: 'description' must be text, but it is a list"),
        ('include: ["\\0"]', "1: error: 'include': it has the character U+0000"),
        ('include:\n- a\n- "\\0"', "3: error: 'include': it has the character U+0000"),
        (
            'title: "a\\eb"',
            "1: error: 'title': it has the character U+001B, which no page can hold",
        ),
        ("repository: 'https://['", "'https://[' is not an address; write it as https://"),
        ("repository: 'https://'", "'https://' is not an address; write it as https://"),
        ("repository: 'https://x\"><b>'", " is not an address; write it as https://"),
        ("edit: 'https://[/{path}'", "'https://[/{path}' is no address of a page to edit"),
        ("edit: https://e.org/{file}", "'{file}' stands for nothing here; use {branch} and {path}"),
        ("edit: https://e.org/", "'https://e.org/' is no address of a page to edit"),
        ("navigation: a.md", "1: error: the navigation is a list of pages and folders"),
        ("navigation:\n- a.md\n- 7", "3: error: an entry of the navigation is a page"),
        ("navigation:\n- A: a.md\n  B: b.md", "2: error: an entry of the navigation is a page"),
        ("navigation:\n- A: []", "2: error: an entry of the navigation is a page"),
    ],
)
def test_what_the_site_around_pages_refuses(write_tree: WriteTree, text: str, message: str) -> None:
    """Each wrong value is an error with its line, and says how to write it."""
    with pytest.raises(SourceErrors) as caught:
        read_settings(write_tree({"liveguide.yaml": text + "\n"}))

    assert message in str(caught.value)


def test_every_fault_of_the_settings_is_told(write_tree: WriteTree) -> None:
    """Whoever mends one need not build again to hear of the next."""
    text = "titel: T\nlanguage: german\nnavigation: a.md\n"
    with pytest.raises(SourceErrors) as caught:
        read_settings(write_tree({"liveguide.yaml": text}))

    assert [problem.line for problem in caught.value.problems] == [1, 2, 3]


def test_the_entries_of_the_navigation(write_tree: WriteTree) -> None:
    """A page or a folder, with or without a label, or a heading with entries below it."""
    text = "navigation:\n- a.md\n- B: b/\n- C:\n  - D: d.md\n"

    assert read_settings(write_tree({"liveguide.yaml": text})).navigation == (
        Entry(2, path="a.md"),
        Entry(3, "B", "b/"),
        Entry(4, "C", entries=(Entry(5, "D", "d.md"),)),
    )
