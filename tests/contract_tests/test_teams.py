"""Known failures, excluded parts, edited contracts: what teams change of a run."""

import copy
import dataclasses
import random
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from callr_sms_contract import PROFILES, Settings, run_suite
from callr_sms_contract.cli.commands import main
from callr_sms_contract.cli.teams import contract_of, usable
from callr_sms_contract.contract import CONTRACT_PATH, Contract, ContractError
from callr_sms_contract.contract.edited import checked
from callr_sms_contract.reports import summary
from callr_sms_contract.reports.html import html
from callr_sms_contract.reports.junit import junit
from callr_sms_contract.reports.markdown import markdown
from callr_sms_contract.results import BaselineError, read_baseline, to_json, to_yaml, updated, with_baseline
from callr_sms_contract.results.baseline import Entry
from callr_sms_contract.results.record import read_record
from tests.conftest import RunningEmulator
from tests.contract_tests.live_host import live_host
from tests.contract_tests.lying_proxy import Proxy, Request, Response
from tests.contract_tests.records import BAD, FAULT, GOOD

TODAY = date(2026, 3, 19)
KNOWN = Entry(FAULT.group, "the gateway strips it", date(2026, 4, 1))


# --- baseline -------------------------------------------------------------------------------------------


def test_a_known_failure_is_no_failure_until_it_expires() -> None:
    record = with_baseline(BAD, (KNOWN,), TODAY)
    assert [fault.key for fault in record.faults] == [BAD.faults[1].key]
    assert [each.fault for each in record.known] == [BAD.faults[0]]
    note = f"known: POST /sms — {FAULT.title}, until 2026-04-01 (the gateway strips it)"
    assert note in record.notes
    assert with_baseline(BAD, (KNOWN,), KNOWN.expires).known
    late = with_baseline(BAD, (KNOWN,), date(2026, 4, 2))
    assert late.faults == BAD.faults
    assert any(
        "expired on 2026-04-01 (the gateway strips it); it is a failure again" in each for each in late.notes
    )


def test_a_failure_that_vanished_is_said() -> None:
    (note,) = with_baseline(GOOD, (KNOWN,), TODAY).notes
    assert note == f"baseline: {KNOWN.failure!r} was not found any more; --update-baseline removes it"
    (other,) = with_baseline(dataclasses.replace(GOOD, is_complete=False), (KNOWN,), TODAY).notes
    assert other.endswith("but not everything was tested")


def test_every_report_shows_what_is_known_and_what_is_excluded(tmp_path: Path) -> None:
    record = with_baseline(dataclasses.replace(BAD, excluded=("rule list-order",)), (KNOWN,), TODAY)
    for page in (summary(record), markdown(record), html(record)):
        assert "the gateway strips it" in page
    root = ET.fromstring(junit(record))  # noqa: S314 - our own document
    skipped = {
        case.get("name"): found.get("message")
        for case in root.iter("testcase")
        for found in case.iter("skipped")
        if case.get("classname") == "not judged"
    }
    assert skipped == {
        "rule list-order": "excluded by --exclude",
        f"POST /sms: {FAULT.group}".replace("\x00", "\\x00"): "known until 2026-04-01: the gateway strips it",
    }
    path = tmp_path / "record.json"
    path.write_text(to_json(record), encoding="utf-8")
    assert read_record(path) == record


def test_an_update_keeps_reasons_adds_what_is_new_and_removes_what_is_gone(tmp_path: Path) -> None:
    gone = Entry("gone/x/y", "old", date(2027, 1, 1))
    whole = dataclasses.replace(BAD, is_complete=True)
    entries = updated(whole, (KNOWN, gone), TODAY)
    fresh = Entry(BAD.faults[1].group, "not given yet", date(2026, 6, 17))
    assert set(entries) == {KNOWN, fresh}
    assert gone in updated(BAD, (KNOWN, gone), TODAY)  # not everything was tested
    path = tmp_path / "baseline.yaml"
    path.write_text(to_yaml(entries), encoding="utf-8")
    assert read_baseline(path) == entries
    assert with_baseline(whole, entries, TODAY).holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is not YAML"),
        ("a: 1", "has no list `failures`"),
        ("[]", "has no list `failures`"),
        ("failures: [1]", "entry 1 is incomplete; expected failure, reason, expires"),
        ("failures: [{failure: a, reason: b}]", "entry 1 is incomplete"),
        (
            "failures: [{failure: a, reason: '', expires: 2026-01-01}]",
            "entry 1: reason is ''; expected words",
        ),
        (
            "failures: [{failure: a, reason: b, expires: soon}]",
            "entry 1: expires is 'soon'; expected a date like",
        ),
        (
            "failures: [&it {failure: a, reason: b, expires: 2026-01-01}, *it]",
            "'a' is there twice; expected each failure once",
        ),
    ],
)
def test_a_baseline_that_cannot_be_used_is_named(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError) as caught:
        read_baseline(path)
    assert str(caught.value).startswith(f"--baseline: {path}")
    assert said in str(caught.value)


def _as_409(told: Response, _: Request) -> Response:
    return Response(409, told.headers, told.body) if told.status == 400 else told


def _main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["program", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_team_lives_with_what_it_knows(
    emulator: RunningEmulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Broken, then written into the baseline, then accepted; an excluded check is not judged."""
    monkeypatch.setenv("CALLR_LOGIN", emulator.login)
    monkeypatch.setenv("CALLR_PASSWORD", emulator.password)
    baseline, report = str(tmp_path / "known.yaml"), tmp_path / "report.xml"
    with Proxy(emulator.base_url, lie=_as_409).listening() as proxy:
        quick = (
            *("--base-url", proxy.base_url, "--phase", "examples", "--operation", "listSms"),
            *("--max-seconds", "900", "--seed", "7"),
        )
        assert _main(monkeypatch, *quick, "--baseline", baseline) == 2
        assert f"--baseline: {baseline} cannot be read" in capsys.readouterr().err
        assert _main(monkeypatch, *quick) == 1
        assert _main(monkeypatch, *quick, "--baseline", baseline, "--update-baseline") == 0
        capsys.readouterr()
        assert _main(monkeypatch, *quick, "--baseline", baseline, "--junit", str(report)) == 0
        output = capsys.readouterr().out
        assert "known: GET /sms — Wrong status: 409, expected 400, until " in output
        assert "known until" in report.read_text("utf-8")
        names = ("verdict_on_the_wire", "status_code_conformance", "answer_envelope")
        without = [word for name in names for word in ("--exclude", name)]
        assert _main(monkeypatch, *quick, *without) == 0
        assert "excluded by --exclude: check verdict_on_the_wire" in capsys.readouterr().out


def test_what_is_excluded_is_not_called_and_finds_nothing(settings: Settings) -> None:
    def lie(told: Response, _: Request) -> Response:
        return Response(
            told.status, told.headers, told.body.replace(b'"nature":"MARKETING"', b'"nature":"ALERTING"')
        )

    with Proxy(settings.base_url, lie=lie).listening() as proxy:
        chosen = dataclasses.replace(
            settings,
            base_url=proxy.base_url,
            phases=("account", "webhooks"),
            operations=("sendSms", "getSms"),
            profile=dataclasses.replace(PROFILES["quick"], account_calls=60),
        )
        found = {fault.rule for fault in run_suite(chosen).record.faults}
        assert "nature-as-asked" in found
        record = run_suite(dataclasses.replace(chosen, excluded=frozenset(found))).record
    assert record.faults == ()
    assert "rule nature-as-asked" in record.excluded


# --- edited contracts -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(CONTRACT_PATH.read_text("utf-8"))
    return found


def _without_ids(document: dict[str, Any]) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            del operation["operationId"]


def _parameters_of_paths(document: dict[str, Any]) -> None:
    read = document["paths"]["/sms/{hash}"]
    read["parameters"] = read["get"].pop("parameters")


def _parameters_behind_references(document: dict[str, Any]) -> None:
    store = document["components"].setdefault("parameters", {})
    for item in document["paths"].values():
        for owner in (item, *(value for value in item.values() if isinstance(value, dict))):
            for number, parameter in enumerate(owner.get("parameters", ())):
                name = f"P{len(store)}"
                store[name] = parameter
                owner["parameters"][number] = {"$ref": f"#/components/parameters/{name}"}


def _items_behind_references(document: dict[str, Any]) -> None:
    items = document["components"].setdefault("pathItems", {})
    for number, path in enumerate(document["paths"]):
        items[f"I{number}"] = document["paths"][path]
        document["paths"][path] = {"$ref": f"#/components/pathItems/I{number}"}


def _bodies_behind_references(document: dict[str, Any]) -> None:
    send = document["paths"]["/sms"]["post"]
    document["components"].setdefault("requestBodies", {})["Send"] = send["requestBody"]
    send["requestBody"] = {"$ref": "#/components/requestBodies/Send"}


SPELLINGS = (
    _without_ids,
    _parameters_of_paths,
    _parameters_behind_references,
    _bodies_behind_references,
    _items_behind_references,
)


@pytest.mark.parametrize("spell", SPELLINGS)
def test_every_spelling_is_the_same_contract(
    spell: Callable[[dict[str, Any]], None], document: dict[str, Any], contract: Contract
) -> None:
    other = copy.deepcopy(document)
    spell(other)
    assert other != document
    found = checked(other, Path("x"), contract.rules)
    assert found.document["paths"] == contract.document["paths"]
    assert [each.id for each in found.operations] == [each.id for each in contract.operations]


def test_a_run_with_all_spellings_at_once(
    document: dict[str, Any], settings: Settings, tmp_path: Path
) -> None:
    other = copy.deepcopy(document)
    for spell in SPELLINGS:
        spell(other)
    path = tmp_path / "edited.yaml"
    path.write_text(yaml.safe_dump(other), encoding="utf-8")
    chosen = dataclasses.replace(settings, phases=("examples", "stateful"), operations=("getSms", "sendSms"))
    record = run_suite(chosen, contract_of(str(path))).record
    assert (record.faults, record.errors) == ((), ())
    assert record.total > 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is neither YAML nor JSON"),
        ("[1]", "it is an array; expected an OpenAPI document"),
        ("openapi: 3.0.3", "openapi: '3.0.3' is not a version that is understood; expected 3.1.0"),
        ("openapi: 3.1.0", "paths: it is missing; expected an object"),
    ],
)
def test_a_file_that_is_no_contract_is_refused_in_words(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        contract_of(str(path))
    assert str(caught.value).startswith(f"--contract: {path}")
    assert said in str(caught.value)


def _edit(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    *steps, last = path.split(" ")

    def edit(document: dict[str, Any]) -> None:
        node: Any = document
        for step in steps:
            node = node[step]
        node[last] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            _edit("paths /sms post x-callr-safe", value=True),
            "POST /sms: x-callr-safe: true on an operation that sends",
        ),
        (
            _edit("paths /sms get x-callr-safe", None),
            "GET /sms: x-callr-safe: None is neither true nor false",
        ),
        (_edit("paths /sms get parameters", [{"$ref": "#/nowhere"}]), "$ref: '#/nowhere' leads nowhere"),
        (_edit("paths /sms", {"$ref": "other.yaml"}), "$ref: 'other.yaml' is not in this file"),
        (_edit("paths /sms get operationId", "getSms"), "operationId 'getSms' is that of GET /sms, too"),
        (_edit("paths /sms/{hash} get parameters", []), "'hash' of the path is missing"),
        (_edit("components schemas Hash minLength", "8"), "components.schemas.Hash.minLength: "),
        (_edit("paths /sms get x-callr-rules", [{"name": "new"}]), "x-callr-rules: 'new' is unknown"),
        (_edit("paths /sms post requestBody content", {}), "it has no schema for application/json"),
    ],
)
def test_a_contract_that_cannot_be_used_says_why(
    edit: Callable[[dict[str, Any]], None], said: str, document: dict[str, Any], contract: Contract
) -> None:
    other = copy.deepcopy(document)
    edit(other)
    with pytest.raises(ContractError) as caught:
        checked(other, Path("edited.yaml"), contract.rules)
    assert said in str(caught.value)


def _nodes(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - YAML
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield (*path, key)
        yield from _nodes(value, (*path, key))


def test_no_edit_ends_in_a_traceback(document: dict[str, Any], contract: Contract) -> None:
    """Any one value, mostly of the part that is read first, taken away or replaced."""
    chance = random.Random(5)  # noqa: S311 - it draws tests, no secrets
    first = {"paths", "servers", "info", "webhooks"}
    paths = [path for path in _nodes(document) if path[0] in first or len(path) < 5]
    refused = 0
    for path in chance.sample(paths, 150):
        other = copy.deepcopy(document)
        node: Any = other
        for step in path[:-1]:
            node = node[step]
        if chance.random() < 0.3:
            del node[path[-1]]
        else:
            node[path[-1]] = chance.choice([None, 1, [], {}, "x", [None], {"$ref": "#/paths"}])
        try:
            usable(checked(other, Path("x"), contract.rules), "x")
        except ContractError:
            refused += 1
    assert 30 < refused < 140


def test_no_contract_leads_past_the_guard(document: dict[str, Any], tmp_path: Path) -> None:
    """A contract that calls sends reads is refused; without the check, the guard ends the run."""
    other = copy.deepcopy(document)
    for item in other["paths"].values():
        for operation in item.values():
            operation["x-callr-safe"] = True
    script = tmp_path / "run.py"
    script.write_text(
        "import sys, yaml\n"
        "from pathlib import Path\n"
        "from callr_sms_contract import Settings, run_suite\n"
        "from callr_sms_contract.contract import Contract\n"
        "contract = Contract(yaml.safe_load(Path(sys.argv[1]).read_text('utf-8')))\n"
        "settings = Settings(sys.argv[2], 'a', 'b', live_rate=1000, max_seconds=30)\n"
        "run_suite(settings, contract, is_local=lambda _: False)\n",
        encoding="utf-8",
    )
    path = tmp_path / "edited.yaml"
    path.write_text(yaml.safe_dump(other), encoding="utf-8")
    with pytest.raises(ContractError, match="expected false"):
        contract_of(str(path))
    with live_host() as host:
        done = subprocess.run(  # noqa: S603 - the script above
            [sys.executable, str(script), str(path), host.url],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        received = b"".join(host.received)
    assert done.returncode == 2, done.stderr
    assert b"POST" not in received
    assert b"/sms/send" not in received


# --- exclusions and certificates ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--exclude", "nothing"),
            "--exclude: 'nothing' is unknown; expected an operation (getSms, listSms, ",
        ),
        (
            ("--operation", "getSms", "--exclude", "getSms"),
            "--exclude: no operation is left; expected at least one",
        ),
        (
            ("--update-baseline",),
            "--update-baseline: there is no file to update; expected --baseline FILE, too",
        ),
        (("--contract", "/no/where"), "--contract: /no/where cannot be read (No such file or directory)"),
        (
            ("--base-url", "http://127.0.0.1:1/rest/v1.1", "--client-certificate", "/no/where"),
            "--client-certificate: '/no/where' cannot be used (No such file or directory); expected a PEM",
        ),
    ],
)
def test_wrong_settings_of_teams_are_2_and_one_line(
    arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CALLR_LOGIN", "x")
    monkeypatch.setenv("CALLR_PASSWORD", "y")
    assert _main(monkeypatch, *arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"callr-sms-contract: {said}")
    assert error.count("\n") == 1


def test_a_client_certificate_is_presented(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """By our own client and by schemathesis, to a server that talks to nobody without one."""
    pem = str(Path(__file__).with_name("localhost.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=pem)
    context.load_cert_chain(pem)
    context.verify_mode = ssl.CERT_REQUIRED
    with live_host(context) as host:
        url = host.url.replace("http:", "https:")
        chosen = dataclasses.replace(settings, base_url=url, phases=("examples",), operations=("listSms",))
        record = run_suite(chosen).record
        assert record.stopped or record.faults  # every response is {}, or none came
        assert host.received == []
        run_suite(dataclasses.replace(chosen, client_certificate=pem))
        received = b"".join(host.received)
    assert b"x-schemathesis-testcaseid" in received.lower()
    assert received.lower().count(b"host:") > received.lower().count(b"x-schemathesis-testcaseid")
