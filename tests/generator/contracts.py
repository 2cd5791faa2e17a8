"""Edits of the contract, and comparisons with it."""

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
    """Set the value at a pointer; `...` removes it."""
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
    """Append to a list."""
    return lambda document: at(document, pointer).append(copy.deepcopy(value))


def without(pointer: str, value: object) -> Edit:
    """Remove a value from a list."""
    return lambda document: at(document, pointer).remove(value)


def both(*edits: Edit) -> Edit:
    """Combine several edits."""

    def edit(document: Json) -> None:
        for one in edits:
            one(document)

    return edit


def rename(pointer: str, before: str, after: str) -> Edit:
    """Rename a property of an object, and keep its position."""

    def edit(document: Json) -> None:
        place = at(document, pointer)
        items = list(place.items())
        place.clear()
        place.update((after if name == before else name, value) for name, value in items)

    return edit


def rename_hash(document: Json) -> None:
    """Rename the parameter of the path, wherever it is named."""
    item = document["paths"].pop("/sms/{hash}")
    item["get"]["parameters"][0]["name"] = "id"
    document["paths"]["/sms/{id}"] = item
    document["components"]["links"]["ReadSentSms"]["parameters"] = {"id": "$response.body#/data"}


def rename_tag(document: Json) -> None:
    """Rename the tag of the four operations."""
    document["tags"][0]["name"] = "Messages"
    for item in document["paths"].values():
        for operation in item.values():
            operation["tags"] = ["Messages"]


def rename_schema(document: Json) -> None:
    """Rename a schema of responses, whose name is not on the wire."""
    schemas = document["components"]["schemas"]
    schemas["ChangeOfStatus"] = schemas.pop("StatusChange")
    schemas["SMS"]["properties"]["status_history"]["items"] = {"$ref": "#/components/schemas/ChangeOfStatus"}


@functools.cache
def base() -> Contract:
    """The contract, read once, because comparisons do not change it."""
    return read_contract(CONTRACT)


def edited(folder: Path, *edits: Edit) -> Contract:
    """An edited copy of the contract, in JSON, which is YAML that can be written fast."""
    document = copy.deepcopy(base().document)
    both(*edits)(document)
    path = folder / "edited.yaml"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return contract_of(document, path)


def comparison(folder: Path, *edits: Edit) -> Comparison:
    """Compare the contract with an edited copy of it."""
    return compare_contracts(base(), edited(folder, *edits), CONFIG)
