"""Which content coding a client gets: RFC 9110, section 12.5.3, decided without any I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

IDENTITY = "identity"
"""The file as it is."""

ENDINGS = {"br": ".br", "gzip": ".gz", "zstd": ".zst"}
"""What the name of a file's copy ends with, by its coding, as the builder writes it."""

_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_ALIASES = {"x-gzip": "gzip"}
_IMPLIED = (
    0.0001  # below all that can be said: what a client does not rule out, but does not ask for
)


@lru_cache(maxsize=128)
def choose(accepted: str | None, available: tuple[str, ...]) -> str | None:
    """
    Return the coding to send, `None` where the client takes none that there is.

    Args:

        accepted: The request's `Accept-Encoding`; `None` where it has none.

        available: The codings that there are besides the file as it is; of those that
            the client likes best, the first is sent.
    """
    if accepted is None:
        return IDENTITY
    qualities = _qualities(accepted)
    rest = qualities.get("*", 0.0)
    ranked = {coding: qualities.get(coding, rest) for coding in available}
    # Nobody has to name it: it is ruled out by name or by "*;q=0" alone.
    ranked[IDENTITY] = qualities.get(IDENTITY, _IMPLIED if qualities.get("*", 1.0) > 0 else 0.0)
    best = max(ranked, key=ranked.__getitem__)
    return best if ranked[best] > 0 else None


def _qualities(accepted: str) -> dict[str, float]:
    qualities: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = _quality(parameters)
        if name:
            qualities[_ALIASES.get(name, name)] = quality
    return qualities


def _quality(parameters: Sequence[str]) -> float:
    """Return the weight among a coding's parameters; what is no weight takes the coding away."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
    return 1.0
