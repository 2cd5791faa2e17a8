"""The suite against Prism, which serves the contract and keeps no state.

Each accusation stands below as a fault that Prism has: those of its fixed answers show with `curl`, those of
what it makes up in any answer that it makes up. A run that says anything else accuses wrongly, or Prism has
become another one.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from callr_sms_contract.contract.document import Contract
from callr_sms_contract.oracle.sms_rules import SMS_RULES
from tests.peers.prism import serving

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "contract-tests" / "prism.md").read_text(encoding="utf-8")
PATIENCE = 300
"""In seconds. A run ends by itself long before: it has few seconds, and each silence takes 10."""

STATIC, DYNAMIC = "static", "dynamic"
MODES: dict[str, tuple[str, ...]] = {STATIC: (), DYNAMIC: ("--dynamic",)}
OPERATIONS = {
    "GET /sms": "listSms",
    "POST /sms": "sendSms",
    "GET /sms/send": "sendSmsByQuery",
    "GET /sms/{hash}": "getSms",
    "GET /sms/ZZZZZZZZ": "getSms",
}
STATUS, MODEL, UNANSWERED = "verdict_on_the_wire", "account_model", "every_request_is_answered"
SCHEMA, ENVELOPE, HEADERS = "answer_schema_with_formats", "answer_envelope", "answer_headers"


@dataclass(frozen=True)
class Fault:
    """What Prism gets wrong, and how a report says so."""

    said: str
    """An expression for `check what operation`: what is a rule, the statuses (got for wanted) or a title."""
    modes: tuple[str, ...] = (STATIC, DYNAMIC)
    surely: bool = True
    """Whether requests that every run makes show it; else it depends on how far a run comes in its time."""


_OWN_ERRORS = (
    rf"{ENVELOPE} The (code in the envelope is not|envelope of a (404|405|500) does not) .*"
    rf"|{HEADERS} The (response is not sent as JSON|header Allow is missing) .*"
    rf"|{SCHEMA} .* (elsewhere|sendSms|getSms)"
    r"|(content_type|response_schema)_conformance .* (sendSms|getSms)"
    r"|unsupported_method .*"
)
FAULTS = {
    "accepts any login and any password": Fault(rf"{STATUS} 200 for 401 .*|ignored_auth .*"),
    "checks path and method before the credentials": Fault(rf"{STATUS} (404|405) for 401 elsewhere"),
    "returns its own errors as `application/problem+json`, without the envelope": Fault(_OWN_ERRORS),
    "returns an example of an error, or makes one up, whatever was wrong": Fault(
        rf"{ENVELOPE} The error message (names|does not begin with a code word).*"
    ),
    "rejects a malformed hash with 400 instead of 404": Fault(rf"{STATUS} 400 for 404 (getSms|elsewhere)"),
    "never responds to a body that is not JSON": Fault(rf"{UNANSWERED} .* sendSms"),
    "fails at a body that is nested 20,000 deep": Fault(
        rf"{STATUS} body-json 500 for 400 sendSms|not_a_server_error .* sendSms", surely=False
    ),
    "accepts another content type": Fault(rf"{STATUS} body-json 200 for 400 sendSms", surely=False),
    "accepts unknown query parameters": Fault(
        rf"{STATUS} (parameters-known|hash-in-query) 200 for 400( or 404)? .*"
    ),
    "does not know the rules that no schema can say": Fault(
        rf"{STATUS} (list-window-order|sender-shortcode|body-parts-limit|body-well-formed) 200 for 400 .*"
    ),
    "does not know the formats of the contract": Fault(
        rf"{STATUS} 200 for 400 (listSms|sendSms|sendSmsByQuery)", surely=False
    ),
    "returns another SMS than the one that was requested": Fault(r"hash_asked_for .* (getSms|elsewhere)"),
    "returns the same hash for every send": Fault(
        rf"{MODEL} (hash-unique (sendSms|sendSmsByQuery)|sent-comes-back (listSms|getSms|elsewhere))",
        (STATIC,),
    ),
    "returns the same list for every request": Fault(
        rf"{MODEL} (list-type|list-window-inclusive) listSms", (STATIC,)
    ),
    "lists SMS that it makes up": Fault(
        rf"{MODEL} (list-type|list-window-inclusive|list-order|list-complete) listSms", (DYNAMIC,)
    ),
    "makes up SMS whose properties contradict each other": Fault(
        rf"{MODEL} ({'|'.join(SMS_RULES)}|debit-follows-parts) (getSms|listSms|elsewhere)", (DYNAMIC,)
    ),
    "makes up dates that do not exist": Fault(
        rf"({SCHEMA}|response_schema_conformance) .* (listSms|getSms|elsewhere)", (DYNAMIC,)
    ),
}


@dataclass(frozen=True)
class Run:
    """What came of a run against Prism."""

    mode: str
    exit_code: int
    errors: str
    report: dict[str, Any]

    @property
    def accusations(self) -> set[str]:
        return {" ".join(_parts(fault)) for fault in self.report["faults"]}


def _parts(fault: dict[str, Any]) -> tuple[str, str, str]:
    statuses = re.sub(r"^Wrong status: (\d+), expected ", r"\1 for ", fault["title"])
    is_status = fault["check"] == STATUS
    what = f"{fault['rule']} {statuses}".strip() if is_status else fault["rule"] or fault["title"]
    return fault["check"], what, OPERATIONS.get(fault["operation"], "elsewhere")


def _run(mode: str, folder: Path) -> Run:
    report = folder / "report.json"
    with serving(folder, *MODES[mode]) as base_url:
        command = [sys.executable, "-m", "callr_sms_contract", "--base-url", base_url, "--json", str(report)]
        command += ["--max-seconds", "20", "--seed", "7"]
        environment = {**os.environ, "CALLR_LOGIN": "anybody", "CALLR_PASSWORD": "anything"}
        done = subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    return Run(mode, done.returncode, done.stderr, json.loads(report.read_text(encoding="utf-8")))


@pytest.mark.parametrize("mode", MODES)
def test_what_prism_gets_wrong_is_said_and_nothing_else(mode: str, tmp_path: Path) -> None:
    """All of it in one test, for a run takes long and each worker would make its own."""
    run = _run(mode, tmp_path)
    assert (run.exit_code, run.report["errors"]) == (1, [])
    assert "Traceback" not in run.errors
    faults = {name: re.compile(fault.said) for name, fault in FAULTS.items() if mode in fault.modes}
    untrue = [each for each in run.accusations if not any(said.fullmatch(each) for said in faults.values())]
    assert untrue == [], [fault["answer"] for fault in run.report["faults"] if fault["check"] == SCHEMA]
    unsaid = [
        name
        for name, said in faults.items()
        if FAULTS[name].surely and not any(said.fullmatch(each) for each in run.accusations)
    ]
    assert unsaid == []
    ours = [fault for fault in run.report["faults"] if fault["check"] in (STATUS, MODEL, ENVELOPE, HEADERS)]
    assert ours
    assert all(fault["curl"] for fault in ours), "every failure of our own checks can be tried by hand"


def test_the_page_has_each_of_them_and_no_other() -> None:
    rows = re.findall(r"^\| (.+) \| .+ \|$", PAGE, re.MULTILINE)
    assert [row for row in rows if row not in {"Prism", "---"}] == list(FAULTS)
    said = " ".join(fault.said for fault in FAULTS.values())
    # It cannot break those of webhooks, because it pushes none.
    rules = {rule for operation in Contract.load().operations for rule in operation.rules}
    silent = [rule for rule in sorted(rules) if rule not in said]
    assert [rule for rule in silent if f"`{rule}`" not in PAGE] == []
