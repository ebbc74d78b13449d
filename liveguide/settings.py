"""
The settings of a whole site: `liveguide.yaml` at the top of the guide folder.

Both halves read them: the builder for the site's name, the server for whom it
trusts. The file and every key of it are optional.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .colours import check_accent
from .errors import Problem, SourceError, SourceErrors, did_you_mean, no_guide
from .hosts import host_pattern
from .limits import SITE_LIMITS, wrong_limit
from .textfile import read_text
from .yamlfile import YAMLMapping, YAMLSequence, kind_of, parse_yaml, wrong_character

if TYPE_CHECKING:
    import ipaddress

SETTINGS_FILE = "liveguide.yaml"


LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*"
"""A language code, as in HTML's `lang`: longer first parts are reserved (RFC 5646)."""

_LANGUAGE = re.compile(LANGUAGE)
_CODES = {
    **{"arabic": "ar", "chinese": "zh", "deutsch": "de", "dutch": "nl", "english": "en"},
    **{"español": "es", "français": "fr", "french": "fr", "german": "de", "hebrew": "he"},
    **{"hindi": "hi", "italian": "it", "italiano": "it", "japanese": "ja", "korean": "ko"},
    **{"polish": "pl", "portuguese": "pt", "russian": "ru", "spanish": "es", "turkish": "tr"},
}


class Entry(NamedTuple):
    """
    One entry of the setting `navigation`.

    Attributes:

        line: The line on which it stands.

        label: What it says; empty for what the page says itself.

        path: The page or the folder that it leads to; empty for a heading.

        entries: What stands below a heading.
    """

    line: int
    label: str = ""
    path: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Settings:
    """
    What `liveguide.yaml` may say.

    Attributes:

        title: The site's name, in the header and after each page's title.

        language: The language of the pages, as in HTML's `lang` attribute.

        description: One sentence on the site, for search engines and where pages have none.

        author: Who wrote the pages that name nobody.

        repository: Address of the project's source, linked in the header.

        branch: The branch of the repository that readers edit.

        edit: Where readers edit a page, with `{branch}` and `{path}`; empty for the usual
            address at the repository's host.

        accent: The colour of links and of what is chosen, on the light ground.

        accent_dark: The same on the dark ground; empty for a lighter one of the same hue.

        languages: The folders at the top that hold the guide in another language; each is
            named for its language.

        navigation: The navigation, entry by entry; empty for the folders and pages as they are.

        include: Folders outside the guide, relative to it, whose files pages may include.

        trusted_proxies: Addresses or networks of the reverse proxies whose
            forwarding headers are believed.

        url: The site's public address, with a slash at the end; empty where it is not known.

        hosts: The names, besides that of `url`, under which readers reach the server.

        limits: Bounds on what strangers may do, by name.
    """

    title: str = "Guide"
    language: str = "en"
    description: str = ""
    author: str = ""
    repository: str = ""
    branch: str = "main"
    edit: str = ""
    accent: str = ""
    accent_dark: str = ""
    languages: tuple[str, ...] = field(default=())
    navigation: tuple[Entry, ...] = field(default=())
    include: tuple[str, ...] = field(default=())
    trusted_proxies: tuple[str, ...] = field(default=())
    url: str = ""
    hosts: tuple[str, ...] = field(default=())
    limits: Mapping[str, float] = field(default_factory=dict)


def read_settings(guide: Path) -> Settings:
    """
    Read the settings of the guide folder *guide*.

    Raises:

        UsageError: *guide* is not a folder.

        SourceErrors: The file is not YAML, or has unknown keys or values of the wrong type.
    """
    settings, problems = settings_and_problems(guide)
    if problems:
        raise SourceErrors(problems)
    return settings


def settings_and_problems(guide: Path) -> tuple[Settings, list[Problem]]:
    """
    Read what can be read of the settings of *guide*; return it with what is wrong in the rest.

    Raises:

        UsageError: *guide* is not a folder.

        SourceError: The file is no YAML that could hold settings.
    """
    if not guide.is_dir():
        raise no_guide(guide)
    path = guide / SETTINGS_FILE
    if not os.path.lexists(path):
        return Settings(), []
    values = parse_yaml(read_text(path), str(path))
    if values is None:
        return Settings(), []
    if not isinstance(values, YAMLMapping):
        raise SourceError(str(path), 1, f"settings are a mapping, but this is {kind_of(values)}")
    fields = {f.name: f for f in dataclasses.fields(Settings)}
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in values.items():
        line = values.line_of(key)
        try:
            if key not in fields:
                hint = did_you_mean(key, fields)
                raise SourceError(str(path), line, f"there is no setting {key!r}{hint}")
            given[key] = _read(str(path), line, key, value)
        except SourceErrors as error:
            problems += error.problems
    return Settings(**given), problems


def line_in_settings(guide: Path, key: str, item: str) -> int | None:
    """Return the line of an item in a list of settings that have been read, for messages."""
    values = parse_yaml(read_text(guide / SETTINGS_FILE), SETTINGS_FILE)
    listed = values.get(key) if isinstance(values, YAMLMapping) else None
    if not isinstance(listed, YAMLSequence) or item not in listed:
        return None
    return listed.marks[listed.index(item)].line


def wrong_language(tag: str) -> str | None:
    """Return what is wrong with a text as a language code, or `None`."""
    if _LANGUAGE.fullmatch(tag):
        return None
    first, *rest = re.split("[-_]", tag)
    code = _CODES.get(first.lower(), first)
    country = f"-{rest[0].upper()}" if rest and len(rest[0]) == 2 else ""
    likely = code + country if _LANGUAGE.fullmatch(code) else "de"
    return f"{tag!r} is no language code; write it as {likely!r}"


def _read(path: str, line: int, key: str, value: Any) -> Any:
    """Return the value of one setting, checked."""
    if key == "navigation":
        return _entries(value, path, line)
    if key == "limits":
        return _limits(value, path, line)
    if isinstance(Settings.__dict__.get(key), str):
        if not isinstance(value, str):
            fix = "" if isinstance(value, (dict, list)) else "; put it in quotes"
            raise SourceError(path, line, f"{key!r} must be text, but it is {kind_of(value)}{fix}")
        return _text(value, path, line, key) if value else ""
    if not isinstance(value, YAMLSequence) or not all(isinstance(v, str) for v in value):
        raise SourceError(
            path, line, f"{key!r} must be a list of texts, each on a line that begins with '- '"
        )
    return tuple(
        _text(item, path, mark.line, key) for item, mark in zip(value, value.marks, strict=True)
    )


def _text(text: str, path: str, line: int, key: str) -> str:
    """Return what a text of the setting *key* stands for, checked."""
    wrong = wrong_character(text)
    if wrong:
        raise SourceError(path, line, f"{key!r}: {wrong}")
    try:
        return _READERS[key](text) if key in _READERS else text
    except ValueError as error:
        raise SourceError(path, line, str(error)) from None


def _language(text: str) -> str:
    return _unless(wrong_language(text), text)


def _unless(wrong: str | None, text: str) -> str:
    if wrong:
        raise ValueError(wrong)
    return text


def _edit(text: str) -> str:
    unknown = set(re.findall(r"\{(.*?)\}", text)) - {"branch", "path"}
    if unknown:
        name = "{" + min(unknown) + "}"
        raise ValueError(f"{name!r} stands for nothing here; use {{branch}} and {{path}}")
    if "{path}" not in text or not _is_address(text):
        raise ValueError(
            f"{text!r} is no address of a page to edit; write it as "
            "https://git.example.org/project/edit/{branch}/guide/{path}"
        )
    return text


def _repository(text: str) -> str:
    if not _is_address(text):
        raise ValueError(f"{text!r} is not an address; write it as https://git.example.org/project")
    return text


def _proxy(text: str) -> str:
    try:
        network(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not an address or a network; write it as 127.0.0.1 or 10.0.0.0/8"
        ) from None
    return text


def _is_address(text: str) -> bool:
    """Say whether a text can stand in a link to another site."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
    return good and text.isprintable() and not set(text) & set(" <>\"'\\")


def _limits(value: Any, path: str, line: int) -> dict[str, float]:
    """Read the bounds; every one that is wrong is told."""
    if not isinstance(value, YAMLMapping):
        message = f"'limits' is a mapping of names to numbers, but this is {kind_of(value)}"
        raise SourceError(path, line, message)
    problems = []
    for key, given in value.items():
        if key not in SITE_LIMITS:
            wrong: str | None = f"there is no limit {key!r}{did_you_mean(key, SITE_LIMITS)}"
        else:
            wrong = wrong_limit(key, given, SITE_LIMITS[key])
        if wrong:
            problems.append(Problem(path, value.line_of(key), wrong))
    if problems:
        raise SourceErrors(problems)
    return dict(value)


def _entries(value: Any, path: str, line: int) -> tuple[Entry, ...]:
    """Read the entries of the navigation, or those below a heading."""
    if not isinstance(value, YAMLSequence):
        message = (
            "the navigation is a list of pages and folders, each on a line that begins with '- '"
        )
        raise SourceError(path, line, message)
    return tuple(
        _entry(item, path, mark.line) for item, mark in zip(value, value.marks, strict=True)
    )


def _entry(item: Any, path: str, line: int) -> Entry:
    if isinstance(item, str) and item:
        return Entry(line, path=item)
    if isinstance(item, YAMLMapping) and len(item) == 1:
        label, value = next(iter(item.items()))
        if isinstance(value, str) and value:
            return Entry(line, label, value)
        if isinstance(value, YAMLSequence) and value:
            return Entry(line, label, entries=_entries(value, path, line))
    message = "an entry of the navigation is a page ('intro.md'), a folder ('function/'), "
    message += "'Label: intro.md', or 'Heading:' with a list below it"
    raise SourceError(path, line, message)


def site_address(text: str) -> str:
    """
    Return the public address of a site, with one slash at the end.

    Args:

        text: An address of http or https; it may have a path, but no query, fragment or user.

    Raises:

        ValueError: *text* is no such address; the message shows how to write one.
    """
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is no number
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or not text.isascii() or not text.isprintable() or set(text) & set(" <>\"'\\@?#"):
        raise ValueError(f"{text!r} is not a site's address; write it as https://docs.example.org/")
    return text.rstrip("/") + "/"


def network(address: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return the network that an address or a network in CIDR notation names."""
    import ipaddress  # for those who name proxies

    return ipaddress.ip_network(address, strict=False)


_READERS: Mapping[str, Callable[[str], str]] = {
    "accent": lambda text: _unless(check_accent(text, dark=False), text),
    "accent_dark": lambda text: _unless(check_accent(text, dark=True), text),
    "edit": _edit,
    "hosts": host_pattern,
    "language": _language,
    "languages": _language,
    "repository": _repository,
    "trusted_proxies": _proxy,
    "url": site_address,
}
"""For texts of settings that are not any text: return the value, or raise ValueError."""
