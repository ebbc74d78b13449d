"""What a request is answered that is refused: a status, a reason as JSON, and one line of log."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from tornado.web import RequestHandler

from ..reporting.counts import Counts

_KINDS: dict[int, str] = {
    400: "request",
    401: "auth",
    403: "forbidden",
    404: "missing",
    405: "method",
    413: "size",
    421: "host",
    426: "upgrade",
    429: "rate",
    431: "size",
    503: "connections",
}
"""One word for each status, where the handler has none that says more."""


@dataclass(frozen=True)
class Refusal:
    """
    Why a request is refused.

    Attributes:

        status: The status of the answer (RFC 9110, section 15).

        kind: One word, as it is counted: `host`, `origin`, `rate`.

        reason: What the one who asked is told.

        wait: Whole seconds after which it may go better, as in `Retry-After` (RFC 9110,
            section 10.2.3); `None` where waiting does not help.
    """

    status: int
    kind: str
    reason: str
    wait: int | None = None


def answer(handler: RequestHandler, refusal: Refusal) -> None:
    """Answer a request with a refusal, and note on the handler why, for the log and the page."""
    handler.refusal = refusal.reason  # type: ignore[attr-defined]  # what log_refusal looks for
    handler.refusal_kind = refusal.kind  # type: ignore[attr-defined]  # the same
    handler.set_status(refusal.status)
    if refusal.wait is not None:
        handler.set_header("Retry-After", str(refusal.wait))
    if refusal.status == HTTPStatus.UPGRADE_REQUIRED:
        handler.set_header("Upgrade", "websocket")  # RFC 9110, section 15.5.22
    handler.finish({"error": refusal.reason})


class RefusalHandler(RequestHandler):
    """Answers a request that no other handler is to see."""

    def initialize(self, refusal: Refusal) -> None:
        self._refusal = refusal

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")

    def prepare(self) -> None:
        """Refuse whatever is asked for, by whatever method."""
        answer(self, self._refusal)

    def check_xsrf_cookie(self) -> None:
        """Ask for none."""


def log_refusal(handler: RequestHandler, counts: Counts) -> None:
    """
    Count and log a request that was answered with a status of 400 or more; no others.

    The query is left out: it may hold what is nobody's business.
    """
    status = handler.get_status()
    if status < HTTPStatus.BAD_REQUEST:
        return
    usual = _KINDS.get(status, "request" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "error")
    kind = getattr(handler, "refusal_kind", "") or usual
    detail = getattr(handler, "logged_refusal", "") or getattr(handler, "refusal", "")
    address = handler.request.remote_ip or ""
    counts.refuse(status, kind, handler.request.path, address, detail)
