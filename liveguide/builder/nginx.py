"""
The pages' policies as nginx reads them: the lines of a `map` from a path to its policy.

`deploy/nginx.conf` includes the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .policy import BASE_POLICY

OUTPUT = ".liveguide.policies"
"""Where the lines stand in the site; like all dot files it is not served."""

FRAMES = "; frame-ancestors 'self'"
"""What a header may say and a page's own `<meta>` may not."""

# In quotes these would end the text, or begin a variable; nothing escapes a variable.
_UNWRITABLE = re.compile(r"[\"\\$]|[^\x20-\x7e]")


def policy_map(policies: Mapping[str, str]) -> str:
    """
    Return a line for what most pages may do, and one for each of the others.

    What can't be written for nginx is left out: such a page may do what most may.

    Args:

        policies: The policy of each page, by its path in the site.
    """
    return f'default "{BASE_POLICY}{FRAMES}";\n' + "".join(
        f'"/{output}" "{policy}{FRAMES}";\n'
        for output, policy in sorted(policies.items())
        if policy != BASE_POLICY and not _UNWRITABLE.search(policy) and _is_writable(output)
    )


def _is_writable(output: str) -> bool:
    return output.isprintable() and not set('"\\$') & set(output)
