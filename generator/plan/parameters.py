"""Parameters of requests: which of them the client can send."""

import re
from dataclasses import replace
from typing import Any

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from generator.errors import ContractError
from generator.plan.argument import ArgumentPlan
from generator.plan.codec import CodecPlan
from generator.plan.security import FRAMING, HEADER_NAME

_STYLES = {"path": "simple", "query": "form", "header": "simple"}
_OWN_HEADERS = (
    frozenset({"accept", "accept-encoding", "authorization", "content-type", "user-agent"}) | FRAMING
)


def find_parameter(endpoint: Endpoint, location: str, name: str, place: str) -> PropertyProtocol:
    """Return what openapi-python-client made of a parameter."""
    lists = {
        "path": endpoint.path_parameters,
        "query": endpoint.query_parameters,
        "header": endpoint.header_parameters,
    }
    if location not in lists:
        raise ContractError(place, f"a parameter in {location} is not supported; use a header or the query")
    for prop in lists[location]:
        if prop.name == name:
            return prop
    raise ContractError(place, "a parameter without a schema is not supported; give it a `schema`")


def check_style(parameter: dict[str, Any], *, is_array: bool, credentials: str, place: str) -> None:
    """Check that the client can write a parameter at its location.

    Args:
        parameter: The parameter.
        is_array: Whether it is an array.
        credentials: The header of the API key; empty without one.
        place: Its place in the contract.
    """
    location = parameter["in"]
    if parameter.get("style", _STYLES[location]) != _STYLES[location] or parameter.get("allowReserved"):
        raise ContractError(place, "only the default style of a parameter is supported; leave `style` out")
    if is_array and location != "query":
        raise ContractError(place, f"an array in {location} is not supported; use the query")
    if location != "header":
        return
    if parameter["name"].lower() in {*_OWN_HEADERS, credentials.lower()}:
        raise ContractError(place, "the client sets this header itself; leave it out")
    if not re.fullmatch(HEADER_NAME, parameter["name"], re.ASCII):
        raise ContractError(place, "a header has a name of letters, digits and hyphens; correct it")


def check_null(codec: CodecPlan, place: str, *, required: bool) -> None:
    """Refuse null where only text can stand: as a value that has to be sent, and as an item of an array."""
    if " | None, ...]" in codec.hint:
        raise ContractError(place, "null in an array is not supported here; leave it out of the items")
    if required and codec.code.startswith("_codecs.Nullable("):
        raise ContractError(place, "it is required, but null cannot be sent here; leave null out of its type")


def round_up(plan: ArgumentPlan, place: str) -> ArgumentPlan:
    """Return the argument with a codec that rounds up to the second; RFC 3339 needs none."""
    if plan.codec.hint == "datetime" and "rounded" not in plan.codec.note:
        return plan  # RFC 3339: it is sent with its fraction of a second
    if plan.codec.hint != "datetime" or "to the second" not in plan.codec.note:
        raise ContractError(
            place,
            "only a datetime to the second can be rounded up; remove it from `rounded_up` in the settings",
        )
    note = plan.codec.note.replace("rounded down", "rounded up")
    return replace(plan, codec=replace(plan.codec, code="_codecs.Moment(round_up=True)", note=note))
