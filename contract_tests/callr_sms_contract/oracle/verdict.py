"""The verdict on the wire: which statuses are right for a request, as it was sent?

The schemas, formats and rules of the contract decide, never what a generator meant to send. Where no source
decides, more than one status is right and the verdict names the open question.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from callr_sms_contract.contract import Contract, Operation, Schemas
from callr_sms_contract.oracle.request_rules import REQUEST_RULES, Call, RuleStatus
from callr_sms_contract.wire import Query, Request, basic_credentials, read_body, read_query

OK: Final = 200
BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
NOT_FOUND: Final = 404
METHOD_NOT_ALLOWED: Final = 405

_BOOLEANS: Final = {"true": True, "false": False}


@dataclass(frozen=True)
class Verdict:
    """The right statuses, and why; none for a path outside the API."""

    statuses: frozenset[int]
    reason: str
    rule: str | None = None
    """The rule of the contract that the request breaks, if it is one that decides."""
    operation: Operation | None = None
    rules: Mapping[str, RuleStatus] = field(default_factory=dict)
    """Every rule that applies to the request."""
    wrong_parameters: frozenset[str] = frozenset()
    """The wrong parameters of an invalid request; empty unless they are known for each problem."""
    wrong_reasons: tuple[str, ...] = ()
    """Why these are wrong."""
    call: Call | None = field(default=None, repr=False)
    """The values of the request, when it is valid and can be read in one way only."""

    @property
    def is_open(self) -> bool:
        """Return whether no source settles the status."""
        return len(self.statuses) != 1

    @property
    def expected(self) -> str:
        """Return the statuses in words."""
        return " or ".join(map(str, sorted(self.statuses))) or "any"


@dataclass(frozen=True)
class _Problem:
    """Why a request is invalid: the rule and the wrong parameters."""

    rule: str | None
    reason: str
    wrong_parameters: frozenset[str] = frozenset()


@dataclass
class _Reading:
    """The result of one reading of a request."""

    problems: list[_Problem] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    rules: dict[str, RuleStatus] = field(default_factory=dict)


class Judge:
    """Judges requests to one server, by its base URL and the credentials and shortcodes of its account."""

    def __init__(
        self,
        contract: Contract,
        base_url: str,
        login: str,
        password: str,
        shortcodes: frozenset[str] = frozenset(),
    ) -> None:
        self.contract = contract
        self.schemas = Schemas(contract)
        self._base_path = urlsplit(base_url).path.rstrip("/")
        self._credentials = (login.encode(), password.encode())
        self._shortcodes = shortcodes

    def verdict(self, request: Request) -> Verdict:
        """Return the right statuses for `request`. Credentials are checked first."""
        path = self.path_of(request)
        if path is None:
            return Verdict(frozenset(), "the path is outside the API")
        if basic_credentials(request.headers.get("authorization")) != self._credentials:
            return Verdict(frozenset({UNAUTHORIZED}), "the credentials are missing, malformed or wrong")
        operations = self.contract.on_path(path)
        if not operations:
            return Verdict(frozenset({NOT_FOUND}), "the contract knows no such path")
        for operation in operations:
            if operation.method == request.method:
                return self._call(operation, request, path)
        return self._wrong_method(operations[0], path)

    def label_of(self, request: Request) -> str:
        """Return the label of the operation of a request, whatever its verdict; empty if it has none."""
        path = self.path_of(request)
        found = [] if path is None else self.contract.on_path(path)
        return next((each.label for each in found if each.method == request.method), "")

    def path_of(self, request: Request) -> str | None:
        """Return the path of `request` below the base URL, or None when it is elsewhere."""
        path = request.path
        return path.removeprefix(self._base_path) if path.startswith(f"{self._base_path}/") else None

    def _wrong_method(self, operation: Operation, path: str) -> Verdict:
        if self._path_problems(operation, path):
            reason = "neither the path nor the method is right, and no source says which counts"
            return Verdict(frozenset({NOT_FOUND, METHOD_NOT_ALLOWED}), reason)
        return Verdict(frozenset({METHOD_NOT_ALLOWED}), "the path does not take this method")

    def _call(self, operation: Operation, request: Request, path: str) -> Verdict:
        calls = list(self._calls(operation, request))
        readings = [self._read(call, doubts) for call, doubts in calls]
        rules = {name: status for reading in readings for name, status in reading.rules.items()}
        is_read = "{" in operation.path
        if all(reading.problems for reading in readings):
            first = readings[0].problems[0]
            statuses = {BAD_REQUEST, NOT_FOUND} if is_read else {BAD_REQUEST}
            problems = [problem for reading in readings for problem in reading.problems]
            wrong_parameters = _wrong_parameters(problems)
            reasons = tuple(dict.fromkeys(problem.reason for problem in problems)) if wrong_parameters else ()
            return Verdict(
                frozenset(statuses), first.reason, first.rule, operation, rules, wrong_parameters, reasons
            )
        doubts = [doubt for reading in readings for doubt in reading.doubts]
        if is_read and self._path_problems(operation, path):
            statuses = {NOT_FOUND, BAD_REQUEST} if doubts else {NOT_FOUND}
            return Verdict(frozenset(statuses), "no SMS has a malformed hash", None, operation, rules)
        statuses = {OK, NOT_FOUND} if is_read else {OK}
        call = calls[0][0] if len(calls) == 1 and not calls[0][0].query.doubts else None
        if doubts:
            reason = f"open: {doubts[0]}"
            return Verdict(frozenset({*statuses, BAD_REQUEST}), reason, None, operation, rules, call=call)
        return Verdict(frozenset(statuses), "the request is valid", None, operation, rules, call=call)

    def _path_problems(self, operation: Operation, path: str) -> list[str]:
        pairs = zip(operation.path.split("/"), path.split("/"), strict=True)
        values = {have: want.strip("{}") for want, have in pairs if want.startswith("{")}
        return [
            violation
            for value, name in values.items()
            for violation in self.schemas.violations(operation.parameter_pointer(name), value)
        ]

    def _calls(self, operation: Operation, request: Request) -> Iterator[tuple[Call, tuple[str, ...]]]:
        query = read_query(request.query)
        if "requestBody" not in operation.definition:
            doubts = (*query.doubts, "a body where none belongs") if request.body else query.doubts
            yield Call(operation, query, dict(query.pairs), self._shortcodes), doubts
            return
        body = read_body(request.headers.get("content-type"), request.body)
        for values in body.readings or (None,):
            call = Call(operation, query, values, self._shortcodes, body.problem)
            yield call, (*query.doubts, *body.doubts)

    def _read(self, call: Call, doubts: tuple[str, ...]) -> _Reading:
        reading = _Reading(doubts=list(doubts))
        for name in call.operation.rules:
            result = REQUEST_RULES[name](call) if name in REQUEST_RULES else None
            if result is None:
                continue
            reading.rules[name] = result.status
            if result.status is RuleStatus.BROKEN:
                reading.problems.append(_Problem(name, result.reason, result.wrong_parameters))
            elif result.status is RuleStatus.OPEN:
                reading.doubts.append(result.reason)
        reading.problems.extend(self._schema_problems(call))
        return reading

    def _schema_problems(self, call: Call) -> Iterator[_Problem]:
        yield from self._query_problems(call.operation, call.query)
        if "requestBody" in call.operation.definition and call.body_problem is None:
            pointer = f"{call.operation.pointer}/requestBody/content/application~1json/schema"
            for violation in self.schemas.violations(pointer, call.values):
                place, mark, _ = violation.partition(": ")
                is_member = (
                    bool(mark) and isinstance(call.values, dict) and place.split(".")[0] in call.values
                )
                yield _Problem(None, violation, frozenset({place} if is_member else ()))

    def _query_problems(self, operation: Operation, query: Query) -> Iterator[_Problem]:
        for name, required in operation.query_parameters.items():
            if required and name not in query.names:
                yield _Problem(None, f"the query parameter {name!r} is missing", frozenset({name}))
        for name, value in query.pairs:
            if name in operation.query_parameters:
                for violation in self._parameter_complaints(operation, name, value):
                    yield _Problem(None, f"{name}: {violation}", frozenset({name}))

    def _parameter_complaints(self, operation: Operation, name: str, value: str) -> list[str]:
        pointer = operation.parameter_pointer(name)
        as_text = self.schemas.violations(pointer, value)
        if not as_text or value not in _BOOLEANS:
            return as_text
        as_boolean: Any = _BOOLEANS[value]
        return self.schemas.violations(pointer, as_boolean)


def _wrong_parameters(problems: Iterable[_Problem]) -> frozenset[str]:
    """Return all wrong parameters; an empty set unless they are known for each problem."""
    found = [problem.wrong_parameters for problem in problems]
    return frozenset().union(*found) if all(found) else frozenset()
