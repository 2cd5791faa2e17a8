"""Who may import whom: the table of ARCHITECTURE.md, held."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = {
    "openapi": "openapi",
    "generator": "generator",
    "callr_sms_client": "generated_client",
    "callr_sms_emulator": "emulator",
    "callr_sms_contract": "contract_tests",
}
ALLOWED = {"generator": {"openapi"}}


def imported(path: Path) -> set[str]:
    """Top-level packages that a module imports absolutely, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", PARTS)
def test_a_part_imports_no_other_than_the_table_says(package: str) -> None:
    modules = [path for path in (ROOT / PARTS[package]).rglob("*.py") if "node_modules" not in path.parts]
    assert modules
    foreign = PARTS.keys() - {package} - ALLOWED.get(package, set())
    assert {
        str(path.relative_to(ROOT)): found for path in modules if (found := imported(path) & foreign)
    } == {}


def test_the_client_depends_on_its_transport_alone() -> None:
    """That is on httpx2, with the pool and the event loops it stands on; the command line on typer."""
    standard = __import__("sys").stdlib_module_names
    modules = list((ROOT / "generated_client" / "callr_sms_client").rglob("*.py"))
    command = [path for path in modules if path.stem.startswith("_cli_")]
    for paths, extra in ((set(modules) - set(command), set()), (command, {"typer"})):
        outside = {name for path in paths for name in imported(path)} - set(standard)
        assert outside <= {"callr_sms_client", "httpx2", "httpcore2", "anyio"} | extra


def test_the_fixtures_for_pytest_stand_on_the_standard_library_and_pytest() -> None:
    """They are imported in every test run of those who have them installed."""
    standard = __import__("sys").stdlib_module_names
    modules = [*(ROOT / "emulator" / "callr_sms_emulator_pytest").rglob("*.py")]
    assert modules
    outside = {name for path in modules for name in imported(path)} - set(standard)
    assert outside <= {"callr_sms_emulator_pytest", "pytest"}


def test_the_benchmarks_import_what_is_public_of_the_client() -> None:
    modules = list((ROOT / "benchmarks").glob("*.py"))
    assert modules
    for path in modules:
        others = (
            {"callr_sms_contract"} if path.stem == "_suite" else {"callr_sms_client", "callr_sms_emulator"}
        )
        assert imported(path) & PARTS.keys() <= others
    assert not [path for path in modules if "callr_sms_client._" in path.read_text(encoding="utf-8")]


def test_the_demo_imports_the_client_alone() -> None:
    assert imported(ROOT / "demo.py") & PARTS.keys() == {"callr_sms_client"}
