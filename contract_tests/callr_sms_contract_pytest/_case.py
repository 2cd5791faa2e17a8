"""One test: what a run found out about an operation and a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from callr_sms_contract_pytest._names import OTHERS, PAIRS, THE_RUN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callr_sms_contract_pytest._run import ContractRun

_MOST_SHOWN = 5


class ContractCase:
    """A check of the contract tests at an operation, or one of the two tests of the whole run.

    Attributes:
        name: The name of the test, like `POST /sms account_model`.
    """

    def __init__(self, name: str, run: ContractRun) -> None:
        self.name = name
        self._run = run

    def __repr__(self) -> str:
        return f"ContractCase({self.name!r})"

    def check(self) -> None:
        """Fail if the server broke the contract here; skip if the run shows nothing about it."""
        __tracebackhide__ = True
        if self.name == THE_RUN:
            if self._run.problem:
                pytest.fail(_visible(self._run.problem), pytrace=False)
            return
        faults = [fault for fault in self._run.faults if _name_of(fault) == self.name]
        if faults:
            more = len(faults) - _MOST_SHOWN
            texts = [_text(fault) for fault in faults[:_MOST_SHOWN]]
            texts += [f"and {more} more of this check"] * (more > 0)
            pytest.fail(_visible("\n\n".join(texts)), pytrace=False)
        if self.name not in self._run.checked and not (self.name == OTHERS and self._run.checked):
            pytest.skip("no request and no response of this run exercised it")


def _name_of(fault: Mapping[str, Any]) -> str:
    pair = str(fault["operation"]), str(fault["check"])
    return " ".join(pair) if pair in PAIRS else OTHERS


def _text(fault: Mapping[str, Any]) -> str:
    lines = [f"{fault['operation']}: {fault['title']} [{fault['check']}]", fault["message"], *fault["curl"]]
    if fault["status"]:
        lines.append(f"→ {fault['status']} {fault['answer']}")
    return "\n".join(filter(None, lines))


def _visible(text: str) -> str:
    """Return `text` of a server with escapes for characters that act on a terminal."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode()
        for each in text
    )
