"""
From what a `gramex.yaml` names to functions and classes: its steps become one function to call.

Everything is found, compiled and checked here, at the start. What is left for
each message is a plain call.

As in Gramex, a dotted name is called with what the callback has (the handler,
and the message for `on_message`), unless it begins with one of those or with
the name of an earlier step; everything else is a Python expression. A name in
an expression is one of those, else a module beside the `gramex.yaml`, else a
builtin, else an installed module.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from types import ModuleType
from typing import Any

from ...errors import Problem, SourceError, did_you_mean
from ...yamlfile import kind_of
from .modules import AuthorModules
from .route import CALLBACKS, SYNCHRONOUS, Route, Step

Function = Callable[..., Any]


@dataclass(frozen=True)
class Callback:
    """
    One of a route's callbacks, ready to be called.

    Attributes:

        function: Called with the handler, and the message for `on_message`.
            What it returns may be awaitable.

        label: What to call it in a log line and a close reason.

        place: The file and line that define it.
    """

    function: Function
    label: str
    place: str


def compile_callbacks(
    route: Route, modules: AuthorModules
) -> tuple[dict[str, Callback], list[Problem]]:
    """Return the callbacks of *route* by their keys, and everything that is wrong with them."""
    callbacks: dict[str, Callback] = {}
    problems: list[Problem] = []
    for key, steps in route.callbacks.items():
        known = list(CALLBACKS[key])
        functions: list[Function] = []
        for step in steps:
            try:
                functions.append(_compile(step, key, known, route, modules))
            except SourceError as error:
                problems.append(error.problem)
            except (Exception, SystemExit) as error:  # an author's __getattr__, or the like
                message = f"{step.function!r} can't be used: {type(error).__name__}: {error}"
                problems.append(Problem(route.path, step.line, message))
            text = step.function.strip()
            if not step.name and _is_dotted(text) and text.partition(".")[0] in known:
                message = f"{text!r} is only looked up, not called; write '{text}()' to call it"
                problems.append(Problem(route.path, step.line, message, "warning"))
            if step.name:
                known.append(step.name)
        if len(functions) == len(steps):
            pipeline = _pipeline_at_once if key in SYNCHRONOUS else _pipeline
            callbacks[key] = Callback(
                pipeline(functions, steps),
                _label(key, steps),
                f"{route.path}:{steps[0].line}",
            )
    return callbacks, problems


def find_target(route: Route, modules: AuthorModules) -> Any:
    """
    Return what the dotted name of *route*'s handler stands for.

    Raises:

        SourceError: There is nothing of that name.
    """
    finder = _Compiler(Step(route.handler, None, route.handler_line), "handler", (), route, modules)
    root, *rest = route.handler.split(".")
    return finder.attributes(finder.root(root), root, rest)


def _label(key: str, steps: Sequence[Step]) -> str:
    """Return the function's name where there is one, else the callback's."""
    name = steps[0].function.strip() if len(steps) == 1 else ""
    return name if name and _is_dotted(name) else key


def _pipeline(functions: Sequence[Function], steps: Sequence[Step]) -> Function:
    """
    Join the steps into one function.

    Each function takes what the callback has, and then the results of the
    named steps before it.
    """
    if len(functions) == 1:
        return functions[0]
    named = [(f, step.name is not None) for f, step in zip(functions, steps, strict=True)]

    async def run(*values: Any) -> Any:
        result = None
        for function, keep in named:
            result = function(*values)
            if inspect.isawaitable(result):
                result = await result
            if keep:
                values = (*values, result)
        return result

    return run


def _pipeline_at_once(functions: Sequence[Function], steps: Sequence[Step]) -> Function:
    """Join the steps into one function that awaits nothing."""
    if len(functions) == 1:
        return functions[0]
    named = [(f, step.name is not None) for f, step in zip(functions, steps, strict=True)]

    def run(*values: Any) -> Any:
        result = None
        for function, keep in named:
            result = function(*values)
            if keep:
                values = (*values, result)
        return result

    return run


def _compile(
    step: Step, key: str, known: Sequence[str], route: Route, modules: AuthorModules
) -> Function:
    """Return the function of one step; raises SourceError."""
    compiler = _Compiler(step, key, known, route, modules)
    text = step.function.strip()
    if _is_dotted(text) and text.partition(".")[0] not in known:
        return compiler.dotted(text)
    return compiler.expression(text)


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() and not iskeyword(part) for part in text.strip().split("."))


@dataclass(frozen=True)
class _Compiler:
    step: Step
    key: str
    known: Sequence[str]
    route: Route
    modules: AuthorModules

    def error(self, message: str) -> SourceError:
        return SourceError(self.route.path, self.step.line, message)

    def dotted(self, name: str) -> Function:
        """Return the function that a dotted name stands for."""
        root, *rest = name.split(".")
        function: Any = self.attributes(self.root(root), root, rest)
        if isinstance(function, ModuleType):
            hint = f"; write {name}.{self.key}" if hasattr(function, self.key) else ""
            raise self.error(f"{name!r} is a module, not a function{hint}")
        if not callable(function):
            raise self.error(f"{name!r} is not a function, but {_kind(function)}")
        arguments = CALLBACKS[self.key]
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise self.error(
                f"{name!r} is a generator, which does nothing when it is called; "
                "remove its 'yield', or await instead"
            )
        if self.key in SYNCHRONOUS and inspect.iscoroutinefunction(function):
            raise self.error(
                f"{name!r} is async, but {self.key} must answer at once; remove its 'async'"
            )
        try:
            signature = inspect.signature(function)
        except ValueError:  # some builtins have none
            signature = None
        try:
            if signature is not None:
                signature.bind(*arguments)
        except TypeError:
            raise self.error(
                f"{self.key} calls {name}({', '.join(arguments)}), but it takes {signature}; "
                "change its parameters, or write the call itself"
            ) from None
        count = len(arguments)
        if len(self.known) == count:
            called: Function = function
            return called
        return lambda *values: function(*values[:count])

    def expression(self, text: str) -> Function:
        """Return a function that evaluates *text*."""
        try:
            tree = ast.parse(text, mode="eval")
            source = f"lambda {', '.join(self.known)}: ({ast.unparse(tree)})"
            # From here tracebacks name the gramex.yaml, and show its line.
            wrapped = ast.increment_lineno(ast.parse(source, mode="eval"), self.step.line - 1)
            code = compile(wrapped, self.route.path, "eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            what = error.msg if isinstance(error, SyntaxError) else str(error)
            raise self.error(
                f"{text!r} is neither a dotted name nor a Python expression: {what}"
            ) from None
        names = {name: self.root(name) for name in sorted(_free_names(source))}
        for root, rest in _chains(tree):
            if isinstance(names.get(root), ModuleType):
                self.attributes(names[root], root, rest, modules_only=True)
        function: Function = eval(code, {"__builtins__": builtins, **names})
        return function

    def root(self, name: str) -> Any:
        """Return what a name stands for: a module or a builtin."""
        folder = self.route.folder
        beside = self.modules.names(folder)
        if name not in beside and hasattr(builtins, name):
            return getattr(builtins, name)
        module = self.modules.find(folder, name)
        if module is None:
            hint = did_you_mean(name, [*self.known, *beside, *dir(builtins)])
            if name in {"handler", "message"}:
                hint = f"; {self.key} has only {' and '.join(self.known)}"
            raise self.error(
                f"there is no {name!r}: no module {name}.py beside this file, "
                f"and none installed{hint}"
            )
        return module

    def attributes(
        self, value: Any, shown: str, rest: Sequence[str], modules_only: bool = False
    ) -> Any:
        """Follow *rest* from *value*, importing submodules on the way."""
        for name in rest:
            if modules_only and not isinstance(value, ModuleType):
                return value
            inner = getattr(value, name, None)
            if inner is None and not hasattr(value, name):
                if isinstance(value, ModuleType):
                    inner = self.modules.submodule(value, name, self.route.folder)
                if inner is None:
                    public = [n for n in dir(value) if not n.startswith("_")]
                    hint = did_you_mean(name, public)
                    raise self.error(f"there is no {name!r} in {shown!r}{hint}")
            value, shown = inner, f"{shown}.{name}"
        return value


def _free_names(source: str) -> set[str]:
    """Return the names that a lambda expression takes from around it."""

    def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
        yield table
        for child in table.get_children():
            yield from tables(child)

    return {
        symbol.get_name()
        for table in tables(symtable.symtable(source, "<expression>", "eval"))
        for symbol in table.get_symbols()
        if symbol.is_global() and symbol.is_referenced()
    }


def _chains(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """Yield every `root.a.b` of an expression as its root and the rest."""
    for node in ast.walk(tree):
        rest: list[str] = []
        while isinstance(node, ast.Attribute):
            rest.insert(0, node.attr)
            node = node.value
        if rest and isinstance(node, ast.Name):
            yield node.id, rest


def _kind(value: Any) -> str:
    plain: Mapping[type, str] = {tuple: "a tuple", bytes: "bytes"}
    if type(value) in plain:
        return plain[type(value)]
    if isinstance(value, (bool, int, float, str, dict, list, type(None))):
        return kind_of(value)
    return f"of type {type(value).__name__}"
