"""What import-linter cannot say: what a part may depend on, and that ARCHITECTURE.md shows the contracts.

The walls themselves are contracts in pyproject.toml, which `make lint` holds.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "openapi": ROOT / "openapi",
    "generator": ROOT / "generator",
    "callr_sms_client": ROOT / "generated_client" / "callr_sms_client",
    "callr_sms_emulator": ROOT / "emulator" / "callr_sms_emulator",
    "callr_sms_emulator_pytest": ROOT / "emulator" / "callr_sms_emulator_pytest",
    "callr_sms_contract": ROOT / "contract_tests" / "callr_sms_contract",
    "callr_sms_contract_pytest": ROOT / "contract_tests" / "callr_sms_contract_pytest",
    "mutants": ROOT / "contract_tests" / "mutants",
}
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]
LAYERS = {contract["containers"][0]: contract for contract in CONTRACTS if contract["type"] == "layers"}


def imported(path: Path) -> set[str]:
    """Top-level packages that a module imports absolutely, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_the_client_depends_on_its_transport_alone() -> None:
    """That is on httpx2, with the pool and the event loops it stands on; extras on socksio and typer."""
    modules = list(PACKAGES["callr_sms_client"].rglob("*.py"))
    command = [
        path
        for path in modules
        if path.parent.name == "_cli" and path.stem not in {"__init__", "entry_point"}
    ]
    for paths, extra in ((set(modules) - set(command), set()), (command, {"typer"})):
        outside = {name for path in paths for name in imported(path)} - set(sys.stdlib_module_names)
        assert outside <= {"callr_sms_client", "httpx2", "httpcore2", "anyio", "socksio"} | extra


@pytest.mark.parametrize("package", ["callr_sms_contract_pytest", "callr_sms_emulator_pytest"])
def test_the_plugins_for_pytest_depend_on_pytest_alone(package: str) -> None:
    """They are imported in every test run of those who have them installed."""
    modules = [*PACKAGES[package].rglob("*.py")]
    assert modules
    outside = {name for path in modules for name in imported(path)} - set(sys.stdlib_module_names)
    assert outside <= {package, "pytest"}


def test_the_benchmarks_import_what_is_public_of_the_client() -> None:
    modules = list((ROOT / "benchmarks").glob("*.py"))
    assert modules
    for path in modules:
        programs = {"callr_sms_contract"}
        others = programs if path.stem == "_suite" else {"callr_sms_client", "callr_sms_emulator"}
        assert imported(path) & PACKAGES.keys() <= others
    assert not [path for path in modules if "callr_sms_client._" in path.read_text(encoding="utf-8")]


def test_the_demo_imports_the_client_alone() -> None:
    assert imported(ROOT / "demo.py") & PACKAGES.keys() == {"callr_sms_client"}


def _rooms_on_the_page(package: str) -> list[tuple[str, str]]:
    """The rows of a package's table: the rooms of a layer, and what each is for."""
    section = PAGE.partition(f"### `{package}`")[2].partition("\n#")[0]
    return re.findall(r"^\| (`.*?`) \| (.*?) \|$", section, re.MULTILINE)


@pytest.mark.parametrize("package", LAYERS)
def test_the_page_lists_the_layers_from_the_top_down(package: str) -> None:
    rows = [name.strip("`").rstrip("/").removesuffix(".py") for name, _ in _rooms_on_the_page(package)]
    assert rows == [name.strip() for layer in LAYERS[package]["layers"] for name in layer.split("|")]


@pytest.mark.parametrize("package", LAYERS)
def test_the_page_says_of_each_room_what_its_door_says(package: str) -> None:
    for name, sentence in _rooms_on_the_page(package):
        path = PACKAGES[package] / name.strip("`")
        module = path / "__init__.py" if path.is_dir() else path
        docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
        assert docstring is not None
        assert sentence == " ".join(docstring.partition("\n\n")[0].split())


def test_every_layer_contract_covers_all_modules_of_its_package() -> None:
    assert LAYERS.keys() >= {"callr_sms_emulator", "callr_sms_contract", "callr_sms_client", "generator"}
    assert all(contract["exhaustive"] for contract in LAYERS.values())


def test_every_place_in_the_map_exists() -> None:
    section = PAGE.partition("## Where is …")[2].partition("\n## ")[0]
    places = re.findall(r"\| `([\w./]+)`", section)
    assert len(places) > 20
    assert [place for place in places if not (ROOT / place).exists()] == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all that import-linter reads, to be made wrong."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "doors.py", folder / "tests")
    for path in PACKAGES.values():
        ignored = shutil.ignore_patterns("__pycache__", "node_modules", "templates", "*.html")
        shutil.copytree(path, folder / path.relative_to(ROOT), ignore=ignored)
    return folder


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter as `make lint` does, in a copy."""
    places = [folder, folder / "emulator", folder / "generated_client", folder / "contract_tests"]
    return subprocess.run(  # noqa: S603 - our own command
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_lint_runs_import_linter() -> None:
    shown = subprocess.run(["make", "-n", "lint"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    assert "lint-imports --no-logo --no-cache" in shown.stdout


def test_a_copy_without_a_wrong_import_is_right(copy: Path) -> None:
    done = lint_imports(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "said"),
    [
        (
            "emulator/callr_sms_emulator/_clock/system.py",
            "import callr_sms_emulator._sms",
            "The rooms of the emulator",
        ),
        (
            "emulator/callr_sms_emulator/_sms/timings.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import callr_sms_emulator._engine",
            "The rooms of the emulator",
        ),
        (
            "contract_tests/callr_sms_contract/run.py",
            "from callr_sms_contract.wire.client import Client",
            "Nobody imports past the door",
        ),
        (
            "contract_tests/callr_sms_contract/wire/timing.py",
            "import callr_sms_contract.run",
            "The rooms of the contract",
        ),
        (
            "emulator/callr_sms_emulator/_clock/dates.py",
            "import callr_sms_contract",
            "know nothing of each other",
        ),
        (
            "generated_client/callr_sms_client/segments.py",
            "import openapi.lint.rules",
            "Only the generator reads",
        ),
        ("generator/parser/naming.py", "import generator.plan", "The rooms of the generator"),
        ("generator/plan/results.py", "import generator.plan.operations", "No circle inside a room"),
        ("emulator/callr_sms_emulator/_new.py", "", "The rooms of the emulator"),
    ],
)
def test_a_wrong_import_is_found(copy: Path, module: str, line: str, said: str) -> None:
    path = copy / module
    former = path.read_bytes() if path.exists() else None
    try:
        path.write_bytes((former or b"") + f"\n{line}\n".encode())
        done = lint_imports(copy)
    finally:
        path.unlink() if former is None else path.write_bytes(former)
    assert done.returncode == 1
    assert said in done.stdout.partition("Broken contracts")[2]
