"""Values of Hypothesis strategies that are drawn in advance, for phases that make many calls per second."""

from typing import Any, Final, TypeVar

import hypothesis
from hypothesis import strategies as st

from callr_sms_contract.generation.strategies import numbers, short_texts

T = TypeVar("T")

_SENDERS: Final = ("", "SMS", "My Shop", "ABCDEFGHIJK")


def draw(strategy: st.SearchStrategy[T], count: int, seed: int) -> list[T]:
    """Return about `count` values of `strategy`, the same ones for the same seed."""
    found: list[T] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(value: T) -> None:
        found.append(value)

    collect()
    return found


def messages() -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for valid messages with short texts, with or without options."""
    options = st.fixed_dictionaries(
        {},
        optional={
            "force_encoding": st.sampled_from(["GSM", "UNICODE"]),
            "nature": st.sampled_from(["ALERTING", "MARKETING"]),
            "flash_message": st.booleans(),
            "user_data": st.one_of(st.just(""), short_texts()),
        },
    )
    return st.fixed_dictionaries(
        {"to": numbers(), "body": short_texts()},
        optional={"from": st.sampled_from(_SENDERS), "options": st.one_of(st.none(), options)},
    )
