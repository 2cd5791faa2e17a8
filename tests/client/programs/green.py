"""Uses the client in green threads of gevent or eventlet, and prints what came of it as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if sys.argv[1] == "gevent":
    import gevent as green  # type: ignore[import-untyped]  # it has no types
    from gevent import monkey

    monkey.patch_all()
else:
    import eventlet as green  # type: ignore[import-untyped]  # as above

    green.monkey_patch()

import json
import ssl

from callr_sms_client import Callr, CallrError
from tests.client.echo import CERTIFICATE, EchoServer, echoing, hash_of

if TYPE_CHECKING:
    from collections.abc import Callable

TO = "+33612345678"
PATIENCE = 40


def in_green_threads(work: Callable[[int], bool]) -> list[bool]:
    threads = [green.spawn(work, number) for number in range(20)]
    return [thread.get() if sys.argv[1] == "gevent" else thread.wait() for thread in threads]


def many(server: EchoServer, callr: Callr) -> Any:  # noqa: ANN401 - JSON
    """The server runs in the same thread: a call that blocks the thread would never end."""

    def work(number: int) -> bool:
        texts = [f"green {number} {each}" for each in range(3)]
        return all(callr.sms.send(to=TO, body=text) == hash_of(text) for text in texts)

    return [all(in_green_threads(work)), 1 < server.connections <= 20]


def our_timeout(callr: Callr) -> Any:  # noqa: ANN401 - JSON
    try:
        callr.with_options(timeout=0.3).sms.send(to=TO, body="too slow")
    except CallrError as error:
        return [type(error).__name__, error.outcome]
    return None


def their_timeout(callr: Callr, *raised: BaseException) -> Any:  # noqa: ANN401 - JSON
    """A time limit of the library of green threads, which may raise what it is given."""
    limit = green.Timeout(0.3, *raised)
    if sys.argv[1] == "gevent":
        limit.start()
    try:
        callr.sms.send(to=TO, body="too slow")
    except (green.Timeout, *map(type, raised)) as caught:
        return [caught is (raised[0] if raised else limit), caught.__notes__]
    finally:
        limit.cancel()
    return None


def killed(callr: Callr) -> Any:  # noqa: ANN401 - JSON
    seen: list[BaseException] = []

    def work() -> None:
        try:
            callr.sms.send(to=TO, body="too slow")
        except BaseException as caught:
            seen.append(caught)
            raise

    thread = green.spawn(work)
    green.sleep(0.3)
    thread.kill()
    return [type(caught).__name__ for caught in seen]


def main() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    results: dict[str, Any] = {}
    with echoing(delay=0.01) as plain, echoing(context=context) as secure, echoing(delay=PATIENCE) as slow:
        results["many"] = many(plain, Callr("login", "password", base_url=plain.base_url))
        results["tls"] = many(secure, Callr("login", "password", base_url=secure.base_url, tls=trusting))
        callr = Callr("login", "password", base_url=slow.base_url)
        results["our timeout"] = our_timeout(callr)
        results["their timeout"] = their_timeout(callr)
        results["their TimeoutError"] = their_timeout(callr, TimeoutError("the job took too long"))
        results["their OSError"] = their_timeout(callr, ConnectionResetError("the job took too long"))
        results["killed"] = killed(callr)
    print(json.dumps(results), flush=True)  # noqa: T201 - for the test


main()
