"""
The pages' policies as nginx reads them: the lines of a `map` from a path to its policy.

`deploy/nginx.conf` includes the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from .policy import BASE_POLICY

OUTPUT = ".liveguide.policies"
"""Where the lines stand in the site; like all dot files it is not served."""

FRAMES = "; frame-ancestors 'self'"
"""What a header may say and a page's own `<meta>` may not."""

# In quotes these would end the text, or begin a variable; nothing escapes a variable.
_UNWRITABLE = re.compile(r"[\"\\$]|[^\x20-\x7e]")
_LONGEST_POLICY = 4000  # it reads no word of 4,096 bytes
_LONGEST_PATH = 1024  # bytes: as its `map_hash_bucket_size` has room for


def policy_map(policies: Mapping[str, str]) -> str:
    """
    Return a line for what most pages may do, and one for each of the others.

    What can't be written for nginx is `left_out`: such a page may do what most may.

    Args:

        policies: The policy of each page, by its path in the site.
    """
    default = f'default "{BASE_POLICY}{FRAMES}";\n'
    spelled = Counter(output.lower() for output in policies)
    return default + "".join(
        f'"{_exactly(output) if spelled[output.lower()] > 1 else "/" + output}" '
        f'"{policy}{FRAMES}";\n'
        for output, policy in sorted(policies.items())
        if policy != BASE_POLICY and _is_writable(output, policy)
    )


def left_out(policies: Mapping[str, str]) -> list[str]:
    """Return the pages whose policy nginx can't be told, by their paths in the site."""
    return [
        output
        for output, policy in sorted(policies.items())
        if policy != BASE_POLICY and not _is_writable(output, policy)
    ]


def _exactly(output: str) -> str:
    """Return a pattern that matches one page alone: of plain paths nginx ignores the case."""
    return f"~^/{re.escape(output)}$"


def _is_writable(output: str, policy: str) -> bool:
    if not output.isprintable() or set('"\\$') & set(output) or _UNWRITABLE.search(policy):
        return False
    return len(output.encode()) <= _LONGEST_PATH and len(policy + FRAMES) <= _LONGEST_POLICY
