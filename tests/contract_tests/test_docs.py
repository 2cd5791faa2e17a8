"""What is undocumented fails here."""

import re
from types import ModuleType

import callr_sms_contract
from callr_sms_contract.cli import commands
from callr_sms_contract.cli.client import client
from callr_sms_contract.oracle.event_rules import EVENT_RULES
from callr_sms_contract.oracle.request_rules import ACCOUNT_RULES, REQUEST_RULES
from callr_sms_contract.oracle.responses import INSPECTIONS
from callr_sms_contract.phases.engine import REPLACED_CHECKS
from callr_sms_contract.phases.recorder import ANSWERED
from callr_sms_contract.phases.webhook_judge import EVENT_CHECKS
from callr_sms_contract.receiver.judge import RECEIVER_CHECKS, SECRET
from callr_sms_contract.settings import PROFILES, WEBHOOKS
from tests.docs.pages import DOCS

PAGES = {page.name: page.read_text("utf-8") for page in (DOCS / "contract-tests").glob("*.md")}
RUNNING = PAGES["running.md"]


def test_every_option_is_documented_and_no_other() -> None:
    found = {"": commands.contract, "merge": commands.merge, "har": commands.har, "judge": commands.judge}
    found |= {"receiver": commands.receiver, "client": client}
    arguments = {"command", "return", "context", "records", "file", "folder", "url"}
    options = {
        name: {f"--{each.replace('_', '-')}" for each in command.__annotations__.keys() - arguments}
        for name, command in found.items()
    }
    rows = set(re.findall(r"^\| `(--[a-z-]+)`", RUNNING, re.MULTILINE))
    assert rows == options[""]
    for name in found.keys() - {""}:
        row = re.search(rf"^\| `{name} .*$", RUNNING, re.MULTILINE)
        assert row is not None, name
        shared = rows & options[name] if "write" in row[0] else set()
        assert options[name] == set(re.findall(r"`(--[a-z-]+)`", row[0])) - {"--json", "--repro"} | shared


def test_every_check_rule_and_profile_is_documented() -> None:
    checks = {*INSPECTIONS, ANSWERED, *EVENT_CHECKS, *RECEIVER_CHECKS, *REPLACED_CHECKS}
    names = {*checks, *REQUEST_RULES, *ACCOUNT_RULES, *EVENT_RULES, *PROFILES, *WEBHOOKS, SECRET}
    manual = "".join(PAGES.values())
    assert {name for name in names if f"`{name}`" not in manual} == set()


def test_the_package_offers_what_it_says() -> None:
    for name in callr_sms_contract.__all__:
        assert getattr(callr_sms_contract, name) is not None  # it is imported when it is asked for
    parts = {name for name, found in vars(callr_sms_contract).items() if isinstance(found, ModuleType)}
    public = {name for name in vars(callr_sms_contract) if not name.startswith("_")} - parts
    assert set(callr_sms_contract.__all__) == public
