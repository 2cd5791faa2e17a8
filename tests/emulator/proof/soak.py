"""Load for as long as wanted: memory stays flat, and nothing is lost."""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.emulator.proof.scenarios import check, loading
from tests.emulator.support import running
from tests.emulator.webhooks.receivers import receiving

_WARM = 0.2  # of the time
_MOST_GROWTH = 1.1


def soak(folder: Path, seconds: float) -> None:
    """Send for so long; fail when memory grew by more than a tenth after the first fifth."""
    flags = ("--database", str(folder / "sms.sqlite3"), "--speed", "20")
    with receiving() as receiver, running(folder / "log", *flags) as process:
        with loading([process.client], receiver) as load:
            time.sleep(seconds * _WARM)
            before = resident(process.popen.pid)
            time.sleep(seconds * (1 - _WARM))
            after = resident(process.popen.pid)
        check(load, process, receiver)
        assert after < before * _MOST_GROWTH, f"memory grew from {before} to {after} kB"


def resident(pid: int) -> int:
    """Return the memory of a process in kB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])
