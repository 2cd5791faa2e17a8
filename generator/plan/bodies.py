"""Bodies of requests: how the client writes them, and what it cannot write."""

from typing import Any

from generator.errors import Reasons
from generator.parser import FORM, JSON, PARTS, Document, essence, is_json, with_parameters
from generator.plan.argument import ArgumentPlan
from generator.plan.codec import CodecPlan


def body_format(document: Document, operation: dict[str, Any], place: str) -> str:
    """Return the expression for how the body of an operation is written; empty for plain JSON."""
    content = (operation.get("requestBody") or {}).get("content") or {}
    media_type = next(iter(content), JSON)
    match with_parameters(media_type):
        case "application/json" | "*/*":
            return ""
        case found if essence(found) == FORM:
            return "_calls.Form()"
        case found if essence(found) == PARTS:
            types = _types_of_parts(document, content[media_type], place)
            return f"_calls.Parts({types or ''})"
        case found:
            return f"_calls.{'BodyFormat' if is_json(media_type) else 'Content'}({found!r})"


def _types_of_parts(document: Document, media: dict[str, Any], place: str) -> dict[str, str]:
    """Return the media types of files, from `encoding`, or else from their schemas."""
    types: dict[str, str] = {}
    for name, node in document.resolve(media.get("schema") or {}, place).get("properties", {}).items():
        schema = document.resolve(node, place)
        item = document.resolve(schema.get("items", {}), place)
        types[name] = str(schema.get("contentMediaType") or item.get("contentMediaType") or "")
    for name, each in (media.get("encoding") or {}).items():
        types[name] = str(each.get("contentType") or types.get(name, ""))
    return {name: found for name, found in types.items() if found and not {",", "*"} & set(found)}


def whole_body(body: dict[str, Any], codec: CodecPlan, models: tuple[str, ...]) -> ArgumentPlan:
    """Return the argument that is all of a body."""
    return ArgumentPlan(
        "body",
        "body",
        "WholeBody",
        codec,
        bool(body.get("required")),
        body.get("description", ""),
        models=models,
    )


def check_form(arguments: list[ArgumentPlan]) -> None:
    """Refuse what the fields of a form cannot hold."""
    reasons = Reasons()
    for argument in arguments:
        if argument.models or "dict[" in argument.codec.hint or "object" in argument.codec.hint:
            reasons.add([f"{argument.where}: an object in a form is not supported; offer JSON, too"])
    reasons.check()


def check_encoding(arguments: list[ArgumentPlan], encoding: dict[str, Any], place: str) -> None:
    """Refuse an encoding of a part or a field that is not the one in which the client writes it."""
    reasons = Reasons()
    for argument in arguments:
        given = encoding.get(argument.name, {})
        usual = {"style": "form", "explode": True, "allowReserved": False}
        others = sorted(
            key for key, value in given.items() if key != "contentType" and usual.get(key) != value
        )
        is_object = argument.models or "dict[" in argument.codec.hint
        wanted = JSON if is_object else "text/plain"
        types = [essence(each) for each in given.get("contentType", wanted).split(",")]
        if "_codecs.File()" not in argument.codec.code and wanted not in types:
            others.append(f"contentType {given['contentType']}")
        if others:
            reasons.add(
                [f"{place}, encoding of {argument.name}: {', '.join(others)} is not supported; remove it"]
            )
    reasons.check()
