"""
The functions of a callback, as a `gramex.yaml` names them.

`function: X`, where X is a step or a list of steps; each is a function or an expression, or
a mapping with one, its arguments and a name.
"""

from __future__ import annotations

from collections.abc import Callable
from keyword import iskeyword
from typing import Any

from ...errors import did_you_mean
from ...yamlfile import YAMLMapping, YAMLSequence, kind_of
from .route import CALLBACKS, Step
from .variables import Variables

_GIVEN_KEYS = {"args", "kwargs"}
_CALLBACK_KEYS = {"function", *_GIVEN_KEYS}
_STEP_KEYS = {*_CALLBACK_KEYS, "name"}


class Pipelines:
    """
    Reads the callbacks of one file.

    Args:

        variables: The file's.

        report: Called with a line and a message about what is wrong; reading goes on.
    """

    def __init__(self, variables: Variables, report: Callable[[int, str], None]) -> None:
        self._variables = variables
        self._report = report

    def read(self, key: str, value: Any, line: int) -> tuple[Step, ...]:
        """Read `function: X`, where X is a step or a list of steps."""
        if not isinstance(value, YAMLMapping):
            shown = value if isinstance(value, str) else "module.function"
            self._report(line, f"{key!r} needs a function; write '{key}: {{function: {shown}}}'")
            return ()
        self._check_keys(value, key, _CALLBACK_KEYS)
        if "function" not in value:
            self._report(line, f"{key!r} needs a function; add 'function: module.{key}' below it")
            return ()
        steps, line = value["function"], value.line_of("function")
        if not isinstance(steps, YAMLSequence):
            step = self._step(key, value, line, set())
            return (step,) if step else ()
        for given in _GIVEN_KEYS & value.keys():
            self._report(value.line_of(given), f"{given!r} belongs to a step; indent it below one")
        if not steps:
            self._report(line, f"the pipeline of {key!r} is empty; list at least one step")
        for step in steps:
            if isinstance(step, YAMLMapping):
                self._check_keys(step, f"step of {key}", _STEP_KEYS)
        names: set[str] = {*CALLBACKS[key]}
        found = [
            self._step(key, step, mark.line, names)
            for step, mark in zip(steps, steps.marks, strict=True)
        ]
        return tuple(step for step in found if step)

    def _step(self, key: str, value: Any, line: int, names: set[str]) -> Step | None:
        """Read one step: a function, or a mapping with one, its arguments and a name."""
        name, mapping = None, value
        if isinstance(mapping, YAMLMapping):
            if "function" not in mapping:
                self._report(line, f"a step of {key!r} has no function; add 'function: ...'")
                return None
            if "name" in mapping:
                name = self._step_name(mapping["name"], mapping.line_of("name"), names)
            value, line = mapping["function"], mapping.line_of("function")
        if not isinstance(value, str) or not value.strip():
            kind = "empty" if value == "" else kind_of(value)
            self._report(
                line, f"the function of {key!r} must be a name or an expression, but it is {kind}"
            )
            return None
        function = self._variables.in_text(value)
        if isinstance(mapping, YAMLMapping) and _GIVEN_KEYS & mapping.keys():
            function = self._call(function.strip(), mapping)
        return Step(function, name, line)

    def _call(self, function: str, step: YAMLMapping) -> str:
        """
        Return the expression that calls *function* with a step's `args` and `kwargs`.

        As in Gramex, a text that begins with `=` is an expression, all else is itself.
        """
        line = min(step.line_of(key) for key in _GIVEN_KEYS & step.keys())
        args, kwargs = step.get("args", []), step.get("kwargs", {})
        if not all(part.isidentifier() for part in function.split(".")):
            self._report(
                line, f"'args' and 'kwargs' need the name of a function, but it is {function!r}"
            )
        if not isinstance(kwargs, dict):
            self._report(line, f"'kwargs' must be a mapping, not {kind_of(kwargs)}")
            kwargs = {}
        for name in kwargs:
            if not name.isidentifier() or iskeyword(name):
                self._report(line, f"'kwargs' has {name!r}, which is no name of an argument")
        given = [self._argument(value) for value in (args if isinstance(args, list) else [args])]
        named = [f"{name}={self._argument(value)}" for name, value in kwargs.items()]
        return f"{function}({', '.join([*given, *named])})"

    def _argument(self, value: Any) -> str:
        """Return the Python expression of an argument."""
        value = self._variables.in_value(value)
        is_expression = isinstance(value, str) and value.startswith("=")
        return f"({value[1:]})" if is_expression else repr(value)

    def _check_keys(self, value: YAMLMapping, where: str, known: set[str]) -> None:
        for key in value:
            if key not in known:
                hint = did_you_mean(key, known) or f"; there are {', '.join(sorted(known))}"
                self._report(value.line_of(key), f"{where!r} has an unknown key {key!r}{hint}")

    def _step_name(self, name: Any, line: int, names: set[str]) -> str | None:
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            shown = repr(name) if isinstance(name, str) else kind_of(name)
            self._report(line, f"a step's name must be a Python name, but it is {shown}")
            return None
        if name in names:
            self._report(
                line, f"the name {name!r} is already taken in this pipeline; choose another"
            )
            return None
        names.add(name)
        return name
