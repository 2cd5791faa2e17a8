"""What is undocumented fails here."""

import re
from pathlib import Path
from types import ModuleType

import contract_tests
from contract_tests import PROFILES, _cli
from contract_tests._answers import INSPECTIONS
from contract_tests._collect import ANSWERS
from contract_tests._event_rules import EVENT_RULES
from contract_tests._events import EVENT_CHECKS
from contract_tests._receiver import RECEIVER_CHECKS, SECRET
from contract_tests._rules import JUDGED, MODELLED
from contract_tests._schemathesis import REPLACED_CHECKS
from contract_tests._settings import WEBHOOKS

FOLDER = Path(contract_tests.__file__).parent
README = (FOLDER / "README.md").read_text("utf-8")


def test_every_option_is_in_the_readme_and_no_other() -> None:
    commands = {"": _cli.contract_tests, "merge": _cli.merge, "har": _cli.har, "judge": _cli.judge}
    commands["receiver"] = _cli.receiver
    arguments = {"return", "context", "records", "file", "folder", "url"}
    options = {
        name: {f"--{each.replace('_', '-')}" for each in command.__annotations__.keys() - arguments}
        for name, command in commands.items()
    }
    rows = set(re.findall(r"^\| `(--[a-z-]+)`", README, re.MULTILINE))
    assert rows == options[""]
    for name in commands.keys() - {""}:
        row = re.search(rf"^\| `{name} .*$", README, re.MULTILINE)
        assert row is not None, name
        shared = rows & options[name] if "write" in row[0] else set()
        assert options[name] == set(re.findall(r"`(--[a-z-]+)`", row[0])) - {"--json", "--repro"} | shared


def test_every_check_rule_and_profile_is_in_the_readme() -> None:
    checks = {*INSPECTIONS, ANSWERS, *EVENT_CHECKS, *RECEIVER_CHECKS, *REPLACED_CHECKS}
    names = {*checks, *JUDGED, *MODELLED, *EVENT_RULES, *PROFILES, *WEBHOOKS, SECRET}
    assert {name for name in names if f"`{name}`" not in README} == set()


def test_every_module_is_in_the_readme() -> None:
    modules = {path.stem for path in FOLDER.glob("_[a-z]*.py")}
    assert {name for name in modules if f"`{name}`" not in README} == set()


def test_the_package_offers_what_it_says() -> None:
    parts = {name for name, found in vars(contract_tests).items() if isinstance(found, ModuleType)}
    public = {name for name in vars(contract_tests) if not name.startswith("_")} - parts
    assert set(contract_tests.__all__) == public
