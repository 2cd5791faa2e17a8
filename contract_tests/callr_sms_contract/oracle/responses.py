"""Checks of responses: status, envelope, headers and schema, formats included."""

import gc
import json
import marshal
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Final

from callr_sms_contract.contract import Operation
from callr_sms_contract.oracle.account import Account, Findings, Window
from callr_sms_contract.oracle.known_sms import Origin
from callr_sms_contract.oracle.request_rules import KEPT, broken
from callr_sms_contract.oracle.verdict import BAD_REQUEST, METHOD_NOT_ALLOWED, NOT_FOUND, OK, Judge, Verdict
from callr_sms_contract.wire import Request, Response, Timing

_PLACE: Final = re.compile(r"[A-Za-z_-]+(?:\.[A-Za-z_-]+)*")
_JSON_TYPE: Final = "application/json"
_CODE_WORD: Final = re.compile(r"[A-Z][A-Z_]+(?![A-Za-z0-9_])")
_NAMED: Final = re.compile(r"[A-Z_]+ \[([a-z_]+(?:\.[a-z_]+)*)\]")
"""How a message names a parameter after its code word; names with other characters are ignored."""
_LONG: Final = 500_000
"""Octets: longer lists are judged in ways that take less time."""
_SIMPLE: Final = frozenset({"type", "items", "maxItems", "title", "description"})
"""What the contract may say of a list so that a part of it can be validated alone."""
_WITHOUT_REFERENCES: Final = 2
"""The version of marshal whose output depends on nothing but the value."""


@dataclass(frozen=True)
class Violation:
    """One way in which a response differs from the contract."""

    title: str
    message: str
    key: str
    """Distinguishes it from other violations of the same check; equal for equal causes."""
    rule: str | None = None
    before: tuple[Request, ...] = ()
    """The earlier requests that make the response wrong."""


@dataclass(frozen=True)
class Exchange:
    """A request and its response, with the verdict and the findings of the model."""

    request: Request
    response: Response
    verdict: Verdict
    document: Any = None
    """The body of the response, read as JSON; None when it is not JSON."""
    timing: Timing = field(default_factory=Timing.now)
    findings: Findings = field(default_factory=Findings)
    """What the model says about the response."""

    @property
    def data(self) -> Any:  # noqa: ANN401 - JSON
        """Return the data in the envelope; None without an envelope."""
        return self.document.get("data") if isinstance(self.document, dict) else None

    @property
    def hash(self) -> str | None:
        """Return the hash of an accepted send; None for other exchanges."""
        return self.data if self.response.status == OK and isinstance(self.data, str) else None


class Inspector:
    """Checks the responses of one server, and keeps the model of its account."""

    def __init__(self, judge: Judge, excluded: frozenset[str] = frozenset()) -> None:
        """`excluded` has the names of checks and rules that find nothing."""
        self._judge, self._excluded = judge, excluded
        self.account = Account()
        self._valid: set[int] = set()
        """The SMS of long lists that match the contract."""
        self.labels = frozenset(each.label for each in judge.contract.operations)
        """The operations, by the names that reports use."""

    @property
    def checks(self) -> list[str]:
        """Return the names of our checks, without excluded ones."""
        return [name for name in INSPECTIONS if name not in self._excluded]

    def inspect(self, exchange: Exchange) -> Iterator[tuple[str, list[Violation]]]:
        """Run our checks; return what each of them finds."""
        for name in self.checks:
            found = INSPECTIONS[name](self, exchange)
            yield name, [each for each in found if each.rule not in self._excluded]

    def exchange(self, request: Request, response: Response, timing: Timing | None = None) -> Exchange:
        """Return an exchange with its verdict and findings, and add it to the model.

        Without `timing` the exchanges of the run are assumed to follow one another.
        """
        timing = timing or Timing.now()
        with _uncollected() if len(response.body) > _LONG else nullcontext():
            verdict, document = self._verdict(request, timing), _read_json(response.body)
            exchange = Exchange(request, response, verdict, document, timing)
            return replace(exchange, findings=self._findings(exchange))

    def verdict(self, request: Request) -> Verdict:
        """Return which statuses are right for a request, whatever the model knows."""
        return self._judge.verdict(request)

    def label_of(self, request: Request) -> str:
        """Return the label of the operation of a request; empty if it has none."""
        return self._judge.label_of(request)

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
            result = KEPT
            if status != OK:
                result = broken(f"{wanted} existed before this read")
                self.account.take_loss(wanted)
            findings.add("sent-is-found", result, self.account.origin(wanted))
        return findings

    def _verdict(self, request: Request, timing: Timing) -> Verdict:
        """Return the verdict; for an SMS that is known to exist, 404 is not allowed."""
        verdict, path = self._judge.verdict(request), self._judge.path_of(request)
        is_known = path is not None and self.account.must_find(path.rpartition("/")[2], timing)
        if is_known and verdict.operation is not None and verdict.statuses == {BAD_REQUEST, NOT_FOUND}:
            return replace(verdict, statuses=frozenset({BAD_REQUEST}))
        return verdict

    def status(self, exchange: Exchange) -> Iterator[Violation]:
        """Check that the verdict allows the status."""
        verdict, got = exchange.verdict, exchange.response.status
        if verdict.statuses and got not in verdict.statuses:
            wanted = verdict.expected
            because = f"rule {verdict.rule}: {verdict.reason}" if verdict.rule else verdict.reason
            because = "\n".join([because, *self._words(verdict)])
            key = f"{wanted}/{got}/{verdict.rule or verdict.reason.partition(':')[0]}"
            yield Violation(f"Wrong status: {got}, expected {wanted}", because, key, verdict.rule)

    def _words(self, verdict: Verdict) -> Iterator[str]:
        """Return what the contract says about the rule or the parameters that a request breaks."""
        contract = self._judge.contract
        if verdict.rule is not None:
            yield f"the contract: {contract.rule_words(verdict.rule)}"
        elif verdict.operation is not None:
            for name in sorted(verdict.wrong_parameters):
                words = contract.parameter_words(verdict.operation, name)
                yield from [f"the contract about {name}: {words}"] * bool(words)

    def asked_for(self, exchange: Exchange) -> Iterator[Violation]:
        """Check that a read returns the SMS with the requested hash."""
        operation, path = exchange.verdict.operation, self._judge.path_of(exchange.request)
        if operation is None or path is None or "{" not in operation.path:
            return
        wanted, data = path.rpartition("/")[2], exchange.data
        if exchange.response.status == OK and isinstance(data, dict) and data.get("hash") != wanted:
            yield Violation(
                "Another SMS than the requested one",
                f"{wanted} was requested, {data.get('hash')!r} was returned",
                "other",
            )

    def model(self, exchange: Exchange) -> Iterator[Violation]:
        """Check that the response agrees with the model of the account."""
        for contradiction in exchange.findings.contradictions.values():
            source = self._judge.contract.rule_source(contradiction.rule)
            message = f"rule {contradiction.rule} ({source}): {contradiction.reason}"
            title = f"The response contradicts earlier ones: {contradiction.rule}"
            yield Violation(title, message, contradiction.rule, contradiction.rule, contradiction.before)

    def envelope(self, exchange: Exchange) -> Iterator[Violation]:
        """Check the envelope: `success` for a 200 only, otherwise `error` with the status as its code."""
        if exchange.request.method == "HEAD":  # its response has no body
            return
        document, status = exchange.document, exchange.response.status
        if not isinstance(document, dict):
            yield Violation("The response is not a JSON object", _problem(exchange.response), "not-json")
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
        """Check that a message begins with a code word, and names a wrong parameter if there is one."""
        message = _message(exchange.document)
        if message and not _CODE_WORD.match(message):
            yield Violation(
                "The error message does not begin with a code word", f"it is {message!r}", "code-word"
            )
        found, wrong_parameters = _NAMED.match(message), exchange.verdict.wrong_parameters
        if not wrong_parameters or exchange.response.status != BAD_REQUEST:
            return
        named = ", ".join(sorted(wrong_parameters))
        reasons = "; ".join(exchange.verdict.wrong_reasons)
        wrong = "\n".join([f"wrong is {named}: {reasons}", *self._words(exchange.verdict)])
        if "[" not in message:
            yield Violation("The error message names no parameter", wrong, "unnamed")
        # An option may be named by its own name or by that of its object.
        elif found and found[1].split(".")[0] not in {name.split(".")[0] for name in wrong_parameters}:
            text = f"the message names [{found[1]}], {wrong}"
            yield Violation("The error message names another parameter", text, "named")

    def schema(self, exchange: Exchange) -> Iterator[Violation]:
        """Check the body against the schema of its status, formats included."""
        found = self._find_response(exchange)
        if found is None or exchange.document is None or exchange.request.method == "HEAD":
            return
        pointer = f"{found[1]}/content/application~1json/schema"
        if len(exchange.response.body) > _LONG and self._has_only_valid_sms(found[0], pointer, exchange):
            return
        for violation in self._judge.schemas.violations(pointer, exchange.document):
            steps = violation.partition(":")[0].split(".")
            place = ".".join(step for step in steps if not step.isdecimal())
            place = place if _PLACE.fullmatch(place) else "the whole body"
            yield Violation("The response does not match the contract", violation, place)
            return  # one violation is enough; the rest of a list of SMS would repeat it

    def _has_only_valid_sms(self, definition: Mapping[str, Any], pointer: str, exchange: Exchange) -> bool:
        """Return whether a long list matches the contract; only SMS that were not shown before are validated.

        False when it does not, or when the contract says more of a list than what its items are.
        """
        resolve, data = self._judge.contract.resolve, exchange.data
        envelope = resolve(definition["content"]["application/json"]["schema"])[0]
        array = resolve(envelope.get("properties", {}).get("data", {}))[0]
        says_more = {key for key in array if not key.startswith("x-")} - _SIMPLE
        if not isinstance(data, list) or says_more or len(data) > array.get("maxItems", len(data)):
            return False
        # Marshalled, because true equals 1 for Python, and 1.0 does.
        forms = [hash(marshal.dumps(each, _WITHOUT_REFERENCES)) for each in data]
        new = [each for form, each in zip(forms, data, strict=True) if form not in self._valid]
        is_valid = self._judge.schemas.is_valid(pointer, {**exchange.document, "data": new})
        if is_valid:
            self._valid.update(forms)
        return is_valid

    def headers(self, exchange: Exchange) -> Iterator[Violation]:
        """Check that the headers of this status are present and well-formed, and that `Allow` is exact."""
        found = self._find_response(exchange)
        if found is None:
            return
        definition, pointer = found
        headers = exchange.response.headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if "content" in definition and exchange.request.method != "HEAD" and kind != _JSON_TYPE:
            yield Violation("The response is not sent as JSON", f"Content-Type is {kind!r}", "content-type")
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
            yield Violation(f"The header {name} does not match the contract", violation, f"bad-{name}")

    def _allow(self, exchange: Exchange, value: str) -> Iterator[Violation]:
        wanted = {operation.method for operation in self._operations(exchange)}
        given = {method.strip() for method in value.split(",")}
        if given != wanted:
            message = f"Allow is {value!r}, the methods of the path are {', '.join(sorted(wanted))}"
            yield Violation("The header Allow does not list the methods of the path", message, "allow")

    def _operations(self, exchange: Exchange) -> tuple[Operation, ...]:
        return self._judge.contract.on_path(self._judge.path_of(exchange.request) or "")

    def _find_response(self, exchange: Exchange) -> tuple[Mapping[str, Any], str] | None:
        # A wrong method has no operation: any other of the path defines the 401 and the 405.
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


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage be looked for: among the objects of a long list that takes as long as to judge it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # the SMS stay until the end of the run
        if was_enabled:
            gc.enable()


def _read_json(body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return _parse(body)
    except (ValueError, RecursionError):
        return None


def _parse(body: bytes) -> Any:  # noqa: ANN401 - JSON
    return json.loads(body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_members)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raises RepeatedPropertyError: readers differ about repeated names (RFC 7493)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RepeatedPropertyError
    return found


class RepeatedPropertyError(ValueError):
    """An object has two properties of one name."""


def _refuse(word: str) -> None:
    message = f"{word} is not a JSON value"
    raise ValueError(message)


def _code(document: Mapping[str, Any]) -> object:
    data = document.get("data")
    code = data.get("code") if isinstance(data, dict) else None
    return None if isinstance(code, bool) else code


def _message(document: Mapping[str, Any]) -> str:
    data = document.get("data")
    return str(data.get("message", "")) if isinstance(data, dict) else ""


def _problem(response: Response) -> str:
    body, coding = response.body, response.headers.get("content-encoding", "")
    if coding and coding not in {"identity", "gzip", "deflate"}:
        return f"{_excerpt(body)}, and its coding {coding!r} is not one that the request accepts"
    try:
        _parse(body)
    except RepeatedPropertyError:
        return f"{_excerpt(body)}, and an object in it has two properties of one name"
    except (ValueError, RecursionError):
        pass
    return _excerpt(body)


def _excerpt(body: bytes) -> str:
    text = body[:80].decode("utf-8", "replace")
    return f"it begins with {text!r}" if body else "it is empty"
