"""Every request that the contract allows goes out as it was asked for; no other one goes out changed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from callr_sms_contract.generation.edge_cases import EDGE_CASES
from tests.together.asking import Asked, requests, spoilt
from tests.together.driving import DRIVERS
from tests.together.holding import (
    ALLOWED,
    CONTRACT,
    OPERATIONS,
    REFUSED,
    SOME,
    TOO_LONG,
    ask,
    ask_all,
    is_allowed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.together.driving import Drive

TIMES = {"noting": 150, "noting_async": 50, "sending": 40, "sending_async": 25}


@pytest.fixture(scope="module", params=list(DRIVERS))
def driver(request: pytest.FixtureRequest) -> Iterator[tuple[Drive, int]]:
    with DRIVERS[request.param]() as drive:
        yield drive, TIMES[request.param]


@pytest.fixture(scope="module")
def noting() -> Iterator[Drive]:
    with DRIVERS["noting"]() as drive:
        yield drive


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_allowed_goes_out_as_it_is(driver: tuple[Drive, int], operation: str) -> None:
    drive, times = driver
    allowed = requests(CONTRACT, OPERATIONS[operation]).filter(is_allowed)
    came = ask_all(drive, allowed, settings(SOME, max_examples=times))
    assert came.keys() <= {ALLOWED, TOO_LONG}
    assert came[ALLOWED] > came[TOO_LONG]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_is_not_allowed_is_refused_or_goes_out_as_it_is(noting: Drive, operation: str) -> None:
    asked = spoilt(CONTRACT, OPERATIONS[operation])
    assert ask_all(noting, asked, settings(SOME, max_examples=200))[REFUSED] > 20


def askable(operation: str) -> Iterator[Asked]:
    """The edges that a call can ask for: each name once, and no parameters but those of the method."""
    for edge in EDGE_CASES[operation]:
        is_repeated = any(isinstance(value, list) for value in edge.query.values())
        is_json = edge.body is None or (isinstance(edge.body, dict) and edge.body.get("from", "") is not None)
        if is_json and not is_repeated and not (edge.query and (edge.path or edge.body)):
            query = {name: as_given(name, value) for name, value in edge.query.items()}
            yield Asked(operation, edge.path, query, edge.body)


def as_given(name: str, value: object) -> object:
    """A word of a query as Python has it."""
    words = {"true": True, "false": False} if name == "options.flash_message" else {}
    return words.get(str(value), str(value))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_edges_of_the_contract_tests_are_refused_or_go_out_as_they_are(
    noting: Drive, operation: str
) -> None:
    edges = list(askable(operation))
    came = Counter(ask(noting, asked, by_dict=by_dict) for asked in edges for by_dict in (False, True))
    assert came[ALLOWED] > 0
    assert came[REFUSED] > 0
