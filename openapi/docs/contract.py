"""The contract as the page shows it: resolved references, operations in order, a request to try."""

from __future__ import annotations

import json
import shlex
from typing import Any

from openapi.document import Json, Operation, operations, resolve, rules_of

_JSON_TYPE = "application/json"


class Contract:
    """A document, with the functions that the page needs."""

    def __init__(self, document: Json) -> None:
        self.document = document

    def resolve(self, node: Json) -> Json:
        """Follow `$ref` to the end."""
        return resolve(self.document, node)

    def operations(self, tag: str) -> list[Operation]:
        """Return the operations and webhooks of a tag, in the order of the document."""
        return [one for one in operations(self.document) if tag in one.node["tags"]]

    def rules(self, operation: Operation) -> list[tuple[str, Json]]:
        """Return the rules of an operation, each with its pointer."""
        return rules_of(self.document, operation)

    def object_in(self, schema: Json) -> tuple[str, Json] | None:
        """Return the title and the schema of the object that a schema is or lists; None without one."""
        node = self.resolve(schema)
        if "properties" in node:
            return node.get("title", ""), node
        return self.object_in(node["items"]) if "items" in node else None

    def example(self, node: Json) -> Any:  # noqa: ANN401 - an example is any JSON
        """Return the value of the first example of a parameter, a header or a media type."""
        return self.resolve(next(iter(node["examples"].values())))["value"]

    def curl(self, operation: Operation) -> str:
        """Return a request with the required parameters as a curl command."""
        parameters = [self.resolve(one) for one in operation.node.get("parameters", [])]
        required = [one for one in parameters if one.get("required")]
        needed = [(one["in"], one["name"], str(self.example(one))) for one in required]
        path = operation.place
        for where, name, value in needed:
            path = path.replace(f"{{{name}}}", value) if where == "path" else path
        query = [
            f"--data-urlencode {shlex.quote(f'{name}={value}')}"
            for kind, name, value in needed
            if kind == "query"
        ]
        servers = self.document["servers"]
        # Where trying is free.
        sandbox = next((one for one in servers if one.get("x-internal")), servers[0])["url"]
        lines = [f"curl -u LOGIN:PASSWORD {'-G ' if query else ''}{shlex.quote(sandbox + path)}", *query]
        if "requestBody" in operation.node:
            example = self.example(operation.node["requestBody"]["content"][_JSON_TYPE])
            body = json.dumps(example, ensure_ascii=False)
            lines += [shlex.join(["-H", f"Content-Type: {_JSON_TYPE}"]), f"-d {shlex.quote(body)}"]
        return " \\\n  ".join(lines)


def types_of(schema: Json) -> list[str]:
    """Return the JSON types of a schema; empty if it accepts any."""
    types = schema.get("type", [])
    return types if isinstance(types, list) else [types]
