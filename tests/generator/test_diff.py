"""`diff` and `release`, as they are typed; the released contracts."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from generator.diff.contract import contract_of, read_contract
from generator.diff.releases import newest_release, released_versions
from generator.diff.signatures import alternatives
from generator.diff.versions import Bump, Version, parse_version
from generator.errors import GenerationError
from openapi.document import CONTRACT
from openapi.lint import node
from tests.generator.contracts import LIST, SCHEMAS, SEND, SMS, base, both, comparison, edited, put, without
from tests.generator.support import CONFIG, ROOT, make, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.generator.contracts import Edit

RELEASED = ROOT / "openapi" / "released"
PROSE = put(f"{SEND}/description", "Sends.")
#: The version of the contract, and those that it may be raised to.
NOW = base().version
PATCH, MINOR, MAJOR = (NOW.raised(bump) for bump in (Bump.PATCH, Bump.MINOR, Bump.MAJOR))


def test_the_present_contract_is_raised_enough() -> None:
    """A contract with the version of the newest release has to be that release."""
    code, said = run("diff")
    assert (code, said.splitlines()[-1]) == (0, "verdict         enough")


def test_a_released_contract_is_named_after_its_version() -> None:
    released = released_versions(RELEASED)
    assert released
    assert {version: read_contract(path).version for version, path in released.items()} == {
        version: version for version in released
    }


def test_people_read_a_row_for_each_change(tmp_path: Path) -> None:
    path = edited(tmp_path, put(f"{LIST}/parameters/0/in", "header"), PROSE).path
    code, said = run("diff", "--base", CONTRACT, "--contract", path)
    rows = [" ".join(line.split()) for line in said.splitlines()]
    place = "#/paths/~1sms/get/parameters/0/in"
    assert code == 1
    assert f"major senders listSms `type` query parameter is now a header parameter. {place}" in rows
    assert sum(row.startswith("patch nobody sendSms `description` changed") for row in rows) == 1
    assert rows[-5:] == [
        "changes 2, 1 of them breaking",
        f"version of base {NOW}",
        f"version now {NOW}",
        f"version needed {MAJOR} (major)",
        f"verdict too low: set info.version to {MAJOR}",
    ]


def test_programs_read_json(tmp_path: Path) -> None:
    path = edited(tmp_path, put(f"{LIST}/x-callr-safe", to=False), put("/info/version", str(MINOR))).path
    code, said = run("diff", "--base", CONTRACT, "--contract", path, "--format", "json")
    assert code == 1
    assert json.loads(said) == {
        "base": {"path": str(CONTRACT), "version": str(NOW)},
        "contract": {"path": str(path), "version": str(MINOR)},
        "changes": [
            {
                "what": "`x-callr-safe` changed from 'True' to 'False'.",
                "where": "listSms",
                "pointer": "#/paths/~1sms/get/x-callr-safe",
                "operations": ["listSms"],
                "breaks": ["senders"],
                "bump": "major",
                "rule": "safe-removed",
            }
        ],
        "bump": "major",
        "needed": str(MAJOR),
        "enough": False,
    }


@pytest.mark.parametrize(("version", "code"), [("1.1.0", 1), ("1.1.1", 0), ("1.10.0", 0), ("1.0.9", 1)])
def test_the_exit_code_says_whether_the_version_is_high_enough(
    tmp_path: Path, version: str, code: int
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    released = edited(old, put("/info/version", "1.1.0")).path
    path = edited(new, PROSE, put("/info/version", version)).path
    assert run("diff", "--base", released, "--contract", path)[0] == code


def test_it_works_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = edited(tmp_path, PROSE, put("/info/version", str(PATCH))).path
    monkeypatch.chdir(tmp_path)
    assert run("diff", "--base", CONTRACT, "--contract", path.name)[0] == 0
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        ("openapi: [", "while parsing"),
        ("openapi: 3.0.3\ninfo: {}", "expected an OpenAPI 3.1 document"),
        ("openapi: 3.1.1\ninfo: {version: '1.1'}", "#/info/version: '1.1': expected MAJOR.MINOR.PATCH"),
    ],
)
@pytest.mark.parametrize("option", ["--base", "--contract"])
def test_what_cannot_be_compared(tmp_path: Path, option: str, content: str | None, said: str) -> None:
    path = tmp_path / "openapi.yaml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    code, printed = run("diff", "--base", CONTRACT, option, path)
    assert (code, len(printed.splitlines())) == (2, 1)
    assert printed.startswith(f"no comparison is possible: {path}")
    assert said in printed


def test_a_reference_to_nothing_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="a reference points to nothing, or a part is not an object"):
        edited(tmp_path, put(f"{SCHEMAS}/Hash", ...))


def test_a_missing_release_and_a_wrong_name_are_reported(tmp_path: Path) -> None:
    code, said = run("diff", "--released", tmp_path)
    assert (code, "run: make release-contract" in said) == (2, True)
    (tmp_path / "latest.yaml").write_text("", encoding="utf-8")
    code, said = run("diff", "--released", tmp_path)
    assert (code, "'latest': expected MAJOR.MINOR.PATCH" in said) == (2, True)


def test_without_redocly_no_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "_HERE", tmp_path)
    code, said = run("diff", "--base", CONTRACT, "--contract", edited(tmp_path, PROSE).path)
    assert (code, "run `make lint-openapi`" in said) == (2, True)


def test_a_contract_without_a_client_breaks_python(tmp_path: Path) -> None:
    path = edited(tmp_path, put(f"{SCHEMAS}/Money/not", {"const": "0"})).path
    code, said = run("diff", "--base", CONTRACT, "--contract", path)
    assert (code, "no client can be generated" in said, "'not' is not supported" in said) == (1, True, True)
    code, said = run("diff", "--base", path, "--contract", CONTRACT)
    assert (code, "no client can be generated" in said) == (2, True)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            both(put(f"{SMS}/properties/parts", ...), without(f"{SMS}/required", "parts")),
            "needs.Sms: there is no parts;",
        ),
        (put(f"{LIST}/operationId", "listAll"), "listSms"),
    ],
)
def test_settings_that_have_to_follow_are_named(tmp_path: Path, edit: Edit, said: str) -> None:
    """The client was generated with what fits of them: with all of them but `needs`, or with fewer."""
    changes = comparison(tmp_path, edit).changes
    (change,) = (one for one in changes if one.rule == "settings")
    assert change.what.startswith("No client until then: ")
    assert said in change.what
    assert change.bump is Bump.PATCH


def test_settings_that_fit_are_not_named(tmp_path: Path) -> None:
    assert {one.rule for one in comparison(tmp_path, PROSE).changes} == {"prose"}


def test_releasing(tmp_path: Path) -> None:
    folder = tmp_path / "released"
    assert run("release", "--released", folder)[0] == 0
    first = folder / f"{NOW}.yaml"
    assert first.read_bytes() == CONTRACT.read_bytes()
    assert run("release", "--released", folder) == (0, f"{NOW} is already released: nothing to do\n")
    changed = edited(tmp_path, PROSE).path
    code, said = run("release", "--released", folder, "--contract", changed)
    assert (code, f"{NOW} is already released with other content" in said) == (2, True)
    assert first.read_bytes() == CONTRACT.read_bytes()
    assert run("release", "--released", folder, "--contract", changed, "--unpublished")[0] == 0
    assert first.read_bytes() == changed.read_bytes()


def test_releasing_a_version_that_is_too_low(tmp_path: Path) -> None:
    folder = tmp_path / "released"
    run("release", "--released", folder)
    breaking = both(put(f"{LIST}/x-callr-safe", to=False), put("/info/version", str(MINOR)))
    code, said = run("release", "--released", folder, "--contract", edited(tmp_path, breaking).path)
    assert (code, f"{MINOR} is too low" in said, f"need {MAJOR}" in said) == (2, True, True)
    raised = edited(tmp_path, breaking, put("/info/version", str(MAJOR))).path
    assert run("release", "--released", folder, "--contract", raised)[0] == 0
    assert newest_release(folder).name == f"{MAJOR}.yaml"


def test_the_newest_is_so_by_its_number(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "0.12.3"):
        (tmp_path / f"{version}.yaml").write_text("", encoding="utf-8")
    assert newest_release(tmp_path).name == "1.10.0.yaml"


def test_the_version_of_the_client_is_that_of_the_contract(tmp_path: Path) -> None:
    document = edited(tmp_path, put("/info/version", "4.5.6")).document
    settings = CONFIG.read_text(encoding="utf-8")
    for beside in ("../LICENSE", "examples.callr.toml"):
        settings = settings.replace(beside, (CONFIG.parent / beside).as_posix())
    client = make(tmp_path, document, settings)
    generated = (client / "callr_sms_client" / "_generated.py").read_text(encoding="utf-8")
    assert '__version__: Final = "4.5.6"' in generated
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "version"],
        cwd=client,
        capture_output=True,
        text=True,
        check=True,
    )
    assert built.stdout == "4.5.6\n"


@pytest.mark.parametrize("text", ["1.1", "1.1.0rc1", "01.1.0", "1.1.0\n", "", "v1.1.0"])
def test_a_version_has_three_numbers(text: str) -> None:
    with pytest.raises(GenerationError, match=r"there: .*expected MAJOR\.MINOR\.PATCH"):
        parse_version(text, "there")


@pytest.mark.parametrize(
    ("bump", "raised"),
    [(Bump.NONE, "1.2.3"), (Bump.PATCH, "1.2.4"), (Bump.MINOR, "1.3.0"), (Bump.MAJOR, "2.0.0")],
)
def test_a_version_is_raised(bump: Bump, raised: str) -> None:
    assert str(Version(1, 2, 3).raised(bump)) == raised


def test_the_alternatives_of_a_type() -> None:
    assert alternatives("Direction | Literal['IN', 'OUT'] | None") == {
        *("Direction", "Literal['IN']", "Literal['OUT']", "None"),
    }
    assert alternatives("builtins.list[Sms]") == alternatives("list[Sms]")
    assert alternatives("list[str | None]") == {"list[str | None]"}


def test_places_have_names() -> None:
    contract = contract_of(read_contract(CONTRACT).document, CONTRACT)
    assert {
        pointer: contract.place(pointer)
        for pointer in (
            "#/components/schemas/SMS/properties/parts/maximum",
            "#/paths/~1sms~1{hash}/get/parameters/0",
            "#/paths/~1sms~1{hash}",
            "#/info/title",
        )
    } == {
        "#/components/schemas/SMS/properties/parts/maximum": "SMS.parts",
        "#/paths/~1sms~1{hash}/get/parameters/0": "getSms",
        "#/paths/~1sms~1{hash}": "/sms/{hash}",
        "#/info/title": "info",
    }
