"""How much of the contract the traffic of a run has reached, as it was sent and received.

Each part that can be reached is a row: operations, parameters given and left out, every keyword of request
schemas with a value that keeps it and one that breaks it, every keyword of response schemas, statuses,
examples, and rules. Parts that cannot be reached are listed below with their reasons. Coverage is a lower
bound: a server may be wrong in what no keyword expresses.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from callr_sms_contract import events
from callr_sms_contract.contract import Contract, Node, Operation
from callr_sms_contract.oracle import REQUEST_RULES, Exchange
from callr_sms_contract.results.tally import Tally
from callr_sms_contract.wire import Push, Query, read_body, read_query

Part = tuple[str, str]
"""A kind and a name."""

UNREACHABLE: Final = (
    ("status", " 403", "which request would not be permitted, no source says"),
    ("status", " 500", "a correct server never fails"),
    ("answer", " 403 ", "which request would not be permitted, no source says"),
    ("answer", " 500 ", "a correct server never fails"),
    ("broken", "query to type", "a query contains strings only"),
    ("broken", "query body type", "a query contains strings only"),
    ("broken", "query from type", "a query contains strings only"),
    ("broken", "query type type", "a query contains strings only"),
    ("broken", "query options.force_encoding type", "a query contains strings only"),
    ("broken", "query options.nature type", "a query contains strings only"),
    ("broken", "query options.user_data type", "a query contains strings only"),
    ("broken", "path hash type", "a path contains strings only"),
    ("broken", "query body format", "a lone surrogate has no UTF-8 encoding, so no query contains one"),
    (
        "broken",
        "query options.user_data format",
        "a lone surrogate has no UTF-8 encoding, so no query contains one",
    ),
    ("rule", "sendSms parameters-known kept", "the operation has no query parameter"),
    ("event", " onSmsMo ", "no operation of the API creates an incoming SMS, and none subscribes to events"),
    ("rule", " onSmsMo ", "no operation of the API creates an incoming SMS, and none subscribes to events"),
    (
        "event",
        "body.hook_hash pattern",
        "it is null for the endpoint of an SMS, and no operation subscribes to events",
    ),
    (
        "event",
        "body.hook_hash maxLength",
        "it is null for the endpoint of an SMS, and no operation subscribes to events",
    ),
    (
        "broken",
        "query body maxLength",
        "it is the length of the longest valid text: the request line would have 350,000 bytes",
    ),
)
"""Kind, a part of the name, and why no run against a correct server reaches it."""


def reason_of(part: Part, unreachable: Sequence[tuple[str, str, str]] = UNREACHABLE) -> str | None:
    """Return why `part` cannot be reached; None when it can."""
    kind, name = part
    return next((why for other, words, why in unreachable if kind == other and words in f" {name} "), None)


@dataclass
class _Surface:
    """The request and response schemas of one operation."""

    operation: Operation
    query: dict[str, Node]
    path: dict[int, Node]
    """By the index of the path segment."""
    body: Node | None
    responses: dict[str, Node]
    """By status."""
    examples: list[tuple[str, str, Any]] = field(default_factory=list)
    """Name, where (`body`, or a parameter), value."""


class Coverage:
    """Counts what the traffic of one run reaches."""

    def __init__(
        self,
        contract: Contract,
        base_path: str,
        *,
        is_live: bool = False,
        has_shortcodes: bool = True,
        unreachable: Sequence[tuple[str, str, str]] = UNREACHABLE,
    ) -> None:
        self._contract, self._base_path = contract, base_path
        self._is_live, self._has_shortcodes, self._unreachable = is_live, has_shortcodes, unreachable
        self.counts: Counter[Part] = Counter()
        self._missing: dict[str, set[Part]] = {}
        """By operation and `asked` or `answered`: the parts that have not been reached yet."""
        operations = [each for each in contract.operations if each.is_safe or not is_live]
        self._surfaces = {each.id: _surface(contract, each) for each in operations}
        for surface in self._surfaces.values():
            parts = list(self._announced(surface))
            self.counts.update(dict.fromkeys(parts, 0))
            for part in parts:
                self._missing.setdefault(f"{surface.operation.id} {_side(part)}", set()).add(part)
        self._events = (
            {} if is_live else {each.id: _event_nodes(contract, each) for each in contract.webhooks}
        )
        for webhook in contract.webhooks if not is_live else ():
            parts = [part for part in self._of_webhook(webhook) if reason_of(part, unreachable) is None]
            self.counts.update(dict.fromkeys(parts, 0))

    def listen_to(self, stream: events.EventStream) -> None:
        """Count what the events of `stream` reach."""
        stream.subscribe(events.ExchangeRecorded, lambda event: self.take(event.exchange))
        stream.subscribe(
            events.PushRecorded, lambda event: self.take_push(event.webhook, event.push, event.document)
        )

    def _announced(self, surface: _Surface) -> Iterator[Part]:
        name = surface.operation.id
        parts = [("operation", name)]
        parts += [("status", f"{name} {status}") for status in surface.operation.definition["responses"]]
        for parameter, required in surface.operation.query_parameters.items():
            parts.append(("parameter", f"{name} {parameter} given"))
            if not required or not self._is_live:
                parts.append(("parameter", f"{name} {parameter} left out"))
        nodes = [*surface.query.values(), *surface.path.values(), *([surface.body] if surface.body else [])]
        for place, keyword in (point for node in nodes for point in node.all_points()):
            parts.append(("kept", f"{place} {keyword}"))
            parts += [] if self._is_live else [("broken", f"{place} {keyword}")]
        points = (point for node in surface.responses.values() for point in node.all_points())
        parts += [("answer", f"{place} {keyword}") for place, keyword in points]
        parts += [("example", f"{name} {example}") for example, _, _ in surface.examples if not self._is_live]
        for rule in surface.operation.rules:
            if rule != "sender-shortcode" or self._has_shortcodes:
                parts.append(("rule", f"{name} {rule} kept"))
            if rule in REQUEST_RULES and not self._is_live:
                parts.append(("rule", f"{name} {rule} broken"))
        yield from (part for part in parts if reason_of(part, self._unreachable) is None)

    def _of_webhook(self, webhook: Operation) -> Iterator[Part]:
        for node in self._events[webhook.id].values():
            for place, keyword in node.all_points():
                yield "event", f"{place} {keyword}"
        for rule in webhook.rules:
            yield "rule", f"{webhook.id} {rule} kept"

    def take_push(self, webhook: Operation, push: Push, document: Mapping[str, Any]) -> None:
        """Count what a pushed event reaches."""
        for name, node in self._events.get(webhook.id, {}).items():
            value = push.request.headers.get(name) if name else document
            if value is not None:
                for place, keyword, kept in node.reached(value, self._reached("event")):
                    if kept:
                        self._note("event", f"{place} {keyword}")

    def take(self, exchange: Exchange) -> None:
        """Count what an exchange reaches."""
        path = exchange.request.path.removeprefix(self._base_path)
        for operation in self._contract.on_path(path):
            surface = self._surfaces.get(operation.id)
            if surface is None:
                continue
            if operation.method == exchange.request.method:
                self._take(surface, exchange, path)
            elif exchange.response.status == _METHOD_NOT_ALLOWED:
                self._note("status", f"{operation.id} {_METHOD_NOT_ALLOWED}")
                self._response(surface, exchange)

    def _take(self, surface: _Surface, exchange: Exchange, path: str) -> None:
        name = surface.operation.id
        self._note("operation", name)
        self._note("status", f"{name} {exchange.response.status}")
        query = read_query(exchange.request.query)
        given = set(query.names)
        for parameter in surface.operation.query_parameters:
            self._note("parameter", f"{name} {parameter} {'given' if parameter in given else 'left out'}")
        self._request(surface, exchange, query, path)
        self._response(surface, exchange)

    def _request(self, surface: _Surface, exchange: Exchange, query: Query, path: str) -> None:
        if not self._missing.get(f"{surface.operation.id} asked"):
            return
        for name, value in query.pairs:
            if name in surface.query:
                self._value(surface.query[name], _as_sent(value))
                self._examples(surface, name, _as_sent(value))
        for index, node in surface.path.items():
            self._value(node, path.split("/")[index])
            self._examples(surface, node.place.rpartition(" ")[2], path.split("/")[index])
        if surface.body is not None:
            body = read_body(exchange.request.headers.get("content-type"), exchange.request.body)
            for value in body.readings[:1]:
                self._value(surface.body, value)
                self._examples(surface, "body", value)

    def _value(self, node: Node, value: object) -> None:
        for place, keyword, kept in node.reached(value, self._reached("kept", "broken")):
            self._note("kept" if kept else "broken", f"{place} {keyword}")

    def _examples(self, surface: _Surface, where: str, value: object) -> None:
        for example, place, wanted in surface.examples:
            if place == where and wanted == value:
                self._note("example", f"{surface.operation.id} {example}")

    def _response(self, surface: _Surface, exchange: Exchange) -> None:
        node = surface.responses.get(str(exchange.response.status))
        if not self._missing.get(f"{surface.operation.id} answered"):
            return
        if node is not None and exchange.document is not None:
            for place, keyword, kept in node.reached(exchange.document, self._reached("answer")):
                if kept:
                    self._note("answer", f"{place} {keyword}")

    def _reached(self, *kinds: str) -> Callable[[str, str], bool]:
        """Return a predicate: whether a place and keyword was reached as each of `kinds`, or never can be."""
        return lambda place, keyword: all(self.counts.get((kind, f"{place} {keyword}"), 1) for kind in kinds)

    def _note(self, kind: str, name: str) -> None:
        part = kind, name
        if part in self.counts:
            self.counts[part] += 1
            self._missing.get(f"{name.partition(' ')[0]} {_side(part)}", set()).discard(part)

    def add_to(self, tally: Tally) -> None:
        """Add the coverage to `tally`, with that of the rules, which the tally has counted."""
        labels = {surface.operation.label: surface.operation.id for surface in self._surfaces.values()}
        labels |= {webhook.label: webhook.id for webhook in self._contract.webhooks}
        for (label, rule, status), count in tally.rules.items():
            part = "rule", f"{labels.get(label)} {rule} {status}"
            if part in self.counts:
                self.counts[part] += count
        tally.coverage.update(self.counts)


_METHOD_NOT_ALLOWED: Final = 405


def _side(part: Part) -> str:
    """Return what reaches it: `asked` for the values of requests, `answered` for those of responses."""
    return {"answer": "answered", "kept": "asked", "broken": "asked", "example": "asked"}.get(part[0], "any")


def _event_nodes(contract: Contract, webhook: Operation) -> dict[str, Node]:
    """Return the schemas of a webhook: its headers by name, its body by an empty name."""
    body = webhook.definition["requestBody"]["content"]["application/json"]["schema"]
    found = {"": Node(contract, body, f"{webhook.id} body")}
    for each in webhook.definition.get("parameters", ()):
        header = contract.resolve(each)[0]
        found[header["name"].lower()] = Node(contract, header["schema"], f"{webhook.id} {header['name']}")
    return found


def _surface(contract: Contract, operation: Operation) -> _Surface:
    surface = _Surface(operation, {}, {}, None, {})
    for parameter in operation.definition.get("parameters", ()):
        where, name = parameter["in"], parameter["name"]
        node = Node(contract, parameter["schema"], f"{operation.id} {where} {name}")
        if where == "query":
            surface.query[name] = node
        elif where == "path":
            surface.path[operation.path.split("/").index(f"{{{name}}}")] = node
        surface.examples += _named(contract, parameter, name)
    if "requestBody" in operation.definition:
        content = operation.definition["requestBody"]["content"]["application/json"]
        surface.body = Node(contract, content["schema"], f"{operation.id} body")
        surface.examples += _named(contract, content, "body")
    for status, node in operation.definition["responses"].items():
        content = contract.resolve(node)[0].get("content", {}).get("application/json")
        if content is not None:
            surface.responses[status] = Node(contract, content["schema"], f"{operation.id} {status} ")
    return surface


def _named(contract: Contract, owner: Any, where: str) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - JSON
    for name, example in owner.get("examples", {}).items():
        yield f"{where} {name}", where, contract.resolve(example)[0]["value"]


def _as_sent(value: str) -> Any:  # noqa: ANN401 - a word of a query stands for a value of JSON
    return {"true": True, "false": False}.get(value, value)
