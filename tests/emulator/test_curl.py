"""The commands that the vendor publishes, run as they are by the shell and the real curl.

Only the host is replaced, and the placeholder `<hash>`; the account has the placeholders' names.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.support import TIMEOUT, Client, Process, basic, running

CURL, BASH = shutil.which("curl"), shutil.which("bash")
pytestmark = pytest.mark.skipif(
    (CURL is None or BASH is None) and not os.environ.get("CI"),
    reason="runs the real curl from bash; install both (Debian: apt-get install curl)",
)

LIST = """\
curl -G "https://api.callr.com/rest/v1.1/sms" \\
--user "$login:$password" \\
--data-urlencode type="OUT" \\
--data-urlencode from="2024-03-19 02:41:23" \\
--data-urlencode to="2024-03-19 02:41:23" \\
;
"""
POST = """\
json='
{
    "to": "+16469820800",
    "from": "SMS",
    "body": "An SMS sent with the CALLR REST API."
    "options": null
}'

curl -X POST "https://api.callr.com/rest/v1.1/sms" \\
--user "$login:$password" \\
-H "Content-Type: application/json" \\
-d $json
"""
SEND = """\
curl -G "https://api.callr.com/rest/v1.1/sms/send" \\
--user "$login:$password" \\
--data-urlencode from="SMS" \\
--data-urlencode to="+33612345678" \\
--data-urlencode body="SMS sent with the CALLR REST API." \\
;
"""
GET = """\
curl -G "https://api.callr.com/rest/v1.1/sms/<hash>" \\
--user "$login:$password" \\
--data-urlencode hash="WWXXYYZZ" \\
;
"""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    log = tmp_path_factory.mktemp("curl") / "log"
    with running(log, "--database", ":memory:", "--account", "API_LOGIN:API_PASSWORD") as process:
        yield process


def _run(process: Process, command: str, folder: Path) -> tuple[int, Any]:
    """Run a command of the vendor's; give the HTTP status and the envelope."""
    # Settings of curl's own, so that the command stays as it is published.
    (folder / ".curlrc").write_text('silent\nwrite-out = "\\n%{http_code}"\n')
    # bash splits $json, which stands without quotes, at blanks (zsh does not): not with an empty IFS.
    setting = "IFS=\nset -f\nlogin='API_LOGIN'\npassword='API_PASSWORD'\n"
    script = setting + command.replace("https://api.callr.com/rest/v1.1", process.url)
    ended = subprocess.run(  # noqa: S603 - the published commands
        [BASH or "", "-c", script],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env={"PATH": str(Path(CURL or "").parent), "CURL_HOME": str(folder), "NO_PROXY": "*"},
        check=True,
    )
    body, _, status = ended.stdout.rpartition("\n")
    return int(status), json.loads(body)


def test_list(process: Process, tmp_path: Path) -> None:
    assert _run(process, LIST, tmp_path) == (200, {"status": "success", "data": []})


def test_post_as_published_lacks_a_comma(process: Process, tmp_path: Path) -> None:
    status, envelope = _run(process, POST, tmp_path)
    assert (status, envelope["status"], envelope["data"]["code"]) == (400, "error", 400)
    assert envelope["data"]["message"] == (
        "REQUEST_FORMAT_ERROR [request body]: not valid JSON at line 6, column 5: Expecting ',' delimiter"
    )


def test_post_with_the_comma(process: Process, tmp_path: Path) -> None:
    status, envelope = _run(process, POST.replace('API."\n', 'API.",\n'), tmp_path)
    assert status == 200
    sms = _client(process).get(envelope["data"])
    assert (sms["to"], sms["from"], sms["text"]) == (
        "+16469820800",
        "SMS",
        "An SMS sent with the CALLR REST API.",
    )


def test_send_by_query_then_get(process: Process, tmp_path: Path) -> None:
    status, envelope = _run(process, SEND, tmp_path)
    assert status == 200
    status, envelope = _run(process, GET.replace("<hash>", envelope["data"]), tmp_path)
    assert (status, envelope["data"]["to"]) == (200, "+33612345678")


def _client(process: Process) -> Client:
    return Client(process.url, basic("API_LOGIN:API_PASSWORD"))
