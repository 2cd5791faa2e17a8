"""What stock tools make of the contract: the commands of `docs/contract/other-generators.md`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from playwright.sync_api import sync_playwright

from tests.built import LINTERS, PEERS, built
from tests.docs.browser import CHROMIUM, FLAGS
from tests.docs.commands import lines_of
from tests.docs.pages import ROOT, run_by
from tests.emulator.support import Client, running
from tests.peers.prism import NODE

if TYPE_CHECKING:
    from tests.conftest import RunningEmulator

BLOCKS = run_by("tests/peers/test_other_generators.py")
LOCAL = "http://127.0.0.1:8767/rest/v1.1"
# Of the tools that are run, none asks anybody anything.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
STRICT = (
    *("--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext"),
    *("--moduleResolution", "bundler", "--lib", "es2022,dom,dom.iterable"),
)
#: An SMS of the contract's examples is read with the models, and one that is wrong is not.
READS = """
import json, sys
from models import SmsEnvelope
from pydantic import ValidationError
right, wrong = json.load(sys.stdin)
assert SmsEnvelope.model_validate(right).data.parts == 1
try:
    SmsEnvelope.model_validate(wrong)
except ValidationError as error:
    assert "date_creation" in str(error)
else:
    sys.exit("2023-02-29 was accepted")
import callr.api.sms.send_sms, callr.models
assert callr.models.SmsEnvelope.from_dict(right).data.parts == 1
"""


def _run(line: str, folder: Path, stdin: str = "") -> str:
    """Run a command of the page as a reader with the pinned tools does; it must end with 0."""
    programs = (PEERS / ".bin", LINTERS / ".bin", NODE.parent, Path(sys.executable).parent)
    path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
    done = subprocess.run(  # noqa: S603 - what the page shows
        ["bash", "-c", line.replace("npx ", "")],  # noqa: S607 - the reader's bash
        cwd=folder,
        env={**os.environ, **QUIET, "PATH": path},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what all commands of the page made."""
    built(LINTERS)
    folder = tmp_path_factory.mktemp("generators")
    (folder / "openapi").symlink_to(ROOT / "openapi")
    (folder / "node_modules").symlink_to(built(PEERS))
    for block in BLOCKS:
        for line in lines_of(block) if block.info == "sh generators" else ():
            _run(line, folder)
    return folder


def test_the_typescript_compiles(made: Path) -> None:
    files = sorted(str(path) for path in (*made.glob("*.ts"), *made.glob("hey/**/*.ts")))
    assert len(files) > 5
    assert _run(" ".join(["tsc", *STRICT, *files]), made) == ""


def test_the_schemas_of_zod_read_the_examples(made: Path) -> None:
    """They reject a day that does not exist, too, because the pattern does."""
    script = made / "read.ts"
    script.write_text(
        "import { GetSmsResponse } from './callr-zod.ts'\n"
        "import { readFileSync } from 'node:fs'\n"
        "const [right, wrong] = JSON.parse(readFileSync(0, 'utf8'))\n"
        "console.log(GetSmsResponse.safeParse(right).success, GetSmsResponse.safeParse(wrong).success)\n"
    )
    printed = _run("node --experimental-strip-types --no-warnings read.ts", made, json.dumps(_envelopes()))
    assert printed == "true false\n"


def test_the_python_reads_the_examples(made: Path) -> None:
    _run(f'python -c "{READS.replace(chr(34), chr(39))}"', made, json.dumps(_envelopes()))


def test_the_page_of_redoc_shows_the_operations(made: Path) -> None:
    page = (made / "callr.html").read_text(encoding="utf-8")
    assert "Send an SMS with a query string" in page


def test_swagger_ui_shows_all_and_sends_to_the_emulator(made: Path, tmp_path: Path) -> None:
    handler = partial(_Quiet, directory=os.fspath(made / "swagger"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = Thread(target=site.serve_forever, args=(0.01,))
        thread.start()
        origin = f"http://127.0.0.1:{site.server_port}"
        try:
            with running(tmp_path / "log", "--database", ":memory:", "--cors", origin) as process:
                document = made / "swagger" / "openapi.yaml"
                text = document.read_text(encoding="utf-8")
                assert LOCAL in text
                document.write_text(text.replace(LOCAL, process.url), encoding="utf-8")
                _send_with_swagger_ui(origin, Client(process.url))
        finally:
            site.shutdown()
            thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - as there
        """Log nothing."""


def _send_with_swagger_ui(origin: str, client: Client) -> None:
    complaints: list[str] = []
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser,
    ):
        page = browser.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(origin)
        page.locator(".opblock").first.wait_for()
        shown = [block.get_attribute("id") for block in page.locator(".opblock").all()]
        assert sorted(str(each).rpartition("-")[2] for each in shown) == sorted(_operations())
        assert page.locator(".errors-wrapper").count() == 0
        page.locator(".servers select").select_option(client.url)
        page.locator(".auth-wrapper .authorize").click()
        page.locator("input[name=username]").fill("emulator")
        page.locator("input[name=password]").fill("emulator")
        page.locator(".auth-btn-wrapper .authorize").click()
        page.locator(".btn-done").click()
        operation = page.locator("[id$=-sendSms]")
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        operation.locator(".execute").click()
        response = operation.locator(".live-responses-table")
        response.get_by_text('"success"').wait_for()
        (sms,) = client.find()
        assert str(sms["hash"]) in response.inner_text()
    assert complaints == []


def _operations() -> list[str]:
    """Return the operation ids of the contract, those of its webhooks included."""
    document = yaml.safe_load((ROOT / "openapi" / "openapi.yaml").read_text(encoding="utf-8"))
    items = [*document["paths"].values(), *document["webhooks"].values()]
    return [part["operationId"] for item in items for part in item.values() if "operationId" in part]


def _envelopes() -> tuple[object, object]:
    """Return a response out of the examples, and the same with a date that does not exist."""
    document = yaml.safe_load((ROOT / "openapi" / "openapi.yaml").read_text(encoding="utf-8"))
    right = document["components"]["examples"]["SmsReceived"]["value"]
    return right, {**right, "data": {**right["data"], "date_creation": "2023-02-29 10:00:00"}}


def test_schemathesis_accuses_the_emulator_of_nothing(tmp_path: Path, emulator: RunningEmulator) -> None:
    """Without the settings beside the contract, a window in reverse is a failure."""
    (block,) = [block for block in BLOCKS if block.info == "sh schemathesis"]
    folder = tmp_path / "openapi"
    folder.mkdir()
    settings = (ROOT / "openapi" / "schemathesis.toml").read_text(encoding="utf-8")
    assert LOCAL in settings
    (folder / "schemathesis.toml").write_text(settings.replace(LOCAL, emulator.base_url), encoding="utf-8")
    shutil.copy(ROOT / "openapi" / "openapi.yaml", folder)
    enter, command = lines_of(block)
    printed = _run(f"{enter} && {command} --max-examples 3 --seed 1 --no-color", tmp_path)
    assert "No issues found" in printed or "Warnings" in printed
    assert printed.count("❌") == 0
    assert "Tested: 4" in printed
