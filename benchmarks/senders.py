"""What it costs to deliver an event with the emulator's own sender, with aiohttp and with httpx2.

POST of a usual event, 16 at a time over kept connections, to a receiver in another process; the CPU time of
the process that sends is counted.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import httpx2
import uvloop

from benchmarks._measure import Goal, Result, Scale
from callr_sms_emulator._http_client import HttpClient, HttpResponse, Resolver, read_endpoint
from callr_sms_emulator._settings import DEFAULT_ALLOWED_ADDRESSES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

    Post = Callable[[], Awaitable[int]]
    Case = Callable[[str, int], Coroutine[None, None, float]]

_DELIVERIES = 10_000
_AT_A_TIME = 16
_BODY = b'{"event_id":"","data":"%b"}' % (b"x" * 900)
_HEADERS = {
    "User-Agent": "CALLR/API (benchmark)",
    "Accept": "*/*",
    "Content-Type": "application/json",
    "X-CALLR-EventId": "d5f6c0de-0000-5000-8000-000000000000",
    "X-CALLR-HmacSignature": "NEwDQvXQ0r2ZvRk3r7mdrnnC1Hh5OPY/HSA3Vh2rNCs=",
}
_OWN, _AIOHTTP, _HTTPX2 = "the emulator's sender", "aiohttp", "httpx2"
_GOALS = (Goal(_OWN, _AIOHTTP, 0.25), Goal(_OWN, _HTTPX2, 0.05))


def measure(scale: Scale) -> Result:
    """Deliver with each sender in each round."""
    count = scale.of(_DELIVERIES)
    seconds: dict[str, list[float]] = {name: [] for name in _CASES}
    with receiver("200") as port:
        for _ in range(scale.rounds):
            for name, case in _CASES.items():
                gc.collect()
                seconds[name].append(uvloop.run(case(f"http://127.0.0.1:{port}/hook", count)))
    return Result(f"{count} deliveries, CPU time", seconds, _GOALS)


@contextmanager
def receiver(answer: str) -> Iterator[int]:
    """Run a receiver in its own process; yield its port."""
    command = [sys.executable, "-m", "benchmarks._receiver", answer]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:  # noqa: S603 - our own command
        try:
            assert process.stdout is not None  # noqa: S101 - tells the type checker
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def _own(url: str, count: int) -> float:
    sender, endpoint = HttpClient(Resolver(DEFAULT_ALLOWED_ADDRESSES.allows), 10), read_endpoint(url)
    lines = [f"POST {endpoint.target} HTTP/1.1", f"Host: {endpoint.host_header}"]
    lines += [f"{name}: {value}" for name, value in _HEADERS.items()]
    request = "\r\n".join([*lines, f"Content-Length: {len(_BODY)}", "", ""]).encode() + _BODY
    loop = asyncio.get_running_loop()

    async def post() -> int:
        ended: asyncio.Future[HttpResponse | Exception] = loop.create_future()
        sender.send(endpoint, request, ended.set_result)
        end = await ended
        return end.status if isinstance(end, HttpResponse) else 0

    try:
        return await _repeat(post, count)
    finally:
        sender.close()


async def _with_aiohttp(url: str, count: int) -> float:
    async with aiohttp.ClientSession() as session:

        async def post() -> int:
            async with session.post(url, data=_BODY, headers=_HEADERS, allow_redirects=False) as answer:
                await answer.read()
                return answer.status

        return await _repeat(post, count)


async def _with_httpx2(url: str, count: int) -> float:
    limits = httpx2.Limits(max_connections=_AT_A_TIME, max_keepalive_connections=_AT_A_TIME)
    async with httpx2.AsyncClient(trust_env=False, limits=limits) as client:

        async def post() -> int:
            return (await client.post(url, content=_BODY, headers=_HEADERS)).status_code

        return await _repeat(post, count)


async def _repeat(post: Post, count: int) -> float:
    numbers = iter(range(count))

    async def work() -> None:
        for _ in numbers:
            assert await post() == 200  # noqa: S101, PLR2004 - failures are cheaper

    begin = time.process_time()
    await asyncio.gather(*(work() for _ in range(_AT_A_TIME)))
    return time.process_time() - begin


_CASES: dict[str, Case] = {_OWN: _own, _AIOHTTP: _with_aiohttp, _HTTPX2: _with_httpx2}
