"""Every mutant has a name of its own, can be made, and does not break down over what it meets."""

import base64
import json
import re
import urllib.parse
from collections.abc import Callable, Iterator

import pytest

from mutants import MUTANTS, LyingProxy, Mutant, Request, Response, registry
from tests.conftest import RunningEmulator

TO = "+33639981234"
RICH = {
    "to": TO,
    "from": "My Shop",
    "body": "« fête » %STOPNUM% 5 € 👍\r\n",
    "options": {
        "force_encoding": "GSM",
        "nature": "ALERTING",
        "flash_message": True,
        "user_data": "order 42",
        "webhook": {"endpoint": "https://example.com/a", "hmac_secret": "s", "hmac_algo": "MD5"},
    },
}


def test_every_mutant_has_a_name_of_its_own() -> None:
    names = [mutant.name for mutant in registry._ALL]  # noqa: SLF001 - what the mapping would hide
    assert len(names) == len(set(names))


def test_names_kinds_and_summaries_are_well_formed() -> None:
    for mutant in MUTANTS.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mutant.name), mutant
        assert mutant.summary == mutant.summary.strip(" .\n"), mutant
        assert "\n" not in mutant.summary, mutant


def test_no_two_mutants_say_the_same_of_themselves() -> None:
    summaries = [mutant.summary for mutant in MUTANTS.values()]
    assert len(summaries) == len(set(summaries))


class Conversation:
    """Requests of every sort to the emulator, whose answers are kept: the same request is asked once."""

    def __init__(self, emulator: RunningEmulator) -> None:
        self._proxy = LyingProxy(emulator.base_url)
        self._base = urllib.parse.urlsplit(emulator.base_url).path
        token = base64.b64encode(f"{emulator.login}:{emulator.password}".encode()).decode()
        self._authorization = ("Authorization", f"Basic {token}")
        self._known: dict[Request, Response] = {}

    def forward(self, asked: Request) -> Response:
        if asked not in self._known:
            self._known[asked] = self._proxy.forward(asked)
        return self._known[asked]

    def close(self) -> None:
        self._proxy.release()

    def ask(self, method: str, path: str, document: object = None, *headers: tuple[str, str]) -> Request:
        body = b"" if document is None else json.dumps(document).encode()
        kind = (("Content-Type", "application/json"),) if body else ()
        return Request(method, self._base + path, headers or (self._authorization, *kind), body, self._base)

    def hold(self, answer: Callable[[Request], Response]) -> Iterator[Response]:
        window = {"type": "OUT", "from": "2020-01-01 00:00:00", "to": "2099-01-01 00:00:00"}
        query = urllib.parse.urlencode
        backward = {**window, "to": "2019-01-01 00:00:00"}
        sent = self.forward(self.ask("POST", "/sms", RICH)).result
        wrong: tuple[object, ...] = ({}, [], {"to": 1, "body": None}, {**RICH, "options": 1})
        for document in (RICH, {"to": TO, "body": "x"}, *wrong):
            yield answer(self.ask("POST", "/sms", document))
        yield answer(self.ask("POST", "/sms", "x", self._authorization, ("Content-Type", "text/plain")))
        for path in (f"/sms/{sent}", f"/sms/{sent}?hash=1", "/sms/ZZZZZZZZ", "/sms/z", "/nothing", "/sms/"):
            yield answer(self.ask("GET", path))
        for pairs in (window, {**window, "type": "IN"}, backward, {**window, "to": "x"}, {"type": "BOTH"}):
            yield answer(self.ask("GET", f"/sms?{query(pairs)}"))
        for pairs in ({"to": TO, "body": "a b"}, {"to": TO, "options.flash_message": "x"}, {}):
            yield answer(self.ask("GET", f"/sms/send?{query(pairs)}"))
        for method in ("DELETE", "PUT", "HEAD", "OPTIONS"):
            yield answer(self.ask(method, "/sms"))
        for header in ("Basic x", "Basic ZW11bGF0b3I6eA==", "Bearer x", ""):
            yield answer(self.ask("GET", f"/sms?{query(window)}", None, ("Authorization", header)))
        for _ in range(8):
            yield answer(self.ask("GET", f"/sms/{sent}"))


@pytest.fixture(scope="module")
def conversation(emulator: RunningEmulator) -> Iterator[Conversation]:
    found = Conversation(emulator)
    yield found
    found.close()


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=lambda mutant: mutant.name)
def test_a_lie_survives_whatever_it_is_asked(mutant: Mutant, conversation: Conversation) -> None:
    lie = mutant.make()
    answers = list(conversation.hold(lambda asked: lie(asked, conversation.forward)))
    assert all(isinstance(told, Response) for told in answers)
