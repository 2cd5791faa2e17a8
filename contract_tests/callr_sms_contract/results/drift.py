"""What the traffic says of each statement of the contract: confirmed, contradicted, or nothing.

Where the contract's only source is a `choice`, a run against the live API proves or refutes it. Evidence is
the shape of a value, never the value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from callr_sms_contract import events
from callr_sms_contract.contract import Contract, Operation, Schemas
from callr_sms_contract.oracle import BAD_REQUEST, OK, REQUEST_RULES, Exchange, RuleStatus
from callr_sms_contract.results.record import Drift
from callr_sms_contract.results.shapes import shape
from callr_sms_contract.results.tally import Tally
from callr_sms_contract.settings import ACCOUNT_PHASE
from callr_sms_contract.wire import Push

_SAMPLE: Final = 20
"""How many SMS at each end of a list are looked at: more would show the same."""
_LONGEST: Final = 160


@dataclass
class _Count:
    """The evidence for and against one statement."""

    says: str
    provenance: str
    confirmed: int = 0
    contradicted: int = 0
    evidence: str = ""

    def note(self, *, holds: bool, evidence: str = "") -> None:
        if holds:
            self.confirmed += 1
        else:
            self.contradicted += 1
            self.evidence = self.evidence or evidence


def _body_schema(webhook: Operation) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = webhook.definition["requestBody"]["content"]["application/json"]["schema"]
    return schema


@dataclass
class DriftObserver:
    """Compares the traffic of one run with each statement of the contract."""

    contract: Contract
    base_path: str
    """The base path of the server, without a slash at the end."""
    schemas: Schemas = field(init=False)
    _counts: dict[str, _Count] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.schemas = Schemas(self.contract)
        for operation in self.contract.operations:
            self._announce(operation)
        for webhook in self.contract.webhooks:
            self._announce_webhook(webhook)

    def listen_to(self, stream: events.EventStream) -> None:
        """Note what the events of `stream` show; exchanges only until the state machine starts.

        Differences are known by then, and noting them again takes longer than a call.
        """

        def take(event: events.ExchangeRecorded) -> None:
            self.take(event.exchange)

        def start(event: events.PhaseStarted) -> None:
            if event.phase == ACCOUNT_PHASE:
                stream.unsubscribe(events.ExchangeRecorded, take)

        stream.subscribe(events.PhaseStarted, start)
        stream.subscribe(events.ExchangeRecorded, take)
        stream.subscribe(
            events.PushRecorded, lambda event: self.take_push(event.webhook, event.push, event.document)
        )

    def take(self, exchange: Exchange) -> None:
        """Note what an exchange shows."""
        operation = exchange.verdict.operation or self._asked(exchange)
        if operation is None:
            return
        self._take_status(operation, exchange)
        self._take_request(operation, exchange)
        node = operation.definition["responses"].get(str(exchange.response.status))
        if node is None:
            return
        response, reference = self.contract.resolve(node)
        pointer = reference or f"{operation.pointer}/responses/{exchange.response.status}"
        self._take_headers(response, pointer, exchange)
        content = response.get("content", {}).get("application/json")
        if content is not None and exchange.document is not None:
            start = f"{pointer}/content/application~1json/schema"
            self._walk(content["schema"], start, _without_the_middle(exchange.document), "")

    def take_push(self, webhook: Operation, push: Push, document: Mapping[str, Any]) -> None:
        """Note what a pushed event shows."""
        for node in webhook.definition.get("parameters", ()):
            header, reference = self.contract.resolve(node)
            self._take_header(header["name"], header, reference or "", push.request.headers)
        pointer = f"{webhook.pointer}/requestBody/content/application~1json/schema"
        self._walk(_body_schema(webhook), pointer, document, "")

    def rows(self, tally: Tally) -> Iterator[Drift]:
        """Return a row for each statement, including the rules that bind responses."""
        for (label, rule, status), count in tally.rules.items():
            place = f"{label} rule {rule}"
            if rule not in REQUEST_RULES and place in self._counts:
                seen = self._counts[place]
                seen.confirmed += count if status == RuleStatus.KEPT.value else 0
                seen.contradicted += count if status == RuleStatus.BROKEN.value else 0
        for place, seen in self._counts.items():
            yield Drift(place, seen.says, seen.provenance, seen.confirmed, seen.contradicted, seen.evidence)

    def _asked(self, exchange: Exchange) -> Operation | None:
        """Return the operation that defines a 401 or a 405, for which the verdict has no operation."""
        path = exchange.request.path
        if not path.startswith(f"{self.base_path}/"):
            return None
        operations = self.contract.on_path(path.removeprefix(self.base_path))
        same = [each for each in operations if each.method == exchange.request.method]
        return next(iter((*same, *operations)), None)

    def _at(self, place: str, node: Mapping[str, Any], says: str = "") -> _Count:
        if place not in self._counts:
            text = " ".join((says or str(node.get("description", ""))).split())
            words = ", ".join(node.get("x-provenance", ()))
            self._counts[place] = _Count(text[:_LONGEST], words)
        return self._counts[place]

    def _announce(self, operation: Operation) -> None:
        """Add a row for everything that could be seen, so that the rest is `unknown`."""
        for rule in operation.definition.get("x-callr-rules", ()):
            self._at(f"{operation.label} rule {rule['name']}", rule)
        for parameter in operation.definition.get("parameters", ()):
            if parameter["in"] == "query":
                self._at(f"{operation.label} parameter {parameter['name']}", parameter)
        for status, node in operation.definition["responses"].items():
            response, _ = self.contract.resolve(node)
            self._at(f"{operation.label} answers {status}", response)
            for name, header in response.get("headers", {}).items():
                self._at(f"header {name}", self.contract.resolve(header)[0])
            content = response.get("content", {}).get("application/json")
            if content is not None:
                self._announce_properties(content["schema"], "", set())

    def _announce_webhook(self, webhook: Operation) -> None:
        for rule in webhook.definition.get("x-callr-rules", ()):
            self._at(f"{webhook.label} rule {rule['name']}", rule)
        for node in webhook.definition.get("parameters", ()):
            header, _ = self.contract.resolve(node)
            self._at(f"header {header['name']}", header)
        self._announce_properties(_body_schema(webhook), "", set())

    def _announce_properties(self, node: Mapping[str, Any], place: str, above: set[str]) -> None:
        schema, reference = self.contract.resolve(node)
        if reference in above:
            return
        name = schema.get("title", place)
        for member, child in schema.get("properties", {}).items():
            self._at(f"{name}.{member}", child)
            self._announce_properties(child, f"{name}.{member}", above | {reference or ""})
        for child in (schema.get("items"), *schema.get("oneOf", ())):
            if isinstance(child, dict):
                self._announce_properties(child, place, above | {reference or ""})
        for word in schema.get("x-possible-values", schema.get("enum", ())):
            self._at(f"{schema.get('title', place)} = {word}", schema, "One of the words that are known.")

    def _take_status(self, operation: Operation, exchange: Exchange) -> None:
        verdict, got = exchange.verdict, exchange.response.status
        if len(verdict.statuses) == 1:
            (wanted,) = verdict.statuses
            node = operation.definition["responses"].get(str(wanted))
            if node is not None:
                place = f"{operation.label} answers {wanted}"
                self._at(place, self.contract.resolve(node)[0]).note(
                    holds=got == wanted, evidence=f"{got} came"
                )
        if verdict.rule is not None and got in {OK, BAD_REQUEST}:
            rules = {each["name"]: each for each in operation.definition.get("x-callr-rules", ())}
            place = f"{operation.label} rule {verdict.rule}"
            self._at(place, rules.get(verdict.rule, {})).note(
                holds=got in verdict.statuses, evidence=f"{got} came for a request that breaks it"
            )

    def _take_request(self, operation: Operation, exchange: Exchange) -> None:
        """Note a valid request: it confirms its parameters if it is accepted, and contradicts them if not."""
        if exchange.verdict.statuses != {OK} or exchange.response.status not in {OK, BAD_REQUEST}:
            return
        query = exchange.request.query
        for parameter in operation.definition.get("parameters", ()):
            name = parameter["name"]
            if parameter["in"] == "query" and (query.startswith(f"{name}=") or f"&{name}=" in query):
                self._at(f"{operation.label} parameter {name}", parameter).note(
                    holds=exchange.response.status == OK, evidence="a valid request with it was refused"
                )

    def _take_headers(self, response: Mapping[str, Any], pointer: str, exchange: Exchange) -> None:
        for name, node in response.get("headers", {}).items():
            header, reference = self.contract.resolve(node)
            self._take_header(
                name, header, reference or f"{pointer}/headers/{name}", exchange.response.headers
            )

    def _take_header(
        self, name: str, header: Mapping[str, Any], pointer: str, headers: Mapping[str, str]
    ) -> None:
        value, count = headers.get(name.lower()), self._at(f"header {name}", header)
        if value is not None:
            wrong = self.schemas.broken_keywords(f"{pointer}/schema", value)
            count.note(holds=not wrong, evidence=f"a value against {', '.join(wrong)}")
        elif header.get("required"):
            count.note(holds=False, evidence="it is missing")

    def _walk(
        self, node: Mapping[str, Any], pointer: str, value: object, name: str, *, is_valid: bool = False
    ) -> None:
        """Note what `value` shows of the schema `node`; `is_valid` when it is known to be valid there."""
        schema, reference = self.contract.resolve(node)
        pointer = reference or pointer
        if isinstance(value, dict) and "properties" in schema:
            self._walk_object(schema, pointer, value, is_valid=is_valid)
        elif isinstance(value, list) and "items" in schema:
            for each in _ends(value):
                self._walk(schema["items"], f"{pointer}/items", each, name, is_valid=is_valid)
        elif isinstance(value, dict):
            for number, child in enumerate(schema.get("oneOf", ())):
                self._walk(child, f"{pointer}/oneOf/{number}", value, name)
        known = schema.get("x-possible-values", schema.get("enum", ()))
        if known and isinstance(value, str):
            title = schema.get("title", name)
            if value in known:
                self._at(f"{title} = {value}", schema, "One of the words that are known.").note(holds=True)
            else:
                self._at(f"{title} = (another)", schema, "No other word is known.").note(
                    holds=False, evidence=shape(name, value)
                )

    def _walk_object(
        self, schema: Mapping[str, Any], pointer: str, value: Mapping[str, Any], *, is_valid: bool
    ) -> None:
        title = schema.get("title", "")
        # Most values are valid: that is asked once for all that is below, and nothing is described.
        is_valid = is_valid or self.schemas.is_valid(pointer, value)
        for member, child in schema["properties"].items():
            count = self._at(f"{title}.{member}", child)
            if member not in value:
                if member in schema.get("required", ()):
                    count.note(holds=False, evidence="it is missing")
                continue
            place = f"{pointer}/properties/{member}"
            wrong = [] if is_valid else self.schemas.broken_keywords(place, value[member])
            if wrong:
                evidence = f"{shape(member, value[member])}, against {', '.join(sorted(set(wrong)))}"
                count.note(holds=False, evidence=evidence)
            else:
                count.note(holds=True)
            self._walk(child, place, value[member], member, is_valid=is_valid)
        for member in value.keys() - schema["properties"].keys():
            self._at(f"{title}.{str(member)[:40]}", {}, "No such member is known.").note(
                holds=False, evidence=f"an unknown property: {shape('text', value[member])}"
            )


def _ends(values: list[Any]) -> list[Any]:
    """Return the first and last items of a long list, which show as much as all of them."""
    return values if len(values) <= 2 * _SAMPLE else [*values[:_SAMPLE], *values[-_SAMPLE:]]


def _without_the_middle(document: object) -> object:
    """Return an envelope with the ends of a long list: to validate 100,000 SMS takes seconds."""
    if isinstance(document, dict) and isinstance(document.get("data"), list):
        return {**document, "data": _ends(document["data"])}
    return document
