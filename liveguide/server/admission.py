"""May a request be looked at? Judged before anything else is, by the name that it is sent to."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

from ..hosts import Hosts
from ..settings import Settings
from .refusals import Refusal

_LONGEST_SHOWN = 200


class Admission:
    """
    What every request must pass.

    Args:

        settings: Those of the site.

        hosts: The server's names besides those that the settings name.
    """

    def __init__(self, settings: Settings, hosts: Iterable[str] = ()) -> None:
        public = urlsplit(settings.url).hostname
        self._hosts = Hosts([*settings.hosts, *hosts, *([public] if public else [])])

    def refusal(self, request: HTTPServerRequest) -> Refusal | None:
        """Return why a request is not answered, `None` where it may go on."""
        if not self._hosts.answer_to(request.host):
            name = request.host[:_LONGEST_SHOWN]
            reason = f"this server does not answer to the name {name!r}"
            return Refusal(421, "host", f"{reason}; its owner can list it under 'hosts'")
        return None
