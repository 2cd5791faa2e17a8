"""Where an emulator listens: addresses of both families, several hosts, and a prefix of all paths."""

import json
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.emulator.support import (
    AUTHORIZATION,
    TIMEOUT,
    Client,
    Process,
    run_command,
    running,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and signals of POSIX")
MEMORY = ("--database", ":memory:")


def _origins(process: Process) -> list[str]:
    lines = [process.start_lines[0], *process.start_lines[1:]]
    return [line.rpartition(" ")[2] for line in lines if "listening" in line]


def test_localhost_is_both_families_on_one_port(tmp_path: Path) -> None:
    with running(tmp_path / "log", *MEMORY, "--host", "localhost") as process:
        origins = _origins(process)
        ports = {urlsplit(each).port for each in origins}
        assert len(ports) == 1
        assert [urlsplit(each).hostname for each in origins] in (["127.0.0.1", "::1"], ["127.0.0.1"])
        sms_hash = process.client.send()
        assert all(Client(each).get(sms_hash) for each in origins)


def test_several_hosts_are_listened_on_and_each_once(tmp_path: Path) -> None:
    hosts = ("--host", "127.0.0.1", "--host", "127.0.0.2", "--host", "127.0.0.1")
    with running(tmp_path / "log", *MEMORY, *hosts) as process:
        origins = _origins(process)
        assert [urlsplit(each).hostname for each in origins] == ["127.0.0.1", "127.0.0.2"]
        sms_hash = process.client.send()
        assert all(Client(each).get(sms_hash) for each in origins)


def test_every_path_is_below_the_prefix(tmp_path: Path) -> None:
    with running(tmp_path / "log", *MEMORY, "--path-prefix", "/team/sms/") as process:
        client = process.client
        assert client.base_path == "/team/sms/rest/v1.1"
        sms_hash = client.send()
        assert client.get(sms_hash)["text"] == "Hello"
        outside = Client(client.url.removesuffix("/rest/v1.1"))
        assert outside.request("GET", "/_emulator/clock").status == 200
        rpc = "/team/sms/json-rpc/v1.1/"
        call = {"method": "sms.get", "params": [sms_hash], "id": 1, "jsonrpc": "2.0"}
        assert _raw(client.url, "POST", rpc, json.dumps(call))["result"]["hash"] == sms_hash
        document = _raw(client.url, "GET", "/team/sms/_emulator/openapi.json")
        assert document["servers"] == [{"url": "/team/sms/_emulator"}]
        assert process.start_lines[3].endswith("/team/sms/_emulator/openapi.json")
        root = Client(f"http://{urlsplit(client.url).netloc}")
        for path in ("/rest/v1.1/sms", "/_emulator/health", "/team/smsrest/v1.1/sms", "/"):
            answer = root.request("GET", path)
            assert (answer.status, "/team/sms" in answer.message) == (404, True)
        done = run_command("health", client.url)
        assert (done.returncode, done.stderr) == (0, "")
        port = str(urlsplit(client.url).port)
        done = run_command("health", CALLR_EMULATOR_PORT=port, CALLR_EMULATOR_PATH_PREFIX="/team/sms")
        assert (done.returncode, done.stderr) == (0, "")


def _raw(url: str, method: str, path: str, body: str | None = None) -> Any:  # noqa: ANN401 - any JSON
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    headers = AUTHORIZATION | {"Content-Type": "application/json"}
    connection.request(method, path, body, headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer
