"""Signals and failures amid a run: all reports are written, and no emulator is left behind."""

import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from callr_sms_contract import Settings, events
from callr_sms_contract.emulator import start_emulator
from callr_sms_contract.reports import conclusion
from callr_sms_contract.results import Record, Tally
from callr_sms_contract.run import Run
from tests.contract_tests.lying_proxy import Proxy, Response
from tests.contract_tests.lying_proxy import Request as Asked
from tests.contract_tests.test_cli import PYTHON, base_url_in, environment, is_listening
from tests.preloaded import Forked

REPORTS = ("junit", "markdown", "html", "json", "drift")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_with_all_reports_and_stops_the_emulator(
    number: signal.Signals, tmp_path: Path
) -> None:
    files = [word for name in REPORTS for word in (f"--{name}", f"report.{name}")]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*PYTHON, "--profile", "full", *files],
        cwd=tmp_path,
        env=environment() | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        url = base_url_in(process.stdout.readline())
        for line in process.stdout:
            if line.startswith("examples: "):
                break
        process.send_signal(number)
        output, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert errors == "callr-sms-contract: interrupted\n"
    assert not is_listening(url)
    wanted = f"incomplete, interrupted by {number.name}: nothing wrong was found so far"
    assert output.splitlines()[-1].startswith(wanted)
    # Nothing else: a thread that still draws values would leave a folder of Hypothesis.
    assert {path.name for path in tmp_path.iterdir()} == {f"report.{name}" for name in REPORTS}
    for name in REPORTS:
        text = (tmp_path / f"report.{name}").read_text("utf-8")
        assert f"interrupted by {number.name}" in text, name
    record = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert not record["is_complete"]
    assert sum(row["count"] for row in record["requests"]) > 100


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_during_the_imports_is_2_and_one_line(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "hypothesis.py").write_text("print('importing', flush=True)\nimport time\ntime.sleep(60)\n")
    with subprocess.Popen(  # noqa: S603 - our own program
        PYTHON,
        env=environment() | {"PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "importing\n"
        process.send_signal(number)
        assert process.communicate(timeout=60) == ("", "callr-sms-contract: interrupted\n")
    assert process.returncode == 2


def test_a_signal_while_the_emulator_starts_writes_reports_too(tmp_path: Path) -> None:
    arguments = ["--junit", str(tmp_path / "report.xml")]
    with (
        (tmp_path / "errors").open("w") as errors,
        Forked("callr_sms_contract", arguments, errors, environment()) as process,
    ):
        while not _children(process.pid):
            time.sleep(0.005)
        process.terminate()
        assert process.wait(60) == 2
    assert "incomplete: interrupted by SIGTERM" in (tmp_path / "report.xml").read_text("utf-8")


def _children(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")


def test_what_a_signal_interrupts_is_in_the_report(settings: Settings) -> None:
    """Also what schemathesis has found, but reports only at the end of its scenario."""

    def lie(told: Response, _: Asked) -> Response:
        return Response(418, told.headers, told.body) if told.status == 200 else told

    found: list[Record] = []

    def interrupt(event: events.Event, tally: Tally) -> None:
        if isinstance(event, events.ExchangeRecorded) and event.exchange.response.status == 418:
            wrong.append(event)
        if len(wrong) == 2 and not known:
            known.append(len(tally.failures))
            found.append(run.outcome("interrupted by SIGTERM").record)

    wrong: list[events.Event] = []
    known: list[int] = []
    with Proxy(settings.base_url, lie=lie).listening() as proxy:
        chosen = replace(settings, base_url=proxy.base_url, phases=("fuzzing",), operations=("listSms",))
        run = Run(chosen, on_event=interrupt)
        run.execute()
    (record,) = found
    assert known == [0]
    assert record.faults
    assert not record.holds
    assert conclusion(record).startswith("incomplete, interrupted by SIGTERM: the contract is broken in ")


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_the_emulator_ends_with_a_run_that_is_killed() -> None:
    """As a CI service does that has waited for long enough, or the system that is out of memory."""
    with subprocess.Popen(  # noqa: S603 - our own program
        PYTHON,
        env=environment() | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = urlsplit(base_url_in(process.stdout.readline()))
        with socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=60) as held:
            process.kill()
            with suppress(ConnectionResetError):  # if it was not accepted yet
                assert held.recv(1) == b""  # sooner than an idle connection is closed
    assert not is_listening(url.geturl())


def test_the_emulator_is_stopped_when_the_block_fails() -> None:
    url = ""
    with pytest.raises(KeyError), ExitStack() as takedown:  # noqa: PT012 - the block fails on purpose
        url = start_emulator(takedown)
        assert is_listening(url)
        raise KeyError
    assert not is_listening(url)
