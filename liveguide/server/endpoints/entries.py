"""
One `gramex.yaml`, read and checked.

The files follow Gramex: `url:` holds named entries, each with a `pattern`, a
`handler` and its `kwargs`. What Gramex knows and we do not offer is named in a
warning and skipped, and what neither knows is an error, because it is a slip of
the pen. Nothing is imported or compiled here but the patterns.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ...errors import Problem, Severity, did_you_mean
from ...limits import ENDPOINT_LIMITS, wrong_limit
from ...yamlfile import YAMLMapping, YAMLSequence, kind_of
from ..admission.origins import OriginRule, parse_rule
from ..sessions.credentials import read_credentials
from ..sessions.membership import parse_auth
from . import gramex
from .pipelines import Pipelines
from .route import (
    CALLBACKS,
    ENTRY_KEYS,
    FORM_KEYS,
    KWARGS_KEYS,
    LOGIN,
    ROUTE_KEYS,
    ROUTES_FILE,
    SECTIONS,
    Route,
)
from .variables import Variables

_FUNCTIONS = "WebSocketHandler"
_TAKEN_GROUPS = {"self", "transforms"}  # parameters of the method that Tornado calls with them


def read_entries(content: Any, path: Path, folder: str) -> tuple[list[Route], list[Problem]]:
    """
    Turn the content of one `gramex.yaml` into routes.

    Args:

        content: What `parse_yaml` made of the file.

        path: The file.

        folder: Its folder relative to the guide, `.` for the guide itself.
    """
    reader = _Reader(path, "" if folder == "." else folder)
    return reader.routes(content), reader.problems


class _Reader:
    """Reads one file; what is wrong is added to `problems`, and reading goes on."""

    def __init__(self, path: Path, folder: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.variables = Variables(path, folder, self.report)
        self.pipelines = Pipelines(self.variables, self.report)

    def report(self, line: int, message: str, severity: Severity = "error") -> None:
        self.problems.append(Problem(str(self.path), line, message, severity))

    def routes(self, content: Any) -> list[Route]:
        if content is None:
            return []
        if not isinstance(content, YAMLMapping):
            self.report(1, f"a {ROUTES_FILE} is a mapping with 'url:', not {kind_of(content)}")
            return []
        for key in content:
            if key in gramex.SECTIONS:
                message = f"the section {key!r} is Gramex's and is skipped here"
                self.report(content.line_of(key), message, "warning")
            elif key not in SECTIONS:
                hint = did_you_mean(key, [*SECTIONS, *gramex.SECTIONS])
                self.report(content.line_of(key), f"there is no section {key!r}{hint}")
        entries = content.get("url")
        if entries is None:
            return []
        if not isinstance(entries, YAMLMapping):
            self.report(
                content.line_of("url"),
                f"'url' must be a mapping of names to entries, not {kind_of(entries)}",
            )
            return []
        routes = (self.route(name, entries[name], entries.line_of(name)) for name in entries)
        return [route for route in routes if route is not None]

    def route(self, name: str, entry: Any, line: int) -> Route | None:
        """Read one entry; `None` where it is skipped or faulty."""
        if not isinstance(entry, YAMLMapping):
            self.report(
                line,
                f"the entry {name!r} must be a mapping with 'pattern' and 'handler', "
                f"not {kind_of(entry)}",
            )
            return None
        handler = entry.get("handler")
        if isinstance(handler, str) and handler in gramex.HANDLERS:
            message = f"the entry {name!r} is skipped: the handler {handler} is not offered here"
            self.report(entry.line_of("handler"), message, "warning")
            return None
        before = self._errors()
        self.check_keys(entry, ENTRY_KEYS, f"the entry {name!r}")
        self.check_handler(name, entry, line)
        pattern = self.pattern(name, entry, line)
        kwargs = entry.get("kwargs")
        if kwargs is None:
            kwargs = YAMLMapping(entry.mark)
        if not isinstance(kwargs, YAMLMapping):
            self.report(
                entry.line_of("kwargs"), f"'kwargs' must be a mapping, not {kind_of(kwargs)}"
            )
            return None
        has_functions = handler == _FUNCTIONS
        form_keys = FORM_KEYS.get(handler) if isinstance(handler, str) else None
        if has_functions:
            self.check_keys(kwargs, KWARGS_KEYS, f"the kwargs of {name!r}")
        elif form_keys is not None:
            self.check_keys(kwargs, form_keys, f"the kwargs of {name!r}", str(handler))
        known = KWARGS_KEYS if has_functions else ROUTE_KEYS
        callbacks = {
            key: self.pipelines.read(key, kwargs[key], kwargs.line_of(key))
            for key in CALLBACKS
            if key in kwargs and key in known
        }
        origins = self.origins(kwargs)
        auth = parse_auth(kwargs.get("auth", False), kwargs.line_of("auth"), self.report)
        limits = self.limits(kwargs)
        credentials = None
        if handler == LOGIN:
            credentials = read_credentials(
                kwargs.get("credentials"), kwargs.line_of("credentials"), self.report
            )
        takes_any = not has_functions and form_keys is None
        arguments = self.arguments(kwargs) if takes_any else {}
        if pattern is None or self._errors() > before:
            return None
        return Route(
            name=name,
            pattern=pattern,
            path=str(self.path),
            line=line,
            folder=self.path.parent,
            handler=handler or _FUNCTIONS,
            handler_line=entry.line_of("handler"),
            callbacks=callbacks,
            origins=origins,
            auth=auth,
            limits=limits,
            arguments=arguments,
            credentials=credentials,
        )

    def check_handler(self, name: str, entry: YAMLMapping, line: int) -> None:
        """Report a handler that is neither ours nor the dotted name of a class or a function."""
        handler = entry.get("handler")
        if "handler" not in entry:
            self.report(line, f"the entry {name!r} has no handler; add 'handler: WebSocketHandler'")
        elif isinstance(handler, str) and "." in handler:
            if not all(part.isidentifier() for part in handler.split(".")):
                self.report(
                    entry.line_of("handler"),
                    f"{handler!r} is not the name of a class or a function; "
                    "write it as in module.Name",
                )
        elif handler not in [_FUNCTIONS, *FORM_KEYS]:
            shown = repr(handler) if isinstance(handler, str) else kind_of(handler)
            hint = did_you_mean(str(handler), [_FUNCTIONS, *FORM_KEYS, *gramex.HANDLERS])
            hint = hint or "; write WebSocketHandler, or the name of a class as in module.Name"
            self.report(entry.line_of("handler"), f"there is no handler {shown}{hint}")

    def limits(self, kwargs: YAMLMapping) -> dict[str, float]:
        """Read the numbers; the pong can't be waited for longer than until the next ping."""
        found: dict[str, float] = {}
        for key, limit in ENDPOINT_LIMITS.items():
            if key not in kwargs:
                continue
            wrong = wrong_limit(key, kwargs[key], limit)
            if wrong:
                self.report(kwargs.line_of(key), wrong)
            else:
                found[key] = kwargs[key]
        interval = found.get("ping_interval", ENDPOINT_LIMITS["ping_interval"].default)
        timeout = found.get("ping_timeout")
        if interval and timeout and timeout > interval:
            self.report(
                kwargs.line_of("ping_timeout"),
                f"'ping_timeout' is {timeout}, longer than 'ping_interval', {interval}; "
                "the answer must come before the next ping",
            )
        elif interval and timeout is None:
            found["ping_timeout"] = min(interval, ENDPOINT_LIMITS["ping_timeout"].default)
        return found

    def arguments(self, kwargs: YAMLMapping) -> dict[str, Any]:
        """Return what the class or the function gets besides."""
        found = {}
        for key in kwargs:
            if key in ROUTE_KEYS:
                continue
            found[key] = self.variables.in_value(kwargs[key])
        return found

    def check_keys(
        self, mapping: YAMLMapping, known: set[str], where: str, handler: str = _FUNCTIONS
    ) -> None:
        for key in mapping:
            if key in known:
                continue
            if key in gramex.KEYS:
                message = f"{key!r} does not apply to a {handler} here and is skipped"
                self.report(mapping.line_of(key), message, "warning")
                continue
            hint = did_you_mean(key, known)
            if not hint and known is ENTRY_KEYS and key in {*KWARGS_KEYS, *FORM_KEYS[LOGIN]}:
                hint = "; indent it below 'kwargs:'"
            elif not hint:
                hint = f"; there are {', '.join(sorted(known))}" if known else "; remove it"
            has = "have" if where.startswith("the kwargs") else "has"
            self.report(mapping.line_of(key), f"{where} {has} an unknown key {key!r}{hint}")

    def pattern(self, name: str, entry: YAMLMapping, line: int) -> str | None:
        written = entry.get("pattern")
        if "pattern" not in entry:
            self.report(
                line, f"the entry {name!r} has no pattern; add 'pattern: /$YAMLURL/{_last(name)}'"
            )
            return None
        line = entry.line_of("pattern")
        if not isinstance(written, str):
            self.report(line, f"'pattern' must be text, but it is {kind_of(written)}")
            return None
        pattern = self.variables.in_pattern(written, line)
        if not pattern.startswith("/"):
            self.report(
                line, f"the pattern {written!r} does not begin with '/'; write {'/' + written!r}"
            )
            return None
        try:
            groups = re.compile(pattern)
        except (re.error, OverflowError) as error:
            self.report(line, f"the pattern {written!r} is not a regular expression: {error}")
            return None
        if groups.groupindex and len(groups.groupindex) != groups.groups:
            self.report(line, f"the pattern {written!r} names some of its groups; name all or none")
            return None
        for taken in _TAKEN_GROUPS & groups.groupindex.keys():
            self.report(
                line, f"the pattern {written!r} has a group {taken!r}; call it another name"
            )
            return None
        return pattern

    def origins(self, kwargs: YAMLMapping) -> tuple[OriginRule, ...] | None:
        if "origins" not in kwargs:
            return None
        value, line = kwargs["origins"], kwargs.line_of("origins")
        if isinstance(value, str):
            entries = [(value, line)]
        elif isinstance(value, YAMLSequence) and value:
            entries = [(v, m.line) for v, m in zip(value, value.marks, strict=True)]
        else:
            kind = "empty" if value in (None, []) else kind_of(value)
            self.report(
                line,
                f"'origins' must be a list of hosts, but it is {kind}; "
                "leave it out to allow every site",
            )
            return None
        rules = []
        for entry, line in entries:
            if not isinstance(entry, str):
                self.report(line, f"an origin must be text, but it is {kind_of(entry)}; quote it")
                continue
            entry = self.variables.in_text(entry)
            try:
                rules.append(parse_rule(entry))
            except ValueError as error:
                self.report(line, f"{entry!r} is not an origin: {error}")
        return tuple(rules)

    def _errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)


def _last(name: str) -> str:
    return quote(name.rpartition("/")[2])
