"""The cookie of a session: its name, its attributes, and the signature of the id in it."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from tornado.httputil import format_timestamp
from tornado.web import RequestHandler, decode_signed_value

_DAY = 24 * 60 * 60


class SignedIds:
    """
    Signs the ids of sessions for their cookies, as Tornado does, and knows what was signed.

    Args:

        secrets: The key that signs, and older ones whose signatures are still believed.

        clock: Returns the time, in seconds since 1970.
    """

    def __init__(self, secrets: Sequence[bytes], clock: Callable[[], float]) -> None:
        self._secrets = secrets
        self._mac = hmac.new(secrets[0], digestmod="sha256")
        self._clock = clock

    def signed(self, name: str, session_id: str) -> str:
        """Return the value of a cookie of this name: an id, and when it was signed."""
        # As Tornado's `create_signed_value` says it, in a quarter of the time.
        began = str(int(self._clock()))
        value = base64.b64encode(session_id.encode()).decode()
        fields = f"2|1:0|{len(began)}:{began}|{len(name)}:{name}|{len(value)}:{value}|"
        mac = self._mac.copy()
        mac.update(fields.encode())
        return fields + mac.hexdigest()

    def known(self, name: str, cookie: str | None, seconds: float) -> str:
        """Return the id that we have signed, at most so long ago; empty for none."""
        if cookie is None:
            return ""
        found = (self._decoded(secret, name, cookie, seconds) for secret in self._secrets)
        return next(filter(None, found), b"").decode()

    def is_fresh(self, name: str, cookie: str | None, seconds: float) -> bool:
        """Say whether the key that signs now has signed a cookie, at most so long ago."""
        return bool(self._decoded(self._secrets[0], name, cookie, seconds))

    def _decoded(
        self, secret: bytes, name: str, cookie: str | None, seconds: float
    ) -> bytes | None:
        days = seconds / _DAY
        return decode_signed_value(secret, name, cookie, max_age_days=days, clock=self._clock)


def cookie_name(secure: bool) -> str:
    """
    Return the name of the session's cookie.

    Behind TLS it has the prefix by which browsers make sure that no other
    host and no plain-text page set it (RFC 6265bis, section 4.1.3.2).
    """
    return "__Host-session" if secure else "session"


def set_cookie(handler: RequestHandler, value: str, expires: int) -> None:
    """Have the browser that is answered send a cookie until then, in seconds since 1970."""
    secure = handler.request.protocol == "https"
    # As Tornado's `set_cookie` says it, which checks anew what is always the same.
    handler.add_header(
        "Set-Cookie", f'{cookie_name(secure)}="{value}"; {_attributes(secure, expires)}'
    )


@lru_cache(maxsize=2)
def _attributes(secure: bool, expires: int) -> str:
    """Return the attributes of a session's cookie; *expires* in seconds since 1970."""
    flags = f"expires={format_timestamp(expires)}; HttpOnly; Path=/; SameSite=Lax"
    return f"{flags}; Secure" if secure else flags


def cookie_flags(secure: bool) -> dict[str, Any]:
    """Return the arguments of `set_cookie` that keep the session's cookie to this site's server."""
    return {"path": "/", "httponly": True, "samesite": "Lax", "secure": secure}
