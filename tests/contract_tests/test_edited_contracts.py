"""Edited contracts: every spelling is read, what cannot be used is refused, and the guard holds."""

import copy
import dataclasses
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.cli.teams import contract_of, usable
from callr_sms_contract.contract import CONTRACT_PATH, Contract, ContractError
from callr_sms_contract.contract.edited import checked
from tests.contract_tests.live_host import live_host


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
