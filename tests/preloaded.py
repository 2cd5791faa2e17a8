"""Programs whose imports are done before they are called: each call is forked from a process that waits.

Importing what the contract tests need takes longer than most of the commands that tests try. `command` stands
for `python -m module`: it has a process, arguments, an environment, a working directory and streams of its
own, and ends with its own exit code. A terminal that is its stdin is its own too, so Ctrl-C reaches it; other
signals do not. The process ends when its caller does. `Forked` is such a process that signals reach.

Some tests of each command line, and those that send signals to it, start Python as people do.
"""

import fcntl
import functools
import gc
import hashlib
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, NoReturn, Self

ROOT = Path(__file__).parents[1]
CLIENT = Path(__file__).with_name("preloaded_client.py")
READY = "ready"
FOLDER = "CALLR_TESTS_PRELOADED"
"""The environment variable with the folder of the processes that wait."""
_ALIVE = "alive"


def command(program: str, *lazy: str) -> tuple[str, ...]:
    """Return what calls a program as a process of its own.

    Args:
        program: A package with a `main` in its `__main__`, to be called as by `python -m`, or a function as
            in an entry point: `package.module:function`.
        lazy: Modules that the program imports only when it needs them, and that are imported before.
    """
    return sys.executable, "-I", "-S", str(CLIENT), _server(program, *lazy)


class Forked:
    """A process that runs `main` of the `__main__` of a module, with the part of `Popen` that tests use."""

    def __init__(
        self, module: str, arguments: list[str], errors: IO[str], environment: Mapping[str, str]
    ) -> None:
        reading, writing = os.pipe()
        # The process ends with the connection.
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(_server(module))
        with Path(os.devnull).open("rb") as nothing:
            socket.send_fds(self._connection, [b"-"], [nothing.fileno(), writing, errors.fileno()])
        os.close(writing)
        handed = [str(Path.cwd()), dict(environment), arguments]
        self._connection.sendall(json.dumps(handed).encode() + b"\n")
        self._answers = self._connection.makefile("rb")
        self.pid = int(self._answers.readline())
        self.stdout = os.fdopen(reading)
        self.returncode: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wait()
        self.stdout.close()
        self._answers.close()
        self._connection.close()

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once the process has ended."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            self.returncode = int(self._answers.readline())
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


_RUN = "tests.contract_tests.preloaded_run"
_LAZY = {
    "callr_sms_contract": ("callr_sms_contract.cli.commands", _RUN),
    "callr_sms_emulator": (
        "callr_sms_emulator._control",
        "callr_sms_emulator._storage.postgresql.store",
        "uvicorn.lifespan.off",
        "uvicorn.loops.uvloop",
    ),
}


@contextmanager
def shared_by_workers() -> Iterator[None]:
    """Make the folder of the processes that wait, and name it in the environment, which workers inherit."""
    with tempfile.TemporaryDirectory(prefix="preloaded-", ignore_cleanup_errors=True) as folder:
        os.mkfifo(Path(folder, _ALIVE))
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


@contextmanager
def in_use() -> Iterator[None]:
    """Keep the processes that wait alive; they end when the last worker has left the block.

    They read from a FIFO that each worker has open for writing. Afterwards this process waits for those that
    it has started: so their CPU time is counted as that of the run.
    """
    # Open for reading, too, because opening it for writing alone waits for a reader.
    descriptor = os.open(Path(os.environ[FOLDER], _ALIVE), os.O_RDWR)
    try:
        yield
    finally:
        os.close(descriptor)
        for server in _started:
            server.wait()


_started: "list[subprocess.Popen[str]]" = []


@functools.cache
def _server(program: str, *lazy: str) -> str:
    """Return where the process listens that has imported a program; the first worker that asks starts it."""
    modules = (program, *lazy, *_LAZY.get(program, ()))
    if _RUN in modules:
        _server("callr_sms_emulator")  # else the process below would start it, and nobody wait for its end
    folder = Path(os.environ[FOLDER])
    address = folder / hashlib.sha256(" ".join(modules).encode()).hexdigest()[:16]
    with address.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists():
            _start(str(address), *modules)
    return str(address)


def _start(address: str, *modules: str) -> None:
    with Path(os.environ[FOLDER], _ALIVE).open("rb", buffering=0) as alive:
        server = subprocess.Popen(  # noqa: S603 - this file
            [sys.executable, __file__, address, *modules],
            stdin=alive,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        )
    _started.append(server)
    assert server.stdout is not None
    with server.stdout:
        assert server.stdout.readline().strip() == READY


def serve(address: str, program: str, *lazy: str) -> None:
    """Import a program, and call its `main` in a process of its own for each connection."""
    module, _, name = program.partition(":")
    main = getattr(importlib.import_module(module if name else f"{module}.__main__"), name or "main")
    for each in lazy:
        importlib.import_module(each)
    # What was imported is shared as it is: the collector neither looks at it nor writes into it.
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        signal.signal(signal.SIGCHLD, _reap)
        threading.Thread(target=_end_with_the_tests, daemon=True).start()
        print(READY, flush=True)  # noqa: T201 - the answer to who started this
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                break
            connection.close()
    _supervise(connection)
    main()


def _reap(*_: object) -> None:
    """Let the system forget the processes below, after it has counted their CPU time."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass


def _end_with_the_tests() -> None:
    sys.stdin.read()
    os._exit(0)


def _supervise(connection: socket.socket) -> None:
    """Go on in a process with all that the caller has; from this one tell the caller how that one ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    with connection.makefile("rb") as file:
        folder, environment, arguments = json.loads(file.readline())
    called = os.fork()
    if called != 0:
        threading.Thread(target=_end_with_the_caller, args=(connection, called), daemon=True).start()
        with suppress(OSError):  # the caller has ended by now, and so does what it called
            connection.sendall(b"%d\n" % called)
        _, status = os.waitpid(called, 0)
        with suppress(OSError):
            connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    connection.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    _open_streams(environment.get("PYTHONIOENCODING") or sys.stdout.encoding)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    # Else each call would make the same choices.
    random.seed()


def _open_streams(encoding: str) -> None:
    """Do what Python does when it starts: a terminal gets each line at once."""
    sys.stdin = os.fdopen(0, encoding=encoding, closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding=encoding, errors=sys.stdout.errors, closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding=encoding, errors=sys.stderr.errors, closefd=False)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]
    if sys.stdin.isatty():
        os.setsid()
        # It is somebody else's where a person starts the tests on it.
        with suppress(OSError):
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _end_with_the_caller(connection: socket.socket, called: int) -> None:
    with suppress(OSError):
        connection.recv(1)
    with suppress(ProcessLookupError):
        os.kill(called, signal.SIGKILL)


def _main() -> NoReturn:
    serve(*sys.argv[1:])
    sys.exit()


if __name__ == "__main__":
    _main()
