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

    def samples(self, operation: Operation) -> list[tuple[str, str]]:
        """Return code for an operation: pairs of a language and its code."""
        own = [(one["label"], one["source"]) for one in operation.node.get("x-codeSamples", [])]
        return [("curl", self.curl(operation)), *own, ("requests", self.requests(operation))]

    def curl(self, operation: Operation) -> str:
        """Return a request with the required parameters as a curl command."""
        url, pairs, body = self._call(operation)
        query = [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in pairs]
        lines = ["curl -u LOGIN:PASSWORD", f"{'-G ' if query else ''}{shlex.quote(url)}", *query]
        if body is not None:
            written = json.dumps(body, ensure_ascii=False)
            lines += [shlex.join(["-H", f"Content-Type: {_JSON_TYPE}"]), f"-d {shlex.quote(written)}"]
        return " \\\n  ".join(lines)

    def requests(self, operation: Operation) -> str:
        """Return the same request as a Python program that uses the library `requests`."""
        url, pairs, body = self._call(operation)
        lines = ["import requests", "", f"response = requests.{operation.method}(", f"    {json.dumps(url)},"]
        for name, value in (("params", dict(pairs)), ("json", body)):
            if value:
                shown = "".join(
                    f"        {json.dumps(key)}: {json.dumps(one, ensure_ascii=False)},\n"
                    for key, one in value.items()
                )
                lines.append(f"    {name}={{\n{shown}    }},")
        lines += ['    auth=("LOGIN", "PASSWORD"),', "    timeout=30,", ")", 'print(response.json()["data"])']
        return "\n".join(lines)

    def _call(self, operation: Operation) -> tuple[str, list[tuple[str, str]], Any]:
        """Return the URL, the query and the body of a request with the required parameters."""
        parameters = [self.resolve(one) for one in operation.node.get("parameters", [])]
        required = [one for one in parameters if one.get("required")]
        needed = [(one["in"], one["name"], str(self.example(one))) for one in required]
        path = operation.place
        for where, name, value in needed:
            path = path.replace(f"{{{name}}}", value) if where == "path" else path
        servers = self.document["servers"]
        # Where trying is free.
        sandbox = next((one for one in servers if one.get("x-internal")), servers[0])["url"]
        content = operation.node.get("requestBody", {}).get("content", {})
        body = self.example(content[_JSON_TYPE]) if content else None
        return sandbox + path, [(name, value) for where, name, value in needed if where == "query"], body


def types_of(schema: Json) -> list[str]:
    """Return the JSON types of a schema; empty if it accepts any."""
    types = schema.get("type", [])
    return types if isinstance(types, list) else [types]
