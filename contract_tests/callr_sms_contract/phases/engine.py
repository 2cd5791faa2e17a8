"""Everything that drives schemathesis: its configuration, our check, our values and edge cases.

schemathesis makes the requests of its phases and runs all its checks but two, which judge by what its
generator meant to send: `positive_data_acceptance` and `negative_data_rejection`. The verdict on the wire
replaces them.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.transport import Response
from schemathesis.engine import from_schema
from schemathesis.engine.run import probes
from schemathesis.generation.case import Case
from schemathesis.hooks import HookContext
from schemathesis.schemas import BaseSchema

from callr_sms_contract import events
from callr_sms_contract.contract import Contract
from callr_sms_contract.generation import EDGE_CASES, STRATEGIES, EdgeCase, recent_datetimes
from callr_sms_contract.oracle import INSPECTIONS
from callr_sms_contract.phases.collector import OUR_CHECK, Collector, request_of
from callr_sms_contract.phases.engine_pace import EnginePace
from callr_sms_contract.phases.phase import MANY, Phase, RunContext
from callr_sms_contract.phases.recorder import ANSWERED, STRAY, UNREADABLE
from callr_sms_contract.phases.url_limit import longest_query, octets, shorter_than, unless
from callr_sms_contract.phases.webhook_judge import EVENT_CHECKS
from callr_sms_contract.settings import ENGINE_PHASES, Settings
from callr_sms_contract.wire import timed_requests

REPLACED_CHECKS: Final = frozenset({"positive_data_acceptance", "negative_data_rejection"})
_SLOWEST_ANSWER_SECONDS: Final = 10


class Engine(Phase):
    """Examples, coverage, fuzzing and chains of linked requests, as schemathesis makes them."""

    name = counted_as = "engine"

    def __init__(self, context: RunContext) -> None:
        super().__init__(context)
        self._leaves_out = False
        """Whether a window was not listed because it has too many SMS."""

    def parts(self) -> tuple[str, ...]:
        """Return the selected phases of schemathesis."""
        return tuple(name for name in ENGINE_PHASES if name in self._settings.phases)

    def run(self) -> None:
        """Run schemathesis; each of its phases ends when its time is over."""
        context = self._context
        collector = Collector(context)
        load_all_checks()
        strategies = STRATEGIES | {"callr-datetime": recent_datetimes} if context.is_live else STRATEGIES
        for name, strategy in strategies.items():
            schemathesis.openapi.format(name, strategy())
        _register_check(collector)
        if context.is_live:
            vars(probes)["PROBES"] = ()  # they request other paths than the two reads
        schema = _schema(context.contract, context.settings, self._is_left_out, is_live=context.is_live)
        stream = from_schema(schema).execute()
        pace = EnginePace(context.schedule, stream, lambda: collector.made)
        context.watch.on_stop = stream.stop

        def miss(sent: requests.PreparedRequest, waited: float | None, error: Exception) -> None:
            request = request_of(sent)
            label = context.inspector.label_of(request) or STRAY
            is_unreadable = isinstance(error, requests.exceptions.ContentDecodingError)
            words = (UNREADABLE,) if is_unreadable else ()
            context.recorder.miss(label, request, time.monotonic(), waited, *words)

        with timed_requests(miss):
            for event in stream:
                context.emit(events.BetweenRequests())
                pace.before(event)
                collector.take(event)
                pace.after(event)
                if context.is_over:
                    stream.stop()
        if self._leaves_out:
            context.emit(
                events.NoteTaken(
                    f"GET /sms: the account has many SMS of others, so windows with more than {MANY:,} of "
                    "them were listed by directed requests only"
                )
            )
        context.watch.raise_if_stopped()

    def _is_left_out(self, query: Mapping[str, Any]) -> bool:
        is_long = self._context.is_long(query)
        self._leaves_out |= is_long
        return is_long


def _register_check(collector: Collector) -> None:
    def held_to_the_contract(_: schemathesis.CheckContext, response: Response, case: Case[Any]) -> None:
        collector.inspect(case.id, case.operation.label, response)

    schemathesis.check(held_to_the_contract)


def _schema(
    contract: Contract,
    settings: Settings,
    is_left_out: Callable[[Mapping[str, Any]], bool],
    *,
    is_live: bool,
) -> BaseSchema:
    config = configuration(settings, is_live=is_live)
    config["operations"] = operations_of_shard(contract, settings)
    schema: BaseSchema = schemathesis.openapi.from_dict(
        _document(contract, is_live=is_live), config=schemathesis.Config.from_dict(config)
    )
    schema.hook(unless(is_left_out))
    if not is_live:  # a live server gets no long requests and no edge cases
        longest = longest_query(settings)
        schema.hook(shorter_than(longest))
        add_edge_cases(schema, longest, is_left_out)
    if settings.operations:
        others = {operation.id for operation in contract.operations}.difference(settings.operations)
        # An include filter would have no effect together with the operations that a shard configures.
        return schema.exclude(operation_id=sorted(others)) if others else schema
    return schema


def _document(contract: Contract, *, is_live: bool) -> dict[str, Any]:
    """Return the contract; for a live server, without its sends."""
    document = dict(contract.document)
    if is_live:
        kept: dict[str, dict[str, Any]] = {}
        for operation in contract.operations:
            if operation.is_safe:
                kept.setdefault(operation.path, {})[operation.method.lower()] = operation.definition
        document["paths"] = kept
    return document


def configuration(settings: Settings, *, is_live: bool) -> dict[str, Any]:
    """Return the configuration of schemathesis, in its own file format."""
    config: dict[str, Any] = {
        "seed": settings.own_seed,
        "base-url": settings.base_url,
        # requests encodes text as Latin-1; RFC 7617 and the API require UTF-8.
        "auth": {"basic": {"username": _utf8(settings.login), "password": _utf8(settings.password)}},
        "max-redirects": 0,
        "workers": 1,
        "continue-on-failure": True,
        "warnings": False,
        # Both would write files, and the files of one run would change the requests of the next.
        "cache": {"enabled": False},
        "analysis": {"constants": {"enabled": False}},
        "generation": {"database": "none", "max-examples": settings.share(settings.profile.max_examples)},
        "checks": {
            **{name: {"enabled": False} for name in REPLACED_CHECKS | excluded_checks(settings)},
            "max_response_time": _SLOWEST_ANSWER_SECONDS,
        },
        "phases": {name: {"enabled": name in settings.phases} for name in ENGINE_PHASES},
        "suppress-health-check": ["all"],
    }
    config["phases"]["coverage"]["generate-duplicate-query-parameters"] = True
    config["phases"]["stateful"]["generation"] = {
        "max-examples": settings.share(settings.profile.stateful_examples)
    }
    if settings.client_certificate:
        config["request-cert"] = settings.client_certificate
    if is_live:
        # Requests that the guard would not let through are not generated.
        config["generation"] |= {"mode": "positive", "allow-extra-parameters": False}
        config["generation"]["max-examples"] = settings.profile.live_examples
        config["phases"]["stateful"]["generation"]["max-examples"] = settings.profile.live_examples
        config["phases"]["coverage"] |= {
            "generate-duplicate-query-parameters": False,
            "unexpected-methods": [],
        }
    return config


def excluded_checks(settings: Settings) -> set[str]:
    """Return which checks of schemathesis are excluded."""
    load_all_checks()
    return set(CHECKS.get_all_names()) & settings.excluded


def known_checks() -> frozenset[str]:
    """Return the names of all checks that can be excluded."""
    load_all_checks()
    own = {*INSPECTIONS, *EVENT_CHECKS, ANSWERED}
    return frozenset({*CHECKS.get_all_names(), *own} - REPLACED_CHECKS - {OUR_CHECK})


def operations_of_shard(contract: Contract, settings: Settings) -> list[dict[str, Any]]:
    """Return which shard runs the phases whose requests are always the same, operation by operation."""
    shard = settings.shard
    if shard is None:
        return []
    names = sorted(operation.id for operation in contract.operations)
    units = [(name, phase) for phase in ("examples", "coverage") for name in names]
    found: dict[str, dict[str, Any]] = {}
    for place, (name, phase) in enumerate(units):
        if not shard.has(place):
            found.setdefault(name, {})[phase] = {"enabled": False}
    return [{"include-operation-id": name, "phases": phases} for name, phases in found.items()]


def _utf8(text: str) -> str:
    return text.encode().decode("latin-1")


def add_edge_cases(
    schema: BaseSchema, longest: int, is_left_out: Callable[[Mapping[str, Any]], bool] = lambda _: False
) -> None:
    """Add the edge cases to the examples of each operation, with queries of up to `longest` octets.

    Those whose queries are left out are not added: schemathesis filters no examples.
    """

    def before_add_examples(context: HookContext, examples: list[Case[Any]]) -> None:
        operation = context.operation
        if operation is None:
            return
        edges = EDGE_CASES.get(operation.definition.raw.get("operationId", ""), ())
        examples.extend(
            _case(operation, edge)
            for edge in edges
            if octets(edge.query) <= longest and not is_left_out(edge.query)
        )

    schema.hook(before_add_examples)


def _case(operation: Any, edge: EdgeCase) -> Case[Any]:  # noqa: ANN401 - schemathesis' operations are generic in four ways
    options: dict[str, Any] = {"query": dict(edge.query), "path_parameters": dict(edge.path)}
    if edge.body is not None:
        options |= {
            "body": edge.body,
            "media_type": "application/json",
            "headers": {"Content-Type": edge.content_type},
        }
    case: Case[Any] = operation.Case(**options)
    return case
