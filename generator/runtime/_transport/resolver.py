"""Addresses of a host, in time: the system's resolver knows no timeout."""

import socket
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread

_Answer = list[str] | OSError


def resolve(host: str, port: int, seconds: float | None) -> list[str]:
    """The addresses of a host, one or more.

    A name is looked up by another thread; when time is up that thread is left alone, and ends when the
    system's resolver gives up.

    Raises:
        TimeoutError: The resolver takes longer than so many seconds.
        OSError: It knows no such host.
    """
    if _is_address(host):
        return [host]
    answers: SimpleQueue[_Answer] = SimpleQueue()
    try:
        Thread(target=_look_up, args=(host, port, answers), daemon=True).start()
    except RuntimeError:  # while the interpreter shuts down there are no new threads
        _look_up(host, port, answers)
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError):
            socket.inet_pton(family, host)
            return True
    return False


def _look_up(host: str, port: int, answers: SimpleQueue[_Answer]) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put(list(dict.fromkeys(str(address[0]) for *_, address in found)))
    except OSError as caught:
        answers.put(caught)
    except Exception as caught:  # noqa: BLE001 - whoever waits has to be told, whatever it is
        answers.put(OSError(type(caught).__name__))
