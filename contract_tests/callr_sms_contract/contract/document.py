"""The contract as the tests read it: operations by path and method, parameters and named rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache, reduce
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit

import yaml

from callr_sms_contract.contract.spellings import METHODS, found_at, in_one_spelling

_ARTICLES = frozenset({"a", "an", "the"})
_SAME_WORDS = 6
"""Two sentences that share so many words in a row say the same."""
_PACKED = Path(__file__).resolve().parents[1] / "openapi.yaml"
_SOURCE = Path(__file__).resolve().parents[3] / "openapi" / "openapi.yaml"
CONTRACT_PATH = _PACKED if _PACKED.exists() else _SOURCE
"""In an installed package the document lies in the package itself."""

LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C needs a quarter of the time; not every build of PyYAML has it."""

_PATHS = 10_000
"""The size of the cache of paths: a run requests the same ones again and again."""

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    definition: Json
    pointer: str
    """Where the definition stands in the document, as a JSON pointer of the kind that `$ref` takes."""

    @property
    def label(self) -> str:
        """Return the name that schemathesis uses, such as `POST /sms`."""
        return f"{self.method} {self.path}"

    @property
    def is_safe(self) -> bool:
        """Return whether it may be retried safely; an unsafe operation is a send, which costs money."""
        return self.definition.get("x-callr-safe") is True

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Return the names of the rules that its responses can show, out of its `x-callr-rules`."""
        return tuple(rule["name"] for rule in self.definition.get("x-callr-rules", ()) if "at" not in rule)

    @cached_property
    def query_parameters(self) -> Mapping[str, bool]:
        """Return its query parameters, and whether each is required."""
        found = [each for each in self.definition.get("parameters", ()) if each["in"] == "query"]
        return {each["name"]: bool(each.get("required", False)) for each in found}

    def parameter_pointer(self, name: str) -> str:
        """Return the pointer to the schema of the parameter `name`."""
        names = [each["name"] for each in self.definition["parameters"]]
        return f"{self.pointer}/parameters/{names.index(name)}/schema"


@dataclass(frozen=True)
class Webhook(Operation):
    """A webhook of the contract; its path is its name."""

    @property
    def label(self) -> str:
        """Return the name that reports use, such as `webhook sms-mo`."""
        return f"webhook {self.path}"


class Contract:
    """An OpenAPI document, read once."""

    def __init__(self, document: Json, path: Path | None = None) -> None:
        """Take a document in any spelling that OpenAPI allows, and its file; raises BrokenReferenceError."""
        self.document = document = in_one_spelling(document)
        self.path = path
        self.operations = tuple(_operations(document))
        self.webhooks = tuple(_webhooks(document))
        self.on_path = lru_cache(_PATHS)(self._on_path)
        """Returns the operations that a path matches; a literal segment beats a parameter."""
        self._at = lru_cache(maxsize=None)(self._find)

    @classmethod
    def load(cls, path: Path = CONTRACT_PATH) -> "Contract":
        """Read the document at `path`; raises OSError or yaml.YAMLError."""
        document = yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506 - both loaders are safe
        return cls(document, path)

    @cached_property
    def rules(self) -> frozenset[str]:
        """Return the names of all rules of all operations and webhooks."""
        everything = (*self.operations, *self.webhooks)
        return frozenset(name for operation in everything for name in operation.rules)

    def rule_source(self, name: str) -> str:
        """Return the source of the rule `name` in words, also when it is a choice."""
        everything = (*self.operations, *self.webhooks)
        rules = (rule for operation in everything for rule in operation.definition.get("x-callr-rules", ()))
        words = next((rule["x-provenance"] for rule in rules if rule["name"] == name), ["choice"])
        return "a choice of the contract, by no source" if words == ["choice"] else ", ".join(words)

    @property
    def final_statuses(self) -> list[str]:
        """Return the statuses after which no other comes; an empty list if the contract names none."""
        schemas = self.document.get("components", {}).get("schemas", {})
        found: list[str] = schemas.get("Status", {}).get("x-final-values", [])
        return found

    def rule_words(self, name: str) -> str:
        """Return the first sentence of the rule `name`; an empty string if the contract has none."""
        everything = (*self.operations, *self.webhooks)
        rules = (rule for operation in everything for rule in operation.definition.get("x-callr-rules", ()))
        return next((_sentence(rule.get("description")) for rule in rules if rule["name"] == name), "")

    def parameter_words(self, operation: Operation, name: str) -> str:
        """Return what the contract says about a parameter or a property of the body, without repetitions."""
        node = self._parameter(operation, name) or self._property(operation, name)
        if node is None:
            return ""
        schema = node.get("schema", node)
        texts = (
            node.get("description"),
            schema.get("description"),
            self.resolve(schema)[0].get("description"),
        )
        return reduce(without_repetition, dict.fromkeys(filter(None, map(_sentence, texts))), "")

    def _parameter(self, operation: Operation, name: str) -> Json | None:
        return next(
            (each for each in operation.definition.get("parameters", ()) if each["name"] == name), None
        )

    def _property(self, operation: Operation, name: str) -> Json | None:
        content = operation.definition.get("requestBody", {}).get("content", {})
        node: Json | None = content.get("application/json", {}).get("schema")
        for step in name.split("."):
            node = self.resolve(node)[0].get("properties", {}).get(step) if node is not None else None
        return node

    @property
    def base_path(self) -> str:
        """Return the base path of the first server in the contract."""
        url: str = self.document["servers"][0]["url"]
        return urlsplit(url).path.rstrip("/")

    def _on_path(self, path: str) -> tuple[Operation, ...]:
        templates = {operation.path for operation in self.operations if _fits(operation.path, path)}
        if not templates:
            return ()
        best = min(templates, key=lambda template: (template.count("{"), template))
        return tuple(operation for operation in self.operations if operation.path == best)

    def resolve(self, node: Json) -> tuple[Json, str | None]:
        """Return the object that `node` is or refers to, and the pointer if it was a reference."""
        reference = node.get("$ref")
        return (node, None) if reference is None else (self._at(reference), reference)

    def _find(self, reference: str) -> Json:
        return cast("Json", found_at(self.document, reference))


def without_repetition(said: str, sentence: str) -> str:
    """Return both texts as one; what `sentence` repeats is left out, and what it adds to that follows it."""
    words, more = said.split(), sentence.rstrip(".").split()
    known, added = ([word.strip(".,:;").lower() for word in each] for each in (words, more))
    if set(added) - _ARTICLES <= set(known):
        return said
    same = SequenceMatcher(None, known, added, autojunk=False).find_longest_match()
    if same.size < _SAME_WORDS:
        return f"{said} {sentence}".strip()
    last = same.a + same.size - 1
    end = words[last][len(words[last].rstrip(".,:;")) :]
    words[last] = " ".join([words[last].rstrip(".,:;"), *more[same.b + same.size :]]) + end
    return " ".join(words)


def _sentence(text: object) -> str:
    """Return the first sentence of a description, in one line."""
    line = " ".join(str(text or "").split())
    return line.partition(". ")[0].rstrip(".") + "." if line else ""


def _operations(document: Json) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in (each for each in METHODS if each in item):
            # A `$ref` is a URI: the braces of a path template have to be escaped in it.
            pointer = f"#/paths/{quote(path.replace('~', '~0').replace('/', '~1'), safe='~')}/{method}"
            definition = item[method]
            yield Operation(definition["operationId"], method.upper(), path, definition, pointer)


def _webhooks(document: Json) -> Iterator[Webhook]:
    for name, item in document.get("webhooks", {}).items():
        for method in (each for each in METHODS if each in item):
            pointer = f"#/webhooks/{quote(name.replace('~', '~0').replace('/', '~1'), safe='~')}/{method}"
            definition = item[method]
            yield Webhook(definition.get("operationId", name), method.upper(), name, definition, pointer)


def _fits(template: str, path: str) -> bool:
    wanted, given = template.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        (want.startswith("{") and have != "") or want == have
        for want, have in zip(wanted, given, strict=True)
    )
