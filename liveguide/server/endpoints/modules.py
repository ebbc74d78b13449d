"""
Loading authors' modules from beside their `gramex.yaml`.

Two folders may both have a `messages.py`, so the import path is not extended.
Instead each folder becomes a package under a name of its own, by which Python
finds the modules in it, `from . import other` included.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import itertools
import signal
import sys
import threading
import traceback
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from ...errors import SourceError
from .route import ROUTES_FILE

_numbers = itertools.count(1)


SECONDS_PER_IMPORT = 30
"""So long the server waits for an author's module; at its start it does nothing else meanwhile."""

_TO_END = 1  # second: for an import that has been told to


class _TooLong(BaseException):
    """An import takes too long; no `except Exception` of its author's goes on."""


class AuthorModules:
    """The modules of one application; each is loaded once, for all routes of its folder."""

    def __init__(self) -> None:
        self._packages: dict[Path, str] = {}
        self._failures: dict[str, SourceError] = {}

    def find(self, folder: Path, name: str) -> ModuleType | None:
        """
        Return the top-level module *name*: one beside the `gramex.yaml`, or an installed one.

        Raises:

            SourceError: The module is there, but can't be imported; the place
                is that of the fault.
        """
        if not name.isidentifier():
            return None
        package = self._package(folder)
        inner = f"{package}.{name}"
        spec = importlib.util.find_spec(inner)
        # A folder without __init__.py is a package too, but only where nothing else has its name.
        if spec is None or spec.origin is None:
            outer = sys.modules.get(name) or self._import(name, folder)
            if outer is not None or spec is None:
                return outer
        return self._import(inner, folder)

    def submodule(self, module: ModuleType, name: str, folder: Path) -> ModuleType | None:
        """Return the module *name* inside the package *module*, or `None`."""
        if not hasattr(module, "__path__"):
            return None
        return self._import(f"{module.__name__}.{name}", folder)

    def names(self, folder: Path) -> list[str]:
        """Return the names of the modules beside a `gramex.yaml`, for suggestions."""
        return sorted(path.stem for path in folder.glob("*.py") if path.stem.isidentifier())

    def _package(self, folder: Path) -> str:
        folder = folder.resolve()
        if folder not in self._packages:
            name = f"liveguide_author_{next(_numbers)}"
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(folder)]
            sys.modules[name] = importlib.util.module_from_spec(spec)
            self._packages[folder] = name
        return self._packages[folder]

    def renewed(self, changed: Collection[Path]) -> AuthorModules:
        """
        Return the modules as they are once some files have changed.

        Folders whose files have not changed keep their modules, with all that these hold.
        The others are loaded again when they are asked for; what runs goes on with the old ones.

        Args:

            changed: The files that were changed, made or removed.
        """
        modules = AuthorModules()
        python = {path.resolve() for path in changed if path.suffix == ".py"}
        for folder, package in self._packages.items():
            files = {
                Path(file).resolve()
                for name, module in list(sys.modules.items())  # another thread may import
                if name.startswith(f"{package}.") and (file := getattr(module, "__file__", None))
            }
            if not any(path.parent == folder or path in files for path in python):
                modules._packages[folder] = package
        return modules

    def shares(self, folder: Path, other: AuthorModules) -> bool:
        """Say whether the modules of *folder* are the very same in both."""
        folder = folder.resolve()
        return self._packages.get(folder) == other._packages.get(folder)

    def forget(self, kept: AuthorModules) -> None:
        """Take out of `sys.modules` what *kept* does not share; who holds one goes on with it."""
        for package in set(self._packages.values()) - set(kept._packages.values()):
            for name in list(sys.modules):
                if name == package or name.startswith(f"{package}."):
                    del sys.modules[name]

    def _import(self, name: str, folder: Path) -> ModuleType | None:
        if name in self._failures:
            raise self._failures[name]
        try:
            if importlib.util.find_spec(name) is None:
                return None
            with _no_bytecode():
                return _import_in_time(name)
        except BaseException as error:  # CancelledError and GeneratorExit, too, are the author's
            if isinstance(error, KeyboardInterrupt) and _is_raised_by_ctrl_c():
                raise
            self._failures[name] = failure = _failure(error, name, folder)
            raise failure from error


def _import_in_time(name: str) -> ModuleType:
    """Import a module; raise `_TooLong` where that does not end."""
    if threading.current_thread() is threading.main_thread():
        with _time_limit():
            return importlib.import_module(name)
    # Signals reach the main thread only, so this is left to a thread that can be left behind.
    imported: Future[ModuleType] = Future()

    def load() -> None:
        try:
            imported.set_result(importlib.import_module(name))
        except BaseException as error:
            imported.set_exception(error)

    thread = threading.Thread(target=load, name=f"import of {name}", daemon=True)
    thread.start()
    thread.join(SECONDS_PER_IMPORT)
    if thread.is_alive():
        number = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(number, ctypes.py_object(_TooLong))
        thread.join(_TO_END)
    if not imported.done():
        raise _TooLong  # it waits in C code, and ends when that does
    return imported.result()


@contextmanager
def _time_limit() -> Iterator[None]:
    """Raise `_TooLong` in what does not end; in the main thread."""
    if signal.getitimer(signal.ITIMER_REAL)[0] > 0:
        yield  # it is limited already
        return

    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_PER_IMPORT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _is_raised_by_ctrl_c() -> bool:
    """Say whether Ctrl-C can be what interrupts: while the server serves, it raises nothing."""
    return signal.getsignal(signal.SIGINT) is signal.default_int_handler


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Leave no `__pycache__` in the guide folder: it holds content, and may be read-only."""
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _failure(error: BaseException, name: str, folder: Path) -> SourceError:
    """Say where in the author's files an import went wrong."""
    if isinstance(error, SyntaxError) and error.filename:
        path = _shown(error.filename, folder)
        return SourceError(path, error.lineno, f"this is not valid Python: {error.msg}")
    frames = traceback.extract_tb(error.__traceback__)
    inside = [f for f in frames if Path(f.filename).is_relative_to(folder.resolve())]
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    message = f"the module {name.rpartition('.')[2]!r} can't be imported: {what}"
    if isinstance(error, _TooLong):
        message = f"importing {name.rpartition('.')[2]!r} takes more than {SECONDS_PER_IMPORT} s; "
        message += "do what takes long in a function"
    if isinstance(error, ModuleNotFoundError) and error.name:
        beside = error.name.partition(".")[0]
        if (folder / f"{beside}.py").is_file() or (folder / beside / "__init__.py").is_file():
            message += f"; write 'from . import {beside}' for a module in the same folder"
        else:
            message += f"; is {beside!r} installed?"
    if not inside:
        return SourceError(str(folder / ROUTES_FILE), None, message)
    return SourceError(_shown(inside[-1].filename, folder), inside[-1].lineno, message)


def _shown(filename: str, folder: Path) -> str:
    """Name a file as the command line named its folder."""
    try:
        return str(folder / Path(filename).relative_to(folder.resolve()))
    except ValueError:
        return filename
