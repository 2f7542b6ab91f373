"""The web server and the worker of the demonstration, as two processes that live and die together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from types import FrameType, TracebackType

from django.conf import settings

HOST = "127.0.0.1"
_READY_WITHIN = 60.0
_STOPPED_WITHIN = 15.0
_PULSE = 0.1


class ServingError(Exception):
    """The demonstration cannot be served, or one of its processes ended by itself; the message is French."""


def check_port(port: int) -> None:
    """Raise :class:`ServingError` when something already listens there."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError as error:
            raise ServingError(
                f"Le port {port} de {HOST} n’est pas libre ({error.strerror}). Choisissez-en un autre avec --port."
            ) from error


def demo_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the processes get: plain HTTP on this machine only, never the debug pages, accounts shown at login."""
    return {
        **environment,
        "DEBUG": "0",
        "SEGUR_DEMO": "1",
        "SEGUR_INSECURE_HTTP": "1",
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "DJANGO_SETTINGS_MODULE": "segur.settings",
        "SEGUR_DATA_DIR": str(settings.DATA_DIR),
        "PYTHONUNBUFFERED": "1",
    }


def web_command(port: int) -> list[str]:
    # One process with threads: SQLite has one writer anyway, and the demonstration starts faster.
    return [
        sys.executable,
        *("-m", "gunicorn", "segur.wsgi"),
        *("--bind", f"{HOST}:{port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        *("--log-level", "warning", "--graceful-timeout", "5"),
        # Its heartbeat file goes to memory; a slow disk would make it kill its own worker.
        *(("--worker-tmp-dir", "/dev/shm") if os.path.isdir("/dev/shm") else ()),  # noqa: S108
    ]


def worker_command() -> list[str]:
    return [
        # The advice not to work as root is for production.
        *(sys.executable, "-W", "ignore"),
        *("-m", "celery", "-A", "segur", "-q", "worker"),
        *("-B", "-P", "threads", "--concurrency", "4", "--loglevel", "WARNING"),
    ]


@dataclass
class Pair:
    """Two child processes under one roof: leaving the ``with`` block stops both, whatever happened."""

    commands: Mapping[str, Sequence[str]]
    environment: Mapping[str, str]

    def __post_init__(self) -> None:
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Pair:
        try:
            for name, command in self.commands.items():
                # A session of its own: Ctrl-C reaches us alone, and we stop each child once, in order.
                self._processes[name] = subprocess.Popen(  # noqa: S603
                    command, env=dict(self.environment), cwd=settings.BASE_DIR, start_new_session=True
                )
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def check(self) -> None:
        """Raise :class:`ServingError` when one of the processes has ended."""
        for name, process in self._processes.items():
            if (status := process.poll()) is not None:
                raise ServingError(f"Le processus « {name} » s’est arrêté (code {status}). Tout est arrêté.")

    def _stop(self) -> None:
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + _STOPPED_WITHIN
        for process in self._processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        for process in self._processes.values():
            # The whole session, so that a child of the child does not stay either.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def serve(port: int, on_ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; ``on_ready`` runs once the page answers.

    Raises :class:`ServingError` when the port is taken or when one process ends by itself (the other is stopped).
    """
    check_port(port)
    commands = {"web": web_command(port), "worker": worker_command()}
    stopped = _StopRequest()
    with stopped, Pair(commands, demo_environment(os.environ)) as pair:
        _wait_until_answering(port, pair, stopped)
        if not stopped.asked:
            on_ready()
        while not stopped.asked:
            pair.check()
            time.sleep(_PULSE)


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _wait_until_answering(port: int, pair: Pair, stopped: _StopRequest) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while not stopped.asked:
        pair.check()
        if _answers(port):
            return
        if time.monotonic() > deadline:
            raise ServingError(f"Le serveur web ne répond pas après {_READY_WITHIN:.0f} secondes. Tout est arrêté.")
        time.sleep(_PULSE)


class _StopRequest:
    """Remembers that someone asked to stop: Ctrl-C, SIGTERM, or a closed terminal."""

    _SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> _StopRequest:
        self._before = {number: signal.signal(number, self._note) for number in self._SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
