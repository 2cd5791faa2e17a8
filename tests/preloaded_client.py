"""Calls a program of `preloaded.py`, and ends as it ends: a script that imports little, so it starts fast."""

import json
import os
import signal
import socket
import sys


def main() -> int:
    """Hand over all that a process has, and wait for the exit code."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(sys.argv[1])
        socket.send_fds(connection, [b"-"], [0, 1, 2])
        handed = [os.getcwd(), dict(os.environ), sys.argv[2:]]  # noqa: PTH109 - pathlib is slow to import
        connection.sendall(json.dumps(handed).encode() + b"\n")
        with connection.makefile() as answers:
            called = int(answers.readline())
            signal.signal(signal.SIGTERM, lambda *_: os.kill(called, signal.SIGTERM))
            return int(answers.readline() or "1")


if __name__ == "__main__":
    sys.exit(main())
