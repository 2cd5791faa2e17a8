"""The distribution: what `pip install` gives."""

from __future__ import annotations

import email
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "generated_client"


def contract_version() -> str:
    contract = yaml.safe_load((ROOT / "openapi" / "openapi.yaml").read_text(encoding="utf-8"))
    return str(contract["info"]["version"])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=CLIENT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    sources = {
        path.relative_to(CLIENT).as_posix()
        for path in (CLIENT / "callr_sms_client").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == sources
    assert "callr_sms_client/py.typed" in names


def test_it_holds_the_license(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE"))
        assert archive.read(name) == (CLIENT.parent / "LICENSE").read_bytes()


def test_its_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    assert (metadata["Name"], metadata["Version"]) == ("callr-sms-client", contract_version())
    assert metadata.get_all("Requires-Dist") == [
        "httpx2>=2.16",
        "typer>=0.27; extra == 'cli'",
        "socksio<2,>=1.0; extra == 'socks'",
    ]
    assert metadata.get_all("Provides-Extra") == ["cli", "socks"]
    assert (metadata["Requires-Python"], metadata["License-Expression"]) == (">=3.11", "MIT")
    assert "with Callr.from_env() as callr" in str(metadata.get_payload())


def test_it_has_the_command_line(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/entry_points.txt"))
        assert archive.read(name).split() == [
            b"[console_scripts]",
            b"callr-sms",
            b"=",
            b"callr_sms_client._cli:main",
        ]


def test_it_works_unpacked_and_alone(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import callr_sms_client as client\n"
        f"assert client.__file__.startswith({str(tmp_path)!r}), client.__file__\n"
        "callr = client.Callr('a', 'b', base_url='http://127.0.0.1:1')\n"
        "try:\n"
        "    callr.sms.get('8242D945')\n"
        "except client.CallrConnectionError as error:\n"
        "    print(error.outcome)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert (done.stdout, done.stderr) == ("not_sent\n", "")
