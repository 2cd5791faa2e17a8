"""Edits of the contract, and what a comparison with it finds."""

from __future__ import annotations

import copy
import functools
import json
from typing import TYPE_CHECKING, Any

from generator.diff.compare import Comparison, compare_contracts
from generator.diff.contract import Contract, contract_of, read_contract
from openapi.document import CONTRACT, at
from tests.generator.support import CONFIG

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Json = dict[str, Any]
    Edit = Callable[[Json], object]

LIST = "/paths/~1sms/get"
SEND = "/paths/~1sms/post"
QUERY = "/paths/~1sms~1send/get"
GET = "/paths/~1sms~1{hash}/get"
SCHEMAS = "/components/schemas"
SMS = f"{SCHEMAS}/SMS"
REQUEST = f"{SCHEMAS}/SendSmsRequest"


def put(pointer: str, to: object) -> Edit:
    """Set what stands at a pointer; `...` takes it away."""
    around, _, last = pointer.rpartition("/")

    def edit(document: Json) -> None:
        place = at(document, around)
        key = int(last) if isinstance(place, list) else last.replace("~1", "/").replace("~0", "~")
        if to is ...:
            del place[key]
        else:
            place[key] = copy.deepcopy(to)

    return edit


def append(pointer: str, value: object) -> Edit:
    """Add to the end of a list."""
    return lambda document: at(document, pointer).append(copy.deepcopy(value))


def without(pointer: str, value: object) -> Edit:
    """Take a value out of a list."""
    return lambda document: at(document, pointer).remove(value)


def both(*edits: Edit) -> Edit:
    """Do several edits."""

    def edit(document: Json) -> None:
        for one in edits:
            one(document)

    return edit


def rename(pointer: str, before: str, after: str) -> Edit:
    """Give a member of an object another name, in its place."""

    def edit(document: Json) -> None:
        place = at(document, pointer)
        members = list(place.items())
        place.clear()
        place.update((after if name == before else name, value) for name, value in members)

    return edit


def rename_hash(document: Json) -> None:
    """The parameter of the path, and all that names it."""
    item = document["paths"].pop("/sms/{hash}")
    item["get"]["parameters"][0]["name"] = "id"
    document["paths"]["/sms/{id}"] = item
    document["components"]["links"]["ReadSentSms"]["parameters"] = {"id": "$response.body#/data"}


def rename_tag(document: Json) -> None:
    """The tag of the four operations."""
    document["tags"][0]["name"] = "Messages"
    for item in document["paths"].values():
        for operation in item.values():
            operation["tags"] = ["Messages"]


def rename_schema(document: Json) -> None:
    """A schema of answers, which the wire does not know by its name."""
    schemas = document["components"]["schemas"]
    schemas["ChangeOfStatus"] = schemas.pop("StatusChange")
    schemas["SMS"]["properties"]["status_history"]["items"] = {"$ref": "#/components/schemas/ChangeOfStatus"}


@functools.cache
def base() -> Contract:
    """The contract, read once: the comparisons leave it as it is."""
    return read_contract(CONTRACT)


def edited(folder: Path, *edits: Edit) -> Contract:
    """A copy of the contract with some edits; JSON, which is YAML that is written fast."""
    document = copy.deepcopy(base().document)
    both(*edits)(document)
    path = folder / "edited.yaml"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return contract_of(document, path)


def comparison(folder: Path, *edits: Edit) -> Comparison:
    """Compare the contract with an edited copy of it."""
    return compare_contracts(base(), edited(folder, *edits), CONFIG)
