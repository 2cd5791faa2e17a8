"""Forks a process that uses the client, in many ways, and prints what came of it as JSON."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import ssl
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from callr_sms_client import AsyncCallr, Callr, CallrError, webhooks
from callr_sms_client._support import guard
from tests.client.echo import CERTIFICATE, EchoServer, echoing, hash_of

if TYPE_CHECKING:
    from collections.abc import Callable

TO = "+33612345678"
PATIENCE = 40


def child(work: Callable[[], Any]) -> Callable[[], Any]:
    """Fork a process for some work. Return a function that waits for what it returned, or how it ended."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        signal.alarm(PATIENCE)  # it ends a process that hangs
        answer(writing, work)

    def wait() -> Any:  # noqa: ANN401 - JSON
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        _, status = os.waitpid(pid, 0)
        return json.loads(text) if text else f"ended with {os.waitstatus_to_exitcode(status)}"

    return wait


def answer(writing: int, work: Callable[[], Any]) -> None:
    try:
        result = work()
    except CallrError as error:
        result = [type(error).__name__, error.outcome, error.attempts]
    os.write(writing, json.dumps(result).encode())
    os._exit(0)


def right(callr: Callr, text: str) -> bool:
    return callr.sms.send(to=TO, body=text) == hash_of(text)


def first_call(server: EchoServer) -> Any:  # noqa: ANN401 - JSON
    """Fork again and again while another thread makes the first call, which imports the HTTP library."""
    callr = Callr("login", "password", base_url=server.base_url, timeout=PATIENCE)
    thread = threading.Thread(target=right, args=(callr, "first call"))
    thread.start()
    waits: list[Callable[[], Any]] = []
    while thread.is_alive() or not waits:
        waits.append(child(lambda: right(callr, f"forked {len(waits)}")))
        time.sleep(0.02)
    thread.join()
    return [wait() for wait in waits]


def held_locks(server: EchoServer) -> Any:  # noqa: ANN401 - JSON
    """Fork while another thread holds the lock of the client, and while others are in calls."""
    callr = Callr("login", "password", base_url=server.base_url, timeout=PATIENCE)
    seen = webhooks.SeenEvents()
    ready = threading.Event()

    def hold() -> None:
        with guard():
            ready.set()
            time.sleep(0.3)

    def busy(number: int) -> None:
        for each in range(20):
            right(callr, f"busy {number} {each}")

    threads = [threading.Thread(target=hold), *(threading.Thread(target=busy, args=(n,)) for n in range(3))]
    for thread in threads:
        thread.start()
    ready.wait()
    waits = [child(lambda n=n: [right(callr, f"held {n}"), seen.add("event")]) for n in range(3)]  # type: ignore[misc]
    for thread in threads:
        thread.join()
    return [wait() for wait in waits]


def workers(callr: Callr) -> Any:  # noqa: ANN401 - JSON
    """Fork workers from a process that has an idle connection."""
    right(callr, "warm-up")
    waits = [child(lambda n=n: [right(callr, f"worker {n} {i}") for i in range(3)]) for n in range(4)]  # type: ignore[misc]
    return [wait() for wait in waits]


def untouched(server: EchoServer, make: Callable[[], Callr]) -> Any:  # noqa: ANN401 - JSON
    """Let forked processes end in every way, and use the connection of the first one afterwards."""
    holder = [make()]
    right(holder[0], "before")
    before = server.connections

    def close() -> None:
        holder[0].close()

    def collect() -> None:
        holder.clear()
        gc.collect()

    def use() -> None:
        right(holder[0], "in between")
        holder[0].close()

    for work in (close, collect, use):
        child(work)()
    pid = os.fork()
    if not pid:
        sys.exit()  # with all that the interpreter does at its end
    os.waitpid(pid, 0)
    return [right(holder[0], "after"), server.connections - before]


def asynchronous(server: EchoServer) -> Any:  # noqa: ANN401 - JSON
    callr = AsyncCallr("login", "password", base_url=server.base_url)

    async def send(text: str) -> bool:
        return await callr.sms.send(to=TO, body=text) == hash_of(text)

    async def fork() -> Any:  # noqa: ANN401 - JSON
        before = [await send("loop 1"), await send("loop 2")]
        connections = server.connections
        waits = [child(lambda n=n: asyncio.run(send(f"loop child {n}"))) for n in range(3)]  # type: ignore[misc]
        answers = [wait() for wait in waits]
        return [*before, *answers, await send("loop 3"), server.connections - connections]

    return asyncio.run(fork())


def in_the_middle(server: EchoServer) -> Any:  # noqa: ANN401 - JSON
    """Fork in the middle of a send, in the same thread. The copy must not send it, too."""
    reading, writing = os.pipe()
    pids: list[int] = []

    def fork(*_: object) -> None:
        pids.append(os.fork())
        if not pids[0]:
            signal.alarm(PATIENCE)

    signal.signal(signal.SIGUSR1, fork)
    callr = Callr("login", "password", base_url=server.base_url, max_retries=5)
    right(callr, "ready")
    timer = threading.Timer(0.1, signal.pthread_kill, (threading.main_thread().ident, signal.SIGUSR1))
    timer.start()
    try:
        result: Any = right(callr, "once")
    except CallrError as error:
        result = [type(error).__name__, error.outcome, error.attempts]
    if not pids[0]:
        os.write(writing, json.dumps(result).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        forked = json.loads(pipe.read())
    os.waitpid(pids[0], 0)
    return [result, forked, server.texts["once"]]


def main() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    results: dict[str, Any] = {}
    with (
        echoing(delay=0.02) as plain,
        echoing(context=context) as secure,
        echoing(context=context, tunnels=True) as proxy,
        echoing(delay=0.4) as slow,
    ):
        results["first call"] = first_call(plain)
        results["held locks"] = held_locks(plain)
        ways: dict[str, tuple[EchoServer, Callable[[], Callr]]] = {
            "plain": (plain, lambda: Callr("login", "password", base_url=plain.base_url)),
            "tls": (secure, lambda: Callr("login", "password", base_url=secure.base_url, tls=trusting)),
            "proxy": (
                proxy,
                lambda: Callr(
                    "login",
                    "password",
                    base_url="https://localhost",
                    tls=trusting,
                    proxy=f"http://127.0.0.1:{proxy.port}",
                ),
            ),
        }
        for name, (server, make) in ways.items():
            results[f"workers, {name}"] = workers(make())
            results[f"untouched, {name}"] = untouched(server, make)
        results["asynchronous"] = asynchronous(plain)
        results["in the middle"] = in_the_middle(slow)
        servers = (plain, secure, proxy, slow)
        results["sent twice"] = [
            text for server in servers for text, count in server.texts.items() if count > 1
        ]
    print(json.dumps(results))  # noqa: T201 - for the test


main()
