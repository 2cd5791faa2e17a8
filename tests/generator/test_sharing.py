"""What the tests share gives what each would have of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from generator.config import load_config
from generator.diff import clients
from generator.diff.changes import ordered
from generator.diff.signatures import signature_changes
from generator.generate import generate_document
from generator.parser.document import Document
from openapi.document import CONTRACT
from tests.generator.contracts import LIST, SEND, SMS, base, both, edited, put, without
from tests.generator.sharing import ALONE, redocly_process
from tests.generator.support import CONFIG, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.generator.contracts import Edit

OPTIONS = ("diff", "--config", "diff.yaml", "--format", "json", "--fail-on", "none")


@pytest.mark.usefixtures("linters")
def test_redocly_finds_the_same_in_a_process_of_its_own_and_in_a_shared_one(tmp_path: Path) -> None:
    edits: list[Edit] = [put(f"{LIST}/parameters/0/in", "header"), put(f"{SEND}/description", "Sends.")]
    with redocly_process() as together:
        for number, edit in enumerate((*edits, edits[0])):
            (tmp_path / str(number)).mkdir()
            command = ("redocly", *OPTIONS, str(CONTRACT), str(edited(tmp_path / str(number), edit).path))
            one, shared = ALONE(*command), together(*command)
            assert (shared.returncode, json.loads(shared.stdout)) == (one.returncode, json.loads(one.stdout))
        absent = together("redocly", *OPTIONS, str(CONTRACT), str(tmp_path / "absent.yaml"))
        assert absent.returncode != 0


def test_a_shared_client_is_the_one_that_is_generated(tmp_path: Path) -> None:
    document = Document(base().document, "")
    settings = clients.fitted(load_config(CONFIG), document)
    generate_document(document, settings, tmp_path / "own")
    for name in ("shared", "again"):
        vars(clients)["generate_document"](document, settings, tmp_path / name)
        assert tree(tmp_path / name) == tree(tmp_path / "own")


def test_a_shared_client_is_read_as_one_of_its_own(tmp_path: Path) -> None:
    """Before and after others were compared with it."""
    document = Document(base().document, "")
    settings = clients.fitted(load_config(CONFIG), document)
    shared, own = tmp_path / "shared", tmp_path / "own"
    vars(clients)["generate_document"](document, settings, shared)
    generate_document(document, settings, own)
    for number, edit in enumerate(
        (
            both(put(f"{SMS}/properties/parts", ...), without(f"{SMS}/required", "parts")),
            put(f"{LIST}/operationId", "all"),
        )
    ):
        (tmp_path / f"{number}").mkdir()
        changed = Document(edited(tmp_path / f"{number}", edit).document, "")
        other = tmp_path / f"{number}" / "client"
        generate_document(changed, clients.fitted(settings, changed), other)
        found = [ordered(signature_changes(one, other, settings.package)) for one in (shared, own)]
        assert found[0] == found[1] != []
    assert signature_changes(shared, own, settings.package) == []
