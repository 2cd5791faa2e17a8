"""The modules of faults are not imported before a fault is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator.support import TIMEOUT, clean_environment

ROOT = Path(__file__).parents[3]

LATE = """
import sys

def late():
    rooms = {name.split(".")[1] for name in sys.modules if name.startswith("callr_sms_emulator.")}
    return sorted(rooms & {"_control", "_faults", "_injection"})
"""

START = (
    LATE
    + """
import callr_sms_emulator.cli
print(late())
"""
)

WEBHOOK = (
    LATE
    + """
from callr_sms_emulator import Config, SystemClock, Timings
from tests.emulator.support import serving_config
from tests.emulator.webhooks.receivers import receiving

config = Config(timings=Timings().faster(1_000_000))
with receiving() as receiver, serving_config(config, SystemClock()) as client:
    client.send(options={"webhook": {"endpoint": receiver.url}})
    receiver.wait_for(len)
    print(late())
"""
)


@pytest.mark.parametrize("code", [START, WEBHOOK], ids=["start", "webhook"])
def test_faults_are_not_imported_before_one_is_asked_for(code: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        cwd=ROOT,
        env=clean_environment(),
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
