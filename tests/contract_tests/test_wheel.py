"""The distribution: what `pip install` gives, and that it works with nothing of the repository around it."""

import email
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import RunningEmulator

FOLDER = Path(__file__).parents[2] / "contract_tests"


def _build(source: Path, folder: Path, *targets: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", *targets, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)  # noqa: S603 - our own command
    (built,) = folder.glob("*.whl" if "wheel" in targets else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(FOLDER, tmp_path_factory.mktemp("wheel"), "-t", "wheel")


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_it_holds_the_package_and_the_contract(wheel: Path) -> None:
    sources = {
        path.relative_to(FOLDER).as_posix()
        for package in ("callr_sms_contract", "callr_sms_contract_pytest")
        for path in (FOLDER / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert _names(wheel) == sources | {"callr_sms_contract/openapi.yaml"}
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read("callr_sms_contract/openapi.yaml")
    assert packed == (FOLDER.parent / "openapi" / "openapi.yaml").read_bytes()


def test_the_source_distribution_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(_build(FOLDER, tmp_path / "sdist", "-t", "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("callr_sms_contract-*")
    assert _names(_build(unpacked, tmp_path / "wheel", "-t", "wheel")) == _names(wheel)


def test_its_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in archive.namelist())
    assert (metadata["Name"], metadata["License-Expression"]) == ("callr-sms-contract", "MIT")
    lines = metadata.get_all("Requires-Dist", [])
    required = {re.split("[<>=]", line)[0] for line in lines if ";" not in line}
    assert required == {
        "certifi",
        "hypothesis",
        "jinja2",
        "jsonschema-rs",
        "pyyaml",
        "requests",
        "schemathesis",
        "typer",
    }


def test_its_command_works_in_an_environment_of_its_own(
    wheel: Path, emulator: RunningEmulator, tmp_path: Path
) -> None:
    """Installed without an index: the packages that it needs are those of this environment."""
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)  # noqa: S603 - Python's own
    python = home / "bin" / "python"
    found = subprocess.run(  # noqa: S603 - our own code
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-index", "--no-deps"]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)  # noqa: S603 - our own wheel
    # The packages of this environment without its editable ones, which would bring the repository along.
    needed = [path for path in sys.path if path.endswith("site-packages")]
    program = home / "bin" / "callr-sms-contract"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("CALLR_", "PYTHON"))}
    account = {"CALLR_LOGIN": emulator.login, "CALLR_PASSWORD": emulator.password}
    where = subprocess.run(  # noqa: S603 - our own code
        [python, "-c", "import callr_sms_contract.contract.document as c; print(c.CONTRACT_PATH)"],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": os.pathsep.join(needed)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(where.stdout.strip()).parent.parent == Path(found.stdout.strip())
    options = ["--phase", "examples", "--operation", "listSms", "--max-seconds", "900", "--html", "r.html"]
    result = subprocess.run(  # noqa: S603 - our own program
        [program, "--base-url", emulator.base_url, *options],
        cwd=tmp_path,
        env={**clean, **account, "PYTHONPATH": os.pathsep.join(needed)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "the contract holds" in result.stdout
    assert (tmp_path / "r.html").stat().st_size > 1000


def test_without_an_emulator_it_says_what_to_install(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)  # noqa: S202 - our own wheel
    needed = [str(tmp_path), *(path for path in sys.path if path.endswith("site-packages"))]
    code = "import sys; sys.executable = '/nowhere/python'; from callr_sms_contract.cli import main; main()"
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-S", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": os.pathsep.join(needed)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr.startswith(
        "callr-sms-contract: the emulator '/nowhere/callr-sms-emulator' cannot be"
    )
    assert "pip install callr-sms-emulator, or --base-url" in result.stderr
    assert len(result.stderr.splitlines()) == 1
