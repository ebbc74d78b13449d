"""From a route to what answers there: functions, an author's class, or an author's coroutine."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import tornado.websocket

from ...errors import Problem, SourceError
from ..connection import guarded
from ..endpoint import Endpoint
from .callbacks import Callback, compile_callbacks, find_target
from .coroutines import CoroutineHandler
from .functions import FunctionsHandler
from .modules import AuthorModules
from .route import Route

_Functions = guarded(FunctionsHandler)
_Coroutine = guarded(CoroutineHandler)

_METHODS = ("open", "on_message", "on_close", "on_ping", "on_pong")

_AT_ONCE = (
    "initialize",
    "check_origin",
    "get_current_user",
    "select_subprotocol",
    "get_compression_options",
)
"""Methods whose result Tornado does not await; a coroutine would pass for yes."""


def compile_endpoint(route: Route, modules: AuthorModules) -> tuple[Endpoint | None, list[Problem]]:
    """Return the endpoint of *route*, `None` where it has none, and everything that is wrong."""
    callbacks, problems = compile_callbacks(route, modules)
    if route.handler == "WebSocketHandler":
        arguments = {"callbacks": callbacks}
        return Endpoint(route, _Functions, arguments, callbacks), problems
    try:
        target = find_target(route, modules)
        if inspect.isclass(target):
            return _of_class(route, target, callbacks), problems
        return _of_function(route, target, callbacks), problems
    except SourceError as error:
        return None, [*problems, error.problem]
    except (Exception, SystemExit) as error:  # an author's metaclass, or the like
        fault = _error(route, f"{route.handler!r} can't be used: {type(error).__name__}: {error}")
        return None, [*problems, fault.problem]


def _of_class(route: Route, target: type, callbacks: Mapping[str, Callback]) -> Endpoint:
    if not issubclass(target, tornado.websocket.WebSocketHandler):
        raise _error(
            route,
            f"{route.handler!r} is a class, but no WebSocketHandler; "
            "derive it from tornado.websocket.WebSocketHandler",
        )
    for name in _AT_ONCE:
        if inspect.iscoroutinefunction(getattr(target, name)):
            raise _error(
                route, f"{route.handler}.{name} is async, but must answer at once; remove 'async'"
            )
    initialize: Any = target.initialize
    _check_arguments(route, initialize, [None], f"{route.handler}.initialize")
    place = f"{route.path}:{route.handler_line}"
    methods = {
        key: Callback(getattr(target, key), f"{target.__name__}.{key}", place) for key in _METHODS
    }
    return Endpoint(route, guarded(target), route.arguments, {**methods, **callbacks})


def _of_function(route: Route, target: Any, callbacks: Mapping[str, Callback]) -> Endpoint:
    if not callable(target):
        raise _error(route, f"{route.handler!r} is neither a class nor an async function")
    if not (inspect.iscoroutinefunction(target) or inspect.isasyncgenfunction(target)):
        raise _error(route, f"{route.handler!r} is a function that is not async; write 'async def'")
    parameters = list(inspect.signature(target).parameters.values())
    is_hybrid = bool(parameters) and parameters[0].default is None
    wants_request = (
        any(p.name == "request" or p.kind is p.VAR_KEYWORD for p in parameters[1:])
        and "request" not in route.arguments
    )
    given = {**route.arguments, **({"request": None} if wants_request else {})}
    _check_arguments(route, target, [None], route.handler, given)
    if inspect.isasyncgenfunction(target) and not is_hybrid:
        raise _error(
            route,
            f"{route.handler!r} yields a page, but its first parameter has no default; "
            "write 'websocket=None', so that a plain request can call it",
        )
    function = Callback(target, route.handler, f"{route.path}:{route.handler_line}")
    arguments = {
        "function": target,
        "arguments": route.arguments,
        "wants_request": wants_request,
    }
    known = {"function": function, **callbacks}
    return Endpoint(route, _Coroutine, arguments, known, answers_pages=is_hybrid)


def _check_arguments(
    route: Route,
    function: Any,
    positional: list[Any],
    shown: str,
    given: Mapping[str, Any] | None = None,
) -> None:
    """Make sure that *function* takes what the `kwargs` give it."""
    given = route.arguments if given is None else given
    signature = inspect.signature(function)
    try:
        signature.bind(*positional, **given)
    except TypeError as error:
        raise _error(
            route,
            f"{shown}{signature} does not take what this entry gives it: {error}; "
            "change its parameters, or the entry's kwargs",
        ) from None


def _error(route: Route, message: str) -> SourceError:
    return SourceError(route.path, route.handler_line, message)
