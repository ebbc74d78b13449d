"""
The command line of the server.

Exit statuses: 0 after a stop, 1 where the site can't be built or the address
can't be had, 2 where the command line or the guide's configuration is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TextIO, cast

from ..broker import BROKER_VARIABLE, check_broker, is_redis
from ..errors import Problem, SourceErrors, UsageError, in_order, no_guide
from ..hosts import host_pattern
from ..rooms.engine import Engine, EngineUnavailable, Exchange
from ..rooms.engines import make_engine
from ..settings import Settings, read_settings
from .admission.accepting import BoundedServer
from .admission.origins import is_loopback
from .app import SiteApplication, make_app
from .options import add_options
from .reporting.logs import write_log
from .reporting.metrics_address import check_metrics, metrics_at
from .reporting.printed import printed_to
from .running.listening import CantListen, bind, bind_metrics
from .running.reloading import Reload
from .running.serving import announce, serve
from .running.supervised import Supervised, supervised
from .running.tls import tls_context
from .sessions.secret import load_older_secrets, load_secret
from .static.manifest import MANIFEST
from .tracing.console import overheard

IsCurrent = Callable[[Path, Path], bool]
Build = Callable[[Path, Path], int]
Watch = Callable[[Path, Path], tuple[Sequence[str], Mapping[str, str]]]


def main(
    argv: Sequence[str] | None = None,
    *,
    is_current: IsCurrent | None = None,
    build: Build | None = None,
    watch: Watch | None = None,
) -> int:
    """
    Serve a guide until SIGINT or SIGTERM, and return the exit status.

    Args:

        argv: The arguments, by default those of the process.

        is_current: Says whether a site is as new as its guide.

        build: Builds a guide into a site and returns an exit status, having
            shown what is wrong itself. Without these two, which the script
            brings from the builder, the site is served as it is.

        watch: Returns the command, and the environment, of a process that builds a
            guide into a site again and again; see `development/builder.py`.
    """
    return run(_parser().parse_args(argv), is_current=is_current, build=build, watch=watch)


def run(
    args: argparse.Namespace,
    *,
    is_current: IsCurrent | None = None,
    build: Build | None = None,
    watch: Watch | None = None,
) -> int:
    """Serve as these options ask, those of `add_options`; the rest is as in `main`."""
    _write_lines_at_once(sys.stdout)
    process = supervised()
    args.log = write_log(args.log_format, bounded=not args.watch)
    try:
        # SIGTERM ends a build the way Ctrl-C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        _check_site(args.guide, args.site)
        check_metrics(args.metrics, args.metrics_public)
        args.broker = args.broker or _broker()
        _check_processes(args)
        if args.watch and watch is not None:
            return _run_watching(args, watch)
        if args.no_build or process is not None:
            build = None  # the supervisor has built it
        if args.processes > 1 and process is None:
            return _supervise(args, is_current, build)
        return _run(args, is_current, build, process)
    except SourceErrors as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 2
    except UsageError as error:
        print(f"{args.program}: {error}", file=sys.stderr)
        return 2
    except CantListen as error:
        return _failed(args.program, str(error))
    except KeyboardInterrupt:
        return 0


def _broker() -> str:
    try:
        return check_broker(os.environ.get(BROKER_VARIABLE) or "memory")
    except ValueError as error:
        raise UsageError(f"{BROKER_VARIABLE}: {error}") from None


def _engine(address: str, is_optional: bool) -> Engine:
    try:
        return make_engine(address, is_optional)
    except ValueError as error:
        raise UsageError(f"--broker: {error}") from None


def _check_processes(args: argparse.Namespace) -> None:
    """Let several processes share what readers think is one."""
    if args.processes == 1:
        return
    if args.watch:
        raise UsageError("--watch is for authors, and one process; leave out --processes")
    if not is_redis(args.broker):
        raise UsageError(
            f"--processes {args.processes} needs an engine that processes share; "
            "name one with --broker redis://HOST:PORT/DATABASE"
        )


def _check_site(guide: Path, site: Path) -> None:
    """Serve no sources: the site is neither the guide nor around it."""
    real_guide, real_site = Path(os.path.realpath(guide)), Path(os.path.realpath(site))
    if real_site == real_guide or real_site in real_guide.parents:
        raise UsageError(
            f"the site {site} holds the guide {guide}, whose sources it would serve; "
            "name the folder of the built site"
        )


def _supervise(args: argparse.Namespace, is_current: IsCurrent | None, build: Build | None) -> int:
    """Serve with several processes, each of which runs the command that runs here."""
    from .running.supervising import Supervisor, outlive

    # There is nobody yet to be renewed or replaced; who is started reads what is there then.
    outlive([signal.SIGHUP, signal.SIGUSR1])
    secrets = Path(os.path.abspath(args.site)).parent / ".liveguide"
    load_secret(secrets)
    if not (secrets / "secret").exists():
        raise UsageError(f"{secrets} can't be written, but processes share the secret in it")
    if build is not None and not _is_built(args, is_current, build):
        return _failed(args.program, "the site could not be built")
    sockets = bind(args)
    metrics = [bind_metrics(args, number) for number in range(args.processes)]

    def serving() -> None:
        announce(sockets[0], args.certfile is not None)

    command = [sys.executable, *sys.orig_argv[1:]]
    with printed_to(args.log):
        return Supervisor(command, sockets, metrics, serving).run()


def _is_built(args: argparse.Namespace, is_current: IsCurrent | None, build: Build) -> bool:
    """Say whether the site is as new as the guide, which it is after a build that worked."""
    if is_current is not None and is_current(args.guide, args.site):
        return True
    return build(args.guide, args.site) == 0


def _run(
    args: argparse.Namespace,
    is_current: IsCurrent | None,
    build: Build | None,
    process: Supervised | None,
) -> int:
    guide, site = args.guide, args.site
    tls = tls_context(args.certfile, args.keyfile)
    settings, problems = _settings(guide)
    if build is None and not (site / MANIFEST).is_file():
        # A folder of something else would be published whole, with no page's own policy.
        hint = "leave out --no-build, or build it first" if args.no_build else "build it first"
        return _failed(args.program, f"there is no site in {site}; {hint}")
    secrets = Path(os.path.abspath(site)).parent / ".liveguide"
    try:
        app = make_app(
            guide,
            site,
            settings,
            secret=load_secret(secrets),
            older_secrets=load_older_secrets(secrets),
            strict=args.strict,
            trusted_proxies=args.trusted_proxy,
            hosts=_hosts(args),
        )
    except SourceErrors as error:
        raise SourceErrors([*problems, *error.problems]) from None
    if problems:
        raise SourceErrors(problems)
    if process is None or process.number == 0:
        for warning in in_order(app.loaded.problems):
            print(warning, file=sys.stderr)
    if build is not None and not _is_built(args, is_current, build):
        return _failed(args.program, "the site could not be built")
    certificate = (args.certfile, args.keyfile)
    reload = Reload(app, guide, site, strict=args.strict, certificate=certificate)
    return _listen(args, app, tls, reload=reload, process=process)


def _run_watching(args: argparse.Namespace, watch: Watch) -> int:
    """Serve, whatever is wrong with the guide: its author is just writing it."""
    from .development.app import WatchedApplication
    from .development.builder import BuilderProcess

    guide = args.guide
    tls = tls_context(args.certfile, args.keyfile)
    if not guide.is_dir():
        raise no_guide(guide)
    # What readers get is left alone: drafts are in what is served here.
    published = Path(os.path.abspath(args.site))
    work = published.parent / ".liveguide"
    preview = work / f"{published.name}.preview"
    secret = load_secret(work)
    app = WatchedApplication(
        guide,
        preview,
        BuilderProcess(*watch(guide, preview)),
        secret=secret,
        proxies=args.trusted_proxy,
        hosts=_hosts(args),
    )
    return _listen(args, app, tls, beside=app)


def _listen(
    args: argparse.Namespace,
    app: SiteApplication,
    tls: ssl.SSLContext | None,
    *,
    beside: AbstractAsyncContextManager[object] | None = None,
    reload: Reload | None = None,
    process: Supervised | None = None,
) -> int:
    sockets = bind(args) if process is None else process.sockets
    numbers = metrics_at(bind_metrics(args) if process is None else process.metrics, app)
    server = BoundedServer(app, ssl_options=tls)
    # An author who looks on sees what is printed as it is.
    harmless = nullcontext() if args.watch and args.log_format == "human" else printed_to(args.log)
    with harmless, overheard():
        renewed = None if reload is None else partial(reload, server)
        around = _both(beside or nullcontext(), numbers)
        try:
            # One that was started again serves, whether Redis is there just now or not.
            is_optional = args.broker_optional or (process is not None and not process.is_first)
            engine = _engine(args.broker, is_optional)
            if is_redis(args.broker):
                app.share(cast(Exchange, engine))
            serving = serve(
                app, server, sockets, around, renewed, engine, is_announced=process is None
            )
            asyncio.run(serving)
        except EngineUnavailable as error:
            return _failed(args.program, f"--broker: {error}")
    return 0


@asynccontextmanager
async def _both(
    first: AbstractAsyncContextManager[object], second: AbstractAsyncContextManager[object]
) -> AsyncIterator[None]:
    async with first, second:
        yield


def _settings(guide: Path) -> tuple[Settings, list[Problem]]:
    try:
        return read_settings(guide), []
    except SourceErrors as error:
        return Settings(), error.problems


def _hosts(args: argparse.Namespace) -> list[str]:
    """Return the names of this server: what it listens on and, for others, what it is called."""
    names = [*args.host]
    with contextlib.suppress(ValueError):
        names.append(host_pattern(args.address))
    if not is_loopback(args.address):
        computer = socket.gethostname().lower()
        names += [computer, f"{computer.partition('.')[0]}.local"]  # RFC 6762: by multicast DNS
    return names


def _failed(program: str, message: str) -> int:
    print(f"{program}: {message}", file=sys.stderr)
    return 1


def _write_lines_at_once(stream: TextIO) -> None:
    """Show what authors' functions print as they print it, to a pipe as well."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(line_buffering=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="site_server.py")
    add_options(parser)
    return parser
