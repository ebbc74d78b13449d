"""
The settings of a whole site: `liveguide.yaml` at the top of the guide folder.

Both halves read them: the builder for the site's name, the server for whom it
trusts. The file and every key of it are optional.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import SourceError, UsageError, did_you_mean
from .textfile import read_text
from .yamlfile import YAMLMapping, YAMLSequence, kind_of, parse_yaml

SETTINGS_FILE = "liveguide.yaml"


@dataclass(frozen=True)
class Settings:
    """
    What `liveguide.yaml` may say.

    Attributes:

        title: The site's name, in the header and after each page's title.

        language: The language of the pages, as in HTML's `lang` attribute.

        repository: Address of the project's source, linked in the header.

        include: Folders outside the guide, relative to it, whose files pages may include.

        trusted_proxies: Addresses or networks of the reverse proxies whose
            forwarding headers are believed.

        url: The site's public address, with a slash at the end; empty where it is not known.
    """

    title: str = "Guide"
    language: str = "en"
    repository: str = ""
    include: tuple[str, ...] = field(default=())
    trusted_proxies: tuple[str, ...] = field(default=())
    url: str = ""


def read_settings(guide: Path) -> Settings:
    """
    Read the settings of the guide folder *guide*.

    Raises:

        UsageError: *guide* is not a folder.

        SourceError: The file is not YAML, has an unknown key or a value of the wrong type.
    """
    if not guide.is_dir():
        raise UsageError(f"{guide} is not a folder; name the folder that holds the pages")
    path = guide / SETTINGS_FILE
    if not path.is_file():
        return Settings()
    values = parse_yaml(read_text(path), str(path))
    if values is None:
        return Settings()
    if not isinstance(values, YAMLMapping):
        raise SourceError(str(path), 1, f"settings are a mapping, but this is {kind_of(values)}")
    fields = {f.name: f for f in dataclasses.fields(Settings)}
    for key, value in values.items():
        line = values.line_of(key)
        if key not in fields:
            raise SourceError(
                str(path), line, f"there is no setting {key!r}{did_you_mean(key, fields)}"
            )
        _check(str(path), line, key, value, Settings.__dict__.get(key, ()))
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    if given.get("url"):
        given["url"] = site_address(given["url"])
    return Settings(**given)


def _check(path: str, line: int, key: str, value: Any, default: Any) -> None:
    if isinstance(default, str):
        if not isinstance(value, str):
            raise SourceError(
                path, line, f"{key!r} must be text, but it is {kind_of(value)}; put it in quotes"
            )
    elif not isinstance(value, YAMLSequence) or not all(isinstance(v, str) for v in value):
        raise SourceError(
            path, line, f"{key!r} must be a list of texts, each on a line that begins with '- '"
        )
    if key == "url" and value:
        try:
            site_address(value)
        except ValueError as error:
            raise SourceError(path, line, str(error)) from None
    if key == "trusted_proxies":
        for item, mark in zip(value, value.marks, strict=True):
            try:
                network(item)
            except ValueError:
                raise SourceError(
                    path,
                    mark.line,
                    f"{item!r} is not an address or a network; write it as 127.0.0.1 or 10.0.0.0/8",
                ) from None


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
    return ipaddress.ip_network(address, strict=False)
