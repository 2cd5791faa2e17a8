"""What the contract lets a server say, and whether what the client made of it is the same."""

from __future__ import annotations

import copy
import json
import pickle
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from callr_sms_client import (
    IncomingEvent,
    Sms,
    SmsOptionsAsSent,
    SmsOptionsAsSentWebhook,
    StatusChange,
    StatusUpdateEvent,
)
from tests.together.values import LEAP_SECONDS, Brief, Schemas, Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callr_sms_contract.contract.document import Contract, Operation


_ZERO: Final = "0000-00-00 00:00:00"


@dataclass(frozen=True, repr=False)
class Told(Brief):
    """JSON, and the bytes that say it."""

    document: Any
    body: bytes


def told(documents: Values) -> st.SearchStrategy[Told]:
    """The JSON in any of the ways that RFC 8259 lets it be written."""
    ways = st.fixed_dictionaries(
        {
            "ensure_ascii": st.booleans(),
            "indent": st.sampled_from([None, 0, 2, "\t"]),
            "separators": st.sampled_from([None, (",", ":"), (" ,\r\n", " : ")]),
        }
    )
    return st.builds(_write, documents, ways, st.booleans())


def _write(document: object, ways: Mapping[str, Any], with_escapes: bool) -> Told:  # noqa: FBT001 - drawn
    text = json.dumps(document, **ways)
    # A solidus stands in strings alone, and may be escaped there.
    body = text.replace("/", "\\/") if with_escapes else text
    return Told(document, body.encode("utf-8"))


def answers(contract: Contract, operation: Operation, status: str) -> st.SearchStrategy[Told]:
    """Every answer of one status that the contract allows an operation."""
    response, _ = contract.resolve(operation.definition["responses"][status])
    return told(Schemas(contract, is_open=True).values(response["content"]["application/json"]["schema"]))


def events(contract: Contract, name: str) -> st.SearchStrategy[Told]:
    """Every event of one webhook that the contract allows."""
    content = contract.document["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]
    return told(Schemas(contract, is_open=True).values(content["schema"]))


def check_copies(model: Any, document: object) -> None:  # noqa: ANN401 - any class of models
    """The model has the JSON that came, and so has all that is made of it."""
    made_again = (
        *(pickle.loads(pickle.dumps(model, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),  # noqa: S301 - our own
        copy.copy(model),
        copy.deepcopy(model),
        type(model).from_dict(json.loads(json.dumps(model.to_dict()))),
    )
    for each in (model, *made_again):
        assert type(each) is type(model)
        assert each == model
        assert hash(each) == hash(model)
        assert repr(each) == repr(model)
        assert each.reveal() == model.reveal()
        assert same_json(each.to_dict(), document)


def same_json(one: object, other: object) -> bool:
    """Whether the two are the same JSON: numbers by value, and no truth value is a number."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)


FIELDS: Final[Mapping[type, str]] = {
    Sms: "SMS",
    SmsOptionsAsSent: "SMS.OptionsAsSent",
    SmsOptionsAsSentWebhook: "SMS.OptionsAsSent.Webhook",
    StatusChange: "StatusChange",
    StatusUpdateEvent: "StatusUpdateEvent",
    IncomingEvent: "IncomingEvent",
}
"""The classes of what comes, each with its schema."""


class Fields:
    """Compares the fields of models with their JSON."""

    def __init__(self, contract: Contract) -> None:
        self._schemas = contract.document["components"]["schemas"]

    def check(self, value: object, document: object, place: str = "") -> None:
        """A value is what the JSON says, and each field that the contract names is there to be read."""
        if type(value) in FIELDS:
            assert isinstance(document, dict), place
            for name in self._schemas[FIELDS[type(value)]]["properties"]:
                field = getattr(value, f"{name}_" if name in {"from", "try"} else name)
                self.check(field, document.get(name), f"{place}.{name}")
        elif isinstance(value, list | tuple):
            assert isinstance(document, list), place
            assert len(value) == len(document), place
            for index, (item, said) in enumerate(zip(value, document, strict=True)):
                self.check(item, said, f"{place}[{index}]")
        else:
            check_plain(value, document, place)


def check_plain(value: object, document: object, place: str) -> None:
    """A field without fields of its own is what the JSON says."""
    if isinstance(value, datetime):
        assert document != _ZERO, place
        assert value.utcoffset() == timedelta(), place
        assert value.isoformat() == as_utc(document), place
    elif value is None:
        # "Not yet" has a date of its own.
        assert document in (None, _ZERO), place
    elif isinstance(value, Decimal):
        # As many places as were written; zeros in front say nothing.
        assert re.fullmatch(f"0*{re.escape(str(value))}", str(document)), place
    else:
        assert value == document, place
        assert type(value) in (int, bool) or isinstance(value, str), place


def as_utc(text: object) -> str:
    """A date of the contract as Python writes a moment in UTC."""
    assert isinstance(text, str)
    if text in LEAP_SECONDS:
        return LEAP_SECONDS[text]
    if text[10] == " ":
        return datetime.fromisoformat(f"{text}+00:00").isoformat()
    return datetime.fromisoformat(text.upper()).astimezone(UTC).isoformat()
