"""
One `gramex.yaml`, read and checked.

The files follow Gramex: `url:` holds named entries, each with a `pattern`, a
`handler` and its `kwargs`. What Gramex knows and we do not offer is named in a
warning and skipped, and what neither knows is an error, because it is a slip of
the pen. Nothing is imported or compiled here but the patterns.
"""

from __future__ import annotations

import re
from keyword import iskeyword
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
    Step,
)

_FUNCTIONS = "WebSocketHandler"
_TAKEN_GROUPS = {"self", "transforms"}  # parameters of the method that Tornado calls with them
_GIVEN_KEYS = {"args", "kwargs"}
_CALLBACK_KEYS = {"function", *_GIVEN_KEYS}
_STEP_KEYS = {*_CALLBACK_KEYS, "name"}
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|([A-Z]\w*))")


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
        self.folder = folder
        self.problems: list[Problem] = []

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
            key: self.callback(key, kwargs[key], kwargs.line_of(key))
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
            found[key] = self.substituted(kwargs[key], kwargs.line_of(key))
        return found

    def substituted(self, value: Any, line: int) -> Any:
        """Return a value of whatever shape with its variables replaced."""
        if isinstance(value, str):
            return self.substitute(value, line)
        if isinstance(value, list):
            return [self.substituted(item, line) for item in value]
        if isinstance(value, dict):
            return {key: self.substituted(item, line) for key, item in value.items()}
        return value

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
        pattern = self.substitute(written, line, in_pattern=True)
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

    def callback(self, key: str, value: Any, line: int) -> tuple[Step, ...]:
        """Read `function: X`, where X is a step or a list of steps."""
        if not isinstance(value, YAMLMapping):
            shown = value if isinstance(value, str) else "module.function"
            self.report(line, f"{key!r} needs a function; write '{key}: {{function: {shown}}}'")
            return ()
        self.check_callback_keys(value, key, _CALLBACK_KEYS)
        if "function" not in value:
            self.report(line, f"{key!r} needs a function; add 'function: module.{key}' below it")
            return ()
        steps, line = value["function"], value.line_of("function")
        if not isinstance(steps, YAMLSequence):
            step = self.step(key, value, line, set())
            return (step,) if step else ()
        for given in _GIVEN_KEYS & value.keys():
            self.report(value.line_of(given), f"{given!r} belongs to a step; indent it below one")
        if not steps:
            self.report(line, f"the pipeline of {key!r} is empty; list at least one step")
        for step in steps:
            if isinstance(step, YAMLMapping):
                self.check_callback_keys(step, f"step of {key}", _STEP_KEYS)
        names: set[str] = {*CALLBACKS[key]}
        found = [
            self.step(key, step, mark.line, names)
            for step, mark in zip(steps, steps.marks, strict=True)
        ]
        return tuple(step for step in found if step)

    def step(self, key: str, value: Any, line: int, names: set[str]) -> Step | None:
        """Read one step: a function, or a mapping with one, its arguments and a name."""
        name, mapping = None, value
        if isinstance(mapping, YAMLMapping):
            if "function" not in mapping:
                self.report(line, f"a step of {key!r} has no function; add 'function: ...'")
                return None
            if "name" in mapping:
                name = self.step_name(mapping["name"], mapping.line_of("name"), names)
            value, line = mapping["function"], mapping.line_of("function")
        if not isinstance(value, str) or not value.strip():
            kind = "empty" if value == "" else kind_of(value)
            self.report(
                line, f"the function of {key!r} must be a name or an expression, but it is {kind}"
            )
            return None
        function = self.substitute(value, line)
        if isinstance(mapping, YAMLMapping) and _GIVEN_KEYS & mapping.keys():
            function = self.call(function.strip(), mapping)
        return Step(function, name, line)

    def call(self, function: str, step: YAMLMapping) -> str:
        """
        Return the expression that calls *function* with a step's `args` and `kwargs`.

        As in Gramex, a text that begins with `=` is an expression, all else is itself.
        """
        line = min(step.line_of(key) for key in _GIVEN_KEYS & step.keys())
        args, kwargs = step.get("args", []), step.get("kwargs", {})
        if not all(part.isidentifier() for part in function.split(".")):
            self.report(
                line, f"'args' and 'kwargs' need the name of a function, but it is {function!r}"
            )
        if not isinstance(kwargs, dict):
            self.report(line, f"'kwargs' must be a mapping, not {kind_of(kwargs)}")
            kwargs = {}
        for name in kwargs:
            if not name.isidentifier() or iskeyword(name):
                self.report(line, f"'kwargs' has {name!r}, which is no name of an argument")
        given = [
            self.argument(value, line) for value in (args if isinstance(args, list) else [args])
        ]
        named = [f"{name}={self.argument(value, line)}" for name, value in kwargs.items()]
        return f"{function}({', '.join([*given, *named])})"

    def argument(self, value: Any, line: int) -> str:
        """Return the Python expression of an argument."""
        value = self.substituted(value, line)
        is_expression = isinstance(value, str) and value.startswith("=")
        return f"({value[1:]})" if is_expression else repr(value)

    def check_callback_keys(self, value: YAMLMapping, where: str, known: set[str]) -> None:
        for key in value:
            if key not in known:
                hint = did_you_mean(key, known) or f"; there are {', '.join(sorted(known))}"
                self.report(value.line_of(key), f"{where!r} has an unknown key {key!r}{hint}")

    def step_name(self, name: Any, line: int, names: set[str]) -> str | None:
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            shown = repr(name) if isinstance(name, str) else kind_of(name)
            self.report(line, f"a step's name must be a Python name, but it is {shown}")
            return None
        if name in names:
            self.report(
                line, f"the name {name!r} is already taken in this pipeline; choose another"
            )
            return None
        names.add(name)
        return name

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
            entry = self.substitute(entry, line)
            try:
                rules.append(parse_rule(entry))
            except ValueError as error:
                self.report(line, f"{entry!r} is not an origin: {error}")
        return tuple(rules)

    def substitute(self, text: str, line: int, in_pattern: bool = False) -> str:
        """
        Put the folder's address and path in place of `$YAMLURL` and `$YAMLPATH`.

        At the top of the guide the address is empty, and the slash before it goes too.
        """
        path = str(self.path.parent.resolve())
        values = {
            "YAMLURL": _url_pattern(self.folder) if in_pattern else _url(self.folder),
            "YAMLPATH": re.escape(path) if in_pattern else path,
        }

        def value(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if name in values:
                return values[name]
            if in_pattern:
                hint = did_you_mean(name, values) or "; there are YAMLURL and YAMLPATH"
                self.report(line, f"there is no variable ${name}{hint}")
            return match[0]

        if not self.folder:
            text = re.sub(r"/\$(YAMLURL\b|\{YAMLURL\})(?=/)", "", text)
        return _VARIABLE.sub(value, text)

    def _errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)


def _url(folder: str) -> str:
    return quote(folder)


def _url_pattern(folder: str) -> str:
    """
    Return a pattern for the folder's part of a request's path.

    Tornado matches the path as it was sent, percent-encoded. Links encode more
    than browsers do of themselves, so either form of a mark is accepted.
    """
    return "".join(
        f"(?:{re.escape(c)}|{quote(c)})" if c in "!$&'()*+,;=:@" else re.escape(quote(c))
        for c in folder
    )


def _last(name: str) -> str:
    return quote(name.rpartition("/")[2])
