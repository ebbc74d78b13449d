"""What the builder tells of a site: its pages' policies, its copies, its drafts."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from .codings import ENDINGS

MANIFEST = ".liveguide.json"
"""The file that holds it, written by the builder."""

DEFAULT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; media-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'"
)
"""The policy of everything that the builder names none for."""

# A policy in a <meta> element may not have this one, so the builder leaves it to us.
FRAMES = "; frame-ancestors 'self'"

_FRONT_END = re.compile(r"_liveguide/[0-9a-f]{12}")

Version = tuple[int, int, int]
"""What tells one state of a file from another, on disk."""


def version_of(stat: os.stat_result) -> Version:
    """Return the version of a file that is described so."""
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


@dataclass
class _Told:
    version: Version | None = None
    policies: dict[str, str] = field(default_factory=dict)
    copies: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    copied: frozenset[str] = frozenset()
    drafts: frozenset[str] = frozenset()
    front_end: str = ""


class Manifest:
    """
    The manifest of a site, read again whenever the builder has written it.

    One that is missing or broken names no policies, no copies and no drafts.
    """

    def __init__(self, site: Path) -> None:
        self._path = os.path.join(site, MANIFEST)
        self._told = _Told()

    @property
    def seen(self) -> Version | None:
        """The version that the other methods speak of."""
        return self._told.version

    def version(self) -> Version | None:
        """Look at the disk, and return the version of which the other methods speak from now on."""
        try:
            version = version_of(os.stat(self._path))
        except OSError:
            version = None
        if version != self._told.version:
            self._told = self._read()
        return self._told.version

    def policy(self, output: str) -> str:
        """Return the Content-Security-Policy of a file, by its path in the site."""
        return self._told.policies.get(output, DEFAULT_POLICY) + FRAMES

    def is_draft(self, page: str) -> bool:
        """Say whether a page is there only because its author looks at it."""
        return page in self._told.drafts

    @property
    def front_end(self) -> str:
        """The folder, in the site, of the scripts and styles that pages load; it may be empty."""
        return self._told.front_end

    def digest(self, output: str) -> str:
        """Return the hash of that state of a file of which its copies are."""
        return self._told.copies.get(output, ("", ()))[0]

    def codings(self, output: str) -> tuple[str, ...]:
        """Return the codings of a file's copies, the smallest first."""
        return self._told.copies.get(output, ("", ()))[1]

    def is_copy(self, output: str) -> bool:
        """Say whether a file is only there to be sent in the place of another."""
        return output in self._told.copied

    def _read(self) -> _Told:
        try:
            with open(self._path, "rb") as file:
                version = version_of(os.fstat(file.fileno()))
                return _understood(json.load(file), version)
        except (OSError, ValueError, AttributeError, TypeError):
            return _Told()


def _understood(manifest: dict[str, dict[str, str]], version: Version) -> _Told:
    policies = {
        output: policy
        for output, policy in manifest.get("policies", {}).items()
        if isinstance(policy, str) and policy.isascii() and policy.isprintable()
    }
    copies = {}
    for output, told in manifest.get("copies", {}).items():
        digest, *codings = told.split(" ")
        copies[output] = digest, tuple(coding for coding in codings if coding in ENDINGS)
    copied = {
        output + ENDINGS[coding] for output, (_, codings) in copies.items() for coding in codings
    }
    drafts = frozenset(map(str, manifest.get("drafts", [])))
    front_end = str(manifest.get("front_end", ""))
    front_end = front_end if _FRONT_END.fullmatch(front_end) else ""
    return _Told(version, policies, copies, frozenset(copied), drafts, front_end)
