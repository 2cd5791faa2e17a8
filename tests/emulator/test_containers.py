"""The image and the Compose file of the emulator, without a container engine.

The commands of the Dockerfile are run as they stand, with the folders of the image in a folder of the test
and the packages of this environment in place of a registry; then its program, with the environment and the
user of the image and nothing else.
"""

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.emulator.support import TIMEOUT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the image is Linux")

SOURCE = Path(__file__).parents[2] / "emulator"
FOLDERS = re.compile(r"/(?=(?:source|opt|data)\b)")
STAGES = 2


def _instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile and their arguments."""
    text = re.sub(r"^#.*\n", "", (SOURCE / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines) if name]


def _only(instruction: str) -> str:
    (found,) = (rest for name, rest in _instructions() if name == instruction)
    return found


@dataclass
class Image:
    """What the Dockerfile makes: where its root is, its environment and its user."""

    root: Path
    environment: dict[str, str]
    user: dict[str, Any]

    def start(self, command: list[str], **settings: str) -> "subprocess.Popen[str]":
        program = shutil.which(command[0], path=self.environment["PATH"])
        assert program is not None
        return subprocess.Popen(  # noqa: S603 - what the Dockerfile names
            [program, *command[1:]],
            env=self.environment | settings,
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **self.user,
        )

    def run(self, command: list[str], **settings: str) -> tuple[int, str, str]:
        with self.start(command, **settings) as process:
            out, err = process.communicate(timeout=TIMEOUT)
        return process.returncode, out, err


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    # Not in pytest's folder, which no other user may enter.
    with tempfile.TemporaryDirectory(prefix="image-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        _build(root)
        environment = dict(re.findall(r"(\w+)=(\S+)", FOLDERS.sub(f"{root}/", _only("ENV"))))
        yield Image(root, environment, _user(root))


def _build(root: Path) -> None:
    """Do what COPY and RUN do."""
    ignored = (SOURCE / ".dockerignore").read_text().split()
    for name, rest in _instructions():
        where = FOLDERS.sub(f"{root}/", rest)
        if name == "COPY" and rest.startswith(". "):
            skipped = [each.removeprefix("**/") for each in ignored]
            shutil.copytree(SOURCE, where.split()[1], ignore=shutil.ignore_patterns(*skipped))
        elif name == "RUN":
            packages = [each for each in sys.path if each.endswith("site-packages")]
            if os.geteuid() != 0:
                where = re.sub(r" -[og] \d+", "", where)
            subprocess.run(  # noqa: S603 - the command of the Dockerfile
                ["/bin/sh", "-ec", where],
                env={
                    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                    "PYTHONPATH": ":".join(packages),
                    "PIP_NO_INDEX": "1",
                    "PIP_NO_DEPS": "1",
                    "PIP_NO_BUILD_ISOLATION": "0",
                    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                },
                check=True,
                capture_output=True,
            )
            for home in root.glob("opt/*/lib/python*/site-packages"):
                (home / "test.pth").write_text("\n".join(packages))


def _user(root: Path) -> dict[str, Any]:
    """Return the user of the image where this test may become it, and that user may read what it needs."""
    if os.geteuid() != 0:
        return {}
    number, group = map(int, _only("USER").split(":"))
    user: dict[str, Any] = {"user": number, "group": group, "extra_groups": []}
    python = str(next(root.glob("opt/*/bin/python")))
    try:
        asked = [python, "-c", "import msgspec, uvicorn"]
        subprocess.run(asked, env={}, cwd="/", check=True, capture_output=True, **user)  # noqa: S603 - our own
    except (OSError, subprocess.CalledProcessError):  # this Python is in a folder of root's own
        return {}
    return user


@pytest.fixture
def ports() -> list[str]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return [str(each.getsockname()[1]) for each in (one, two)]


def test_image_is_small_and_runs_without_privileges() -> None:
    names = [name for name, _ in _instructions()]
    bases = [rest.split()[0] for name, rest in _instructions() if name == "FROM"]
    assert len(bases) == STAGES
    assert all(each.endswith("-slim") for each in bases)
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "0" not in _only("USER").split(":")
    assert any(_only("VOLUME") in rest for name, rest in _instructions() if name == "RUN")


def test_image_serves_and_is_healthy_and_ends(image: Image, ports: list[str]) -> None:
    check = json.loads(_only("HEALTHCHECK").partition("CMD ")[2])
    serve = json.loads(_only("ENTRYPOINT")) + json.loads(_only("CMD"))
    setting = {"CALLR_EMULATOR_PORT": ports[0]}
    assert image.run(check, **setting)[0] == 1
    with image.start(serve, **setting) as process:
        assert process.stdout is not None
        assert process.stdout.readline().endswith(f" http://0.0.0.0:{ports[0]}/rest/v1.1\n")
        code, out, err = image.run(check, **setting)
        assert (code, out.count("\n"), err) == (0, 1, "")
        process.terminate()
        assert process.wait(TIMEOUT) == 0
    database = image.root / "data" / "emulator.sqlite3"
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert not image.user or database.stat().st_uid == image.user["user"]
    assert [each.name for each in image.root.iterdir() if each.name not in {"source", "opt", "data"}] == []


def test_services_send_and_receive_as_composed(image: Image, ports: list[str]) -> None:
    """The names of the services are those of one machine here."""
    services = yaml.safe_load((SOURCE / "compose.yaml").read_text())["services"]
    emulator, consumer = services["emulator"], services["consumer"]
    assert consumer["depends_on"] == {"emulator": {"condition": "service_healthy"}}
    assert emulator["build"] == "."
    assert emulator["volumes"][0].endswith(f":{_only('VOLUME')}")
    assert emulator["ports"][0].endswith(f":{_only('EXPOSE')}")
    (script,) = (each.split(":")[0] for each in consumer["volumes"])
    settings = {
        name: value.replace("emulator:8767", f"127.0.0.1:{ports[0]}").replace(
            "consumer:9000", f"127.0.0.1:{ports[1]}"
        )
        for name, value in consumer["environment"].items()
    }
    serve = json.loads(_only("ENTRYPOINT")) + json.loads(_only("CMD"))
    with image.start(serve, CALLR_EMULATOR_PORT=ports[0], **emulator["environment"]) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        done = subprocess.run(  # noqa: S603 - what the Compose file names
            [sys.executable, SOURCE / script],
            env=settings,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        process.terminate()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[-1] for line in done.stdout.splitlines()][1:] == [
        "PENDING",
        "SENT",
        "REMOTE_QUEUED",
        "RECEIVED",
    ]
