"""Programs whose imports are done before they are called: each call is forked from a process that waits.

Importing what the contract tests need takes longer than most of the commands that tests try. `command` stands
for `python -m module`: it has a process, arguments, an environment, a working directory and streams of its
own, and ends with its own exit code. Signals do not reach it; the process ends when its caller does.

The tests of the command line itself, and those that send signals, start Python as people do.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[1]
CLIENT = Path(__file__).with_name("preloaded_client.py")
READY = "ready"


@functools.cache
def command(module: str) -> tuple[str, ...]:
    """Return what calls a module with a `__main__`, and with a `main` there, as `python -m` would."""
    folder = tempfile.TemporaryDirectory(prefix="preloaded-")
    atexit.register(folder.cleanup)
    address = str(Path(folder.name) / "socket")
    server = subprocess.Popen(  # noqa: S603 - this file
        [sys.executable, __file__, module, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    atexit.register(_stop, server)
    assert server.stdout is not None
    assert server.stdout.readline().strip() == READY
    return sys.executable, "-I", "-S", str(CLIENT), address


def _stop(server: "subprocess.Popen[str]") -> None:
    server.kill()
    server.communicate()


def serve(module: str, address: str) -> None:
    """Import a module, and call its `main` in a process of its own for each connection."""
    main = importlib.import_module(f"{module}.__main__").main
    # What was imported is shared as it is: the collector neither looks at it nor writes into it.
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        # Nobody asks how the processes below ended.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        threading.Thread(target=_end_with_the_tests, daemon=True).start()
        print(READY, flush=True)  # noqa: T201 - the answer to who started this
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                break
            connection.close()
    _supervise(connection)
    main()


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
        _, status = os.waitpid(called, 0)
        with suppress(OSError):
            connection.sendall(b"%d" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    connection.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    # Else each call would make the same choices.
    random.seed()


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
