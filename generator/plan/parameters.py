"""Parameters of requests: which of them the client can send."""

from dataclasses import replace
from typing import Any

from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from generator.errors import ContractError
from generator.plan.argument import ArgumentPlan

_STYLES = {"path": "simple", "query": "form", "header": "simple"}
_OWN_HEADERS = frozenset({"accept", "accept-encoding", "authorization", "content-type", "host", "user-agent"})


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


def check_style(parameter: dict[str, Any], *, is_array: bool, place: str) -> None:
    """Check that the client can write a parameter at its location."""
    location = parameter["in"]
    if parameter.get("style", _STYLES[location]) != _STYLES[location] or parameter.get("allowReserved"):
        raise ContractError(place, "only the default style of a parameter is supported; leave `style` out")
    if is_array and location != "query":
        raise ContractError(place, f"an array in {location} is not supported; use the query")
    if location == "header" and parameter["name"].lower() in _OWN_HEADERS:
        raise ContractError(place, "the client sets this header itself; leave it out")


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
