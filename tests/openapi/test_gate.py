"""What the gate prints, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from openapi.document import CONTRACT
from openapi.lint import __main__ as gate
from openapi.lint import node

if TYPE_CHECKING:
    from pathlib import Path

CONTROL = CONTRACT.parents[1] / "emulator" / "callr_sms_emulator" / "control.yaml"


def check(
    monkeypatch: pytest.MonkeyPatch, path: Path, score: float, *found: tuple[str, str, str]
) -> tuple[int, str]:
    """Run the gate with two linters, the second of which finds something, and with a score."""
    linters = {"first": lambda _: [], "second": lambda _: list(found)}
    monkeypatch.setattr(gate, "LINTERS", linters)
    monkeypatch.setattr(node, "redocly_score", lambda _: score)
    monkeypatch.setattr("time.perf_counter", lambda: 1.0)
    app = typer.Typer()
    app.command()(gate.main)
    done = CliRunner().invoke(app, [str(path)])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("path", "score", "least"),
    [(CONTRACT, 92.0, None), (CONTRACT, 91.9, 92), (CONTROL, 80.0, None), (CONTROL, 79.9, 80)],
)
def test_the_least_score(
    monkeypatch: pytest.MonkeyPatch, path: Path, score: float, least: int | None
) -> None:
    code, output = check(monkeypatch, path, score)
    lines = [
        f"{path.parent.name}/{path.name}",
        "first                      0 findings    0.0 s",
        "second                     0 findings    0.0 s",
        f"redocly score           {score} of 100      0.0 s",
    ]
    if least is not None:
        lines.append(f"  expected at least {least}: `redocly score` names the operation that is too complex")
    assert (code, output.splitlines()) == (0 if least is None else 1, lines)


def test_a_finding_is_printed_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = check(
        monkeypatch, CONTRACT, 100.0, ("rule", "/a/b", "it is wrong"), ("other", "/", "so is it")
    )
    assert code == 1
    assert output.splitlines()[1:] == [
        "first                      0 findings    0.0 s",
        "second                     2 findings    0.0 s",
        "  rule at /a/b: it is wrong",
        "  other at /: so is it",
        "redocly score           100.0 of 100      0.0 s",
    ]


def test_a_linter_that_is_not_installed_is_said_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(node, "_HERE", tmp_path)
    app = typer.Typer()
    app.command()(gate.main)
    done = CliRunner().invoke(app, [str(CONTRACT)])
    assert done.exit_code == 2
    assert done.stderr == (
        "openapi.lint: redocly is not installed: run `make lint-openapi`, which installs it first\n"
    )


def test_contracts_that_cannot_be_compared_are_said_in_the_words_of_the_tool(tmp_path: Path) -> None:
    with pytest.raises(node.ToolFailedError, match=r"(?s)^redocly could not compare: .*missing\.yaml"):
        node.redocly_diff(CONTRACT, tmp_path / "missing.yaml")
