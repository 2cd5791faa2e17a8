"""The client against a server that nobody here wrote: Prism serves the contract, and makes its answers up.

Prism reads schemas and patterns with other libraries than any part of this repository does, and refuses
requests that break the contract.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from callr_sms_client import Callr, CallrError, Sms, SmsOptions, SmsOptionsWebhook
from tests.peers.prism import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMES = 100


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prism that makes answers up and refuses wrong requests."""
    with serving(tmp_path_factory.mktemp("prism"), "--dynamic", "--errors") as base_url:
        yield base_url


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
