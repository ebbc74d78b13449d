"""
Two addresses for whoever watches over the server: a proxy, an orchestrator, a script.

`/_liveguide/health` is answered by every process that can still answer.
`/_liveguide/ready` says with its status whether readers should be sent here.
Neither is written to the log: they are asked every few seconds.
"""

from __future__ import annotations

from pathlib import Path

from tornado.web import RequestHandler

from ..connections import Connections


class HealthHandler(RequestHandler):
    """Says that the process answers."""

    def initialize(self, connections: Connections, site: Path) -> None:
        self.connections = connections
        self.site = site

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")

    def get(self) -> None:
        """Answer 200."""
        self.finish({"alive": True})

    def head(self) -> None:
        """Answer as GET does, without the body."""
        self.get()


class ReadyHandler(HealthHandler):
    """Says whether readers should be sent here: 200, or 503 and the reason."""

    def get(self) -> None:
        """Answer 503 while the server stops, and while there is no site to serve."""
        reason = ""
        if self.connections.are_ending:
            reason = "the server is stopping"
        elif not self.site.is_dir():
            reason = "there is no site yet"
        if reason:
            self.set_status(503)
            self.set_header("Retry-After", "1")
            self.finish({"ready": False, "reason": reason})
            return
        self.finish({"ready": True})
