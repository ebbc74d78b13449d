"""Who may log in: the names and hashed passwords of a `gramex.yaml`."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...passwords import PasswordHash
from ...yamlfile import YAMLMapping, kind_of

Report = Callable[[int, str], None]
"""Takes the line and the message of a fault."""

_MOST_AT_ONCE = 2
_COMMAND = "run python -m liveguide password"


@dataclass(frozen=True)
class Account:
    """
    One who may log in.

    Attributes:

        password: The hash of the password.

        user: What `session['user']` becomes: `id`, and what else the file says of them.
    """

    password: PasswordHash
    user: Mapping[str, Any]


class Credentials:
    """
    The accounts of one login.

    Args:

        accounts: The accounts by their names.
    """

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        # A name that nobody has costs as much time as one that somebody has.
        costliest = max((a.password for a in accounts.values()), key=lambda hash_: hash_.costs)
        self._nobody = Account(PasswordHash(costliest.costs, b"nobody's salt", bytes(32)), {})
        # Each takes a processor and its memory for a while; the rest of the site needs some too.
        self._free = asyncio.Semaphore(_MOST_AT_ONCE)

    async def user(self, name: str, password: str) -> dict[str, Any] | None:
        """
        Return the user who logs in so; `None` where the name or the password is wrong.

        It is worked out in a thread, and takes as long whether the name is known or not.
        """
        account = self._accounts.get(name, self._nobody)
        async with self._free:
            is_right = await asyncio.to_thread(account.password.verify, password)
        if account is self._nobody or not is_right:
            return None
        return copy.deepcopy(dict(account.user))


def read_credentials(value: Any, line: int, report: Report) -> Credentials | None:
    """
    Read the value of `credentials:`, a mapping of names to `password` and what else is known.

    Args:

        value: What the YAML says.

        line: Where `credentials` stands.

        report: Is told of each fault, none of which shows a password.

    Returns:

        The accounts, `None` where nobody could log in.
    """
    if not isinstance(value, YAMLMapping) or not value:
        kind = "empty" if value == {} else kind_of(value)
        report(
            line,
            f"'credentials' must be a mapping of names to passwords, but it is {kind}; "
            "write 'demo: {password: ...}' below it",
        )
        return None
    accounts = {}
    for name in value:
        account = _account(name, value[name], value.line_of(name), report)
        if account is not None:
            accounts[name] = account
    return Credentials(accounts) if accounts else None


def _account(name: str, value: Any, line: int, report: Report) -> Account | None:
    known = {}
    if isinstance(value, YAMLMapping):
        if "password" not in value:
            report(line, f"{name!r} has no password; {_COMMAND} and add 'password: ...'")
            return None
        if "id" in value:
            report(value.line_of("id"), f"the id of {name!r} is that name; remove 'id'")
        known = {key: value[key] for key in value if key not in ("id", "password")}
        line, value = value.line_of("password"), value["password"]
    if not isinstance(value, str):
        report(
            line,
            f"the password of {name!r} must be text, but it is {kind_of(value)}; "
            f"{_COMMAND}, which prints what belongs here",
        )
        return None
    try:
        return Account(PasswordHash.parse(value), {"id": name, **known})
    except ValueError as error:
        report(
            line,
            f"the password of {name!r} is not a hash: {error}; "
            f"{_COMMAND}, which prints what belongs here",
        )
        return None
