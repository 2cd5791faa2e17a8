"""Uses one client in many event loops, and prints what came of it as JSON."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import trio
import uvloop

from callr_sms_client import AsyncCallr, CallrError
from tests.client.echo import EchoServer, echoing, hash_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

TO = "+33612345678"
PATIENCE = 40


def run_trio(coroutine: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - of the coroutine
    async def main() -> Any:  # noqa: ANN401 - as above
        return await coroutine

    return trio.run(main)


async def send(callr: AsyncCallr, text: str) -> bool:
    return await callr.sms.send(to=TO, body=text) == hash_of(text)


async def send_twice(callr: AsyncCallr, text: str) -> list[bool]:
    return [await send(callr, f"{text}, {number}") for number in (1, 2)]


def one_after_another(server: EchoServer, callr: AsyncCallr) -> Any:  # noqa: ANN401 - JSON
    """Four loops of each kind, two sends in each: one connection for each loop, and none is left open."""
    before = server.connections
    answers = []
    for name, run in (("asyncio", asyncio.run), ("uvloop", uvloop.run), ("trio", run_trio)):
        answers += [all(run(send_twice(callr, f"{name} {number}"))) for number in range(4)]
    gc.collect()
    made = server.connections - before
    asyncio.run(send(callr, "the last loop"))
    ended = sum(server.ended.acquire(timeout=PATIENCE) for _ in range(made))
    return [answers, made, ended]


def left_open(server: EchoServer, callr: AsyncCallr) -> Any:  # noqa: ANN401 - JSON
    """A loop that ends without `close`, and one that lives on: it keeps its connection."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(send(callr, "left 1"))
    connections = server.connections
    asyncio.run(send(callr, "left 2"))
    answer = loop.run_until_complete(send(callr, "left 3"))
    loop.close()
    return [answer, server.connections - connections]


def at_once(_: EchoServer, callr: AsyncCallr) -> Any:  # noqa: ANN401 - JSON
    """Loops of several threads at the same time."""
    answers: list[bool] = []

    def work(run: Callable[[Any], Any], name: str) -> None:
        async def many() -> None:
            answers.extend([await send(callr, f"thread {name} {number}") for number in range(10)])

        run(many())

    runs: list[Callable[[Any], Any]] = [asyncio.run, uvloop.run, run_trio, asyncio.run]
    threads = [threading.Thread(target=work, args=(run, str(n))) for n, run in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return [len(answers), all(answers)]


def without_a_loop(server: EchoServer, callr: AsyncCallr) -> Any:  # noqa: ANN401 - JSON
    coroutine = callr.sms.send(to=TO, body="nowhere")
    try:
        coroutine.send(None)
    except CallrError as error:
        return [type(error).__name__, error.outcome, server.texts["nowhere"]]
    return None


def closed_elsewhere(server: EchoServer, callr: AsyncCallr) -> Any:  # noqa: ANN401 - JSON
    """Close the client in another loop than the one that has a connection. It closes that one, too."""
    loop = asyncio.new_event_loop()
    loop.run_until_complete(send(callr, "closed"))
    asyncio.run(callr.aclose())
    ended = server.ended.acquire(timeout=PATIENCE)
    try:
        loop.run_until_complete(send(callr, "closed, too"))
    except CallrError as error:
        return [ended, error.outcome]
    finally:
        loop.close()
    return None


def timeouts(_: EchoServer, callr: AsyncCallr) -> Any:  # noqa: ANN401 - JSON
    """A timeout is a timeout error in each kind of loop."""
    found = []
    with echoing(delay=PATIENCE) as slow:
        for run in (asyncio.run, uvloop.run, run_trio):
            callr = AsyncCallr("login", "password", base_url=slow.base_url, timeout=0.3)
            try:
                run(callr.sms.send(to=TO, body="too slow"))
            except CallrError as error:
                found.append([type(error).__name__, error.outcome])
    return found


def main() -> None:
    results = {}
    with echoing() as server:
        for case in (one_after_another, left_open, at_once, without_a_loop, closed_elsewhere, timeouts):
            callr = AsyncCallr("login", "password", base_url=server.base_url)
            results[case.__name__] = partial(case, server, callr)()
            del callr
            gc.collect()
    print(json.dumps(results))  # noqa: T201 - for the test


main()
