"""Is the answer one that the contract allows: its status, envelope, headers and schema, formats included?"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from callr_sms_contract.contract import Operation
from callr_sms_contract.oracle.account import Account, Findings, Window
from callr_sms_contract.oracle.known_sms import Origin
from callr_sms_contract.oracle.request_rules import KEPT, broken
from callr_sms_contract.oracle.verdict import BAD_REQUEST, METHOD_NOT_ALLOWED, NOT_FOUND, OK, Judge, Verdict
from callr_sms_contract.wire import Request, Response, Timing

_JSON_TYPE: Final = "application/json"
_CODE_WORD: Final = re.compile(r"[A-Z][A-Z_]+(?![A-Za-z0-9_])")
_NAMED: Final = re.compile(r"[A-Z_]+ \[([a-z_]+(?:\.[a-z_]+)*)\]")
"""How a message names a parameter, behind its code word; a name with other characters is let be."""


@dataclass(frozen=True)
class Violation:
    """One way in which an answer is not what the contract says."""

    title: str
    message: str
    key: str
    """What tells it from other complaints of the same check; equal for equal causes."""
    rule: str | None = None
    before: tuple[Request, ...] = ()
    """Earlier requests without which the answer would be right."""


@dataclass(frozen=True)
class Exchange:
    """A request, its answer, and what the judge and the model say of them."""

    request: Request
    response: Response
    verdict: Verdict
    document: Any = None
    """The answer's body, read as JSON; None when it is none."""
    timing: Timing = field(default_factory=Timing.now)
    findings: Findings = field(default_factory=Findings)
    """What the model says of the answer."""

    @property
    def data(self) -> Any:  # noqa: ANN401 - JSON
        """What the envelope holds; None when it is none."""
        return self.document.get("data") if isinstance(self.document, dict) else None

    @property
    def hash(self) -> str | None:
        """The hash that a send returned; None when this is no send that was accepted."""
        return self.data if self.response.status == OK and isinstance(self.data, str) else None


class Inspector:
    """Inspects the answers of one server, and remembers its account."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.account = Account()

    def exchange(self, request: Request, response: Response, timing: Timing | None = None) -> Exchange:
        """Put an exchange together; the model takes it in.

        Without `moments` the exchanges of the run are taken to follow one another.
        """
        timing = timing or Timing.now()
        verdict, document = self._verdict(request, timing), _read_json(response.body)
        exchange = Exchange(request, response, verdict, document, timing)
        return replace(exchange, findings=self._findings(exchange))

    def _findings(self, exchange: Exchange) -> Findings:
        operation, call, data = exchange.verdict.operation, exchange.verdict.call, exchange.data
        path, request, timing = self._judge.path_of(exchange.request), exchange.request, exchange.timing
        findings = Findings()
        if operation is None or path is None:
            return findings
        if not operation.is_safe:
            if exchange.response.status == OK:
                findings = self.account.take_send(data, call, Origin(operation.label, request), timing)
        elif "{" in operation.path:
            findings = self._read(path.rpartition("/")[2], exchange)
        elif exchange.response.status == OK and call is not None:
            window = Window(*(str(call.value(name)) for name in ("type", "from", "to")))
            findings = self.account.take_list(data, window, timing)
        return findings

    def _read(self, wanted: str, exchange: Exchange) -> Findings:
        findings, status = Findings(), exchange.response.status
        if status == OK:
            findings = self.account.take_read(exchange.data, exchange.timing)
        if status in {OK, NOT_FOUND} and self.account.must_find(wanted, exchange.timing):
            lost = broken(f"{wanted} was there before this read")
            result = KEPT if status == OK else lost
            findings.add("sent-is-found", result, self.account.origin(wanted))
        return findings

    def _verdict(self, request: Request, timing: Timing) -> Verdict:
        """The judge's, without the way out that an SMS may not be there when it is known to be."""
        verdict, path = self._judge.verdict(request), self._judge.path_of(request)
        is_known = path is not None and self.account.must_find(path.rpartition("/")[2], timing)
        if is_known and verdict.operation is not None and verdict.statuses == {BAD_REQUEST, NOT_FOUND}:
            return replace(verdict, statuses=frozenset({BAD_REQUEST}))
        return verdict

    def status(self, exchange: Exchange) -> Iterator[Violation]:
        """The status is one that the verdict allows."""
        verdict, got = exchange.verdict, exchange.response.status
        if verdict.statuses and got not in verdict.statuses:
            wanted = verdict.expected
            because = f"rule {verdict.rule}: {verdict.reason}" if verdict.rule else verdict.reason
            key = f"{wanted}/{got}/{verdict.rule or verdict.reason.partition(':')[0]}"
            yield Violation(f"Wrong status: {got}, expected {wanted}", because, key, verdict.rule)

    def asked_for(self, exchange: Exchange) -> Iterator[Violation]:
        """What is found under a hash has that hash."""
        operation, path = exchange.verdict.operation, self._judge.path_of(exchange.request)
        if operation is None or path is None or "{" not in operation.path:
            return
        wanted, data = path.rpartition("/")[2], exchange.data
        if exchange.response.status == OK and isinstance(data, dict) and data.get("hash") != wanted:
            yield Violation(
                "Another SMS than the one asked for",
                f"{wanted} was asked for, {data.get('hash')!r} came",
                "other",
            )

    def model(self, exchange: Exchange) -> Iterator[Violation]:
        """What is known of the account is true of the answer."""
        for contradiction in exchange.findings.contradictions.values():
            source = self._judge.contract.rule_source(contradiction.rule)
            message = f"rule {contradiction.rule} ({source}): {contradiction.reason}"
            title = f"The account is not as it was: {contradiction.rule}"
            yield Violation(title, message, contradiction.rule, contradiction.rule, contradiction.before)

    def envelope(self, exchange: Exchange) -> Iterator[Violation]:
        """The body is the envelope: `success` at 200 and only there, else `error` with the status as code."""
        if exchange.request.method == "HEAD":  # its answer has no body
            return
        document, status = exchange.document, exchange.response.status
        if not isinstance(document, dict):
            yield Violation("The answer is not a JSON object", _problem(exchange.response.body), "not-json")
            return
        word = "success" if status == OK else "error"
        if document.get("status") != word:
            yield Violation(
                f"The envelope of a {status} does not say {word}",
                f"status is {document.get('status')!r}",
                "word",
            )
        code = status if status == OK else _code(document)
        if code != status:
            yield Violation(
                "The code in the envelope is not the HTTP status",
                f"HTTP {status}, data.code {code!r}",
                "code",
            )
        if status != OK:
            yield from self._message(exchange)

    def _message(self, exchange: Exchange) -> Iterator[Violation]:
        """A message opens with a code word, and names a parameter that is wrong, where it is one."""
        message = _message(exchange.document)
        if message and not _CODE_WORD.match(message):
            yield Violation(
                "The message of a failure does not open with a code word", f"it is {message!r}", "code-word"
            )
        found, wrong_parameters = _NAMED.match(message), exchange.verdict.wrong_parameters
        if not wrong_parameters or exchange.response.status != BAD_REQUEST:
            return
        wrong = f"what is wrong is {', '.join(sorted(wrong_parameters))}"
        if "[" not in message:
            yield Violation("The message of a refusal names no parameter", wrong, "unnamed")
        # An option may be named by itself, or by what it is in.
        elif found and found[1].split(".")[0] not in {name.split(".")[0] for name in wrong_parameters}:
            text = f"the message names [{found[1]}], {wrong}"
            yield Violation("The message of a refusal names another parameter", text, "named")

    def schema(self, exchange: Exchange) -> Iterator[Violation]:
        """The body is what the contract says for this status, formats included."""
        found = self._find_response(exchange)
        if found is None or exchange.document is None or exchange.request.method == "HEAD":
            return
        for violation in self._judge.schemas.violations(
            f"{found[1]}/content/application~1json/schema", exchange.document
        ):
            place = violation.partition(":")[0]
            yield Violation("The answer is not what the contract says", violation, _without_numbers(place))
            return  # one cause is enough to fail; the rest of a list of SMS would repeat it

    def headers(self, exchange: Exchange) -> Iterator[Violation]:
        """The headers that the contract names for this status are there and well-formed; `Allow` is exact."""
        found = self._find_response(exchange)
        if found is None:
            return
        definition, pointer = found
        headers = exchange.response.headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if "content" in definition and exchange.request.method != "HEAD" and kind != _JSON_TYPE:
            yield Violation("The answer is not sent as JSON", f"Content-Type is {kind!r}", "content-type")
        for name, node in definition.get("headers", {}).items():
            header, reference = self._judge.contract.resolve(node)
            place = reference or f"{pointer}/headers/{name}"
            yield from self._header(name, headers.get(name.lower()), header, f"{place}/schema")
        if exchange.response.status == METHOD_NOT_ALLOWED and "allow" in headers:
            yield from self._allow(exchange, headers["allow"])

    def _header(
        self, name: str, value: str | None, header: Mapping[str, Any], pointer: str
    ) -> Iterator[Violation]:
        if value is None:
            if header.get("required"):
                yield Violation(f"The header {name} is missing", "the contract requires it", f"no-{name}")
            return
        for violation in self._judge.schemas.violations(pointer, value):
            yield Violation(f"The header {name} is not what the contract says", violation, f"bad-{name}")

    def _allow(self, exchange: Exchange, value: str) -> Iterator[Violation]:
        wanted = {operation.method for operation in self._operations(exchange)}
        given = {method.strip() for method in value.split(",")}
        if given != wanted:
            message = f"Allow is {value!r}, the path takes {', '.join(sorted(wanted))}"
            yield Violation("The header Allow does not list the methods of the path", message, "allow")

    def _operations(self, exchange: Exchange) -> tuple[Operation, ...]:
        return self._judge.contract.on_path(self._judge.path_of(exchange.request) or "")

    def _find_response(self, exchange: Exchange) -> tuple[Mapping[str, Any], str] | None:
        # A wrong method has no operation of its own: any of the path says what a 401 or a 405 looks like.
        operations = sorted(
            self._operations(exchange), key=lambda each: each.method != exchange.request.method
        )
        for operation in operations[:1]:
            status = str(exchange.response.status)
            node = operation.definition["responses"].get(status)
            if node is not None:
                response, reference = self._judge.contract.resolve(node)
                return response, reference or f"{operation.pointer}/responses/{status}"
        return None


Inspection = Callable[[Inspector, Exchange], Iterator[Violation]]

INSPECTIONS: Final[Mapping[str, Inspection]] = {
    "verdict_on_the_wire": Inspector.status,
    "hash_asked_for": Inspector.asked_for,
    "account_model": Inspector.model,
    "answer_envelope": Inspector.envelope,
    "answer_schema_with_formats": Inspector.schema,
    "answer_headers": Inspector.headers,
}
"""Our checks, by the names that reports use."""


def _read_json(body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return _parse(body)
    except (ValueError, RecursionError):
        return None


def _parse(body: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_members)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a member that is given twice says two things, and each reader hears another (RFC 7493)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RepeatedPropertyError
    return found


class RepeatedPropertyError(ValueError):
    """An object has two members of one name."""


def _refuse(word: str) -> None:
    message = f"{word} is no JSON value"
    raise ValueError(message)


def _code(document: Mapping[str, Any]) -> object:
    data = document.get("data")
    code = data.get("code") if isinstance(data, dict) else None
    return None if isinstance(code, bool) else code


def _message(document: Mapping[str, Any]) -> str:
    data = document.get("data")
    return str(data.get("message", "")) if isinstance(data, dict) else ""


def _without_numbers(place: str) -> str:
    return ".".join(step for step in place.split(".") if not step.isdecimal())


def _problem(body: bytes) -> str:
    try:
        _parse(body)
    except RepeatedPropertyError:
        return f"{_excerpt(body)}, and has an object with two members of one name"
    except (ValueError, RecursionError):
        pass
    return _excerpt(body)


def _excerpt(body: bytes) -> str:
    text = body[:80].decode("utf-8", "replace")
    return f"it begins with {text!r}" if body else "it is empty"
