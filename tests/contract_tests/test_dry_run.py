"""What would be called is said, and nothing is called."""

import subprocess
from pathlib import Path

import pytest

from tests.contract_tests.live_host import live_host
from tests.contract_tests.test_cli import environment
from tests.preloaded import command

NUMBERS = "+33639981234,+33639985678"


def _dry_run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own program
        [*command("callr_sms_contract"), "--dry-run", *arguments],
        cwd=folder,
        env=environment("somebody", "secret-word"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_nothing_is_called_and_nothing_is_left(tmp_path: Path) -> None:
    with live_host() as host:
        result = _dry_run(tmp_path, "--base-url", host.url, "--allow-send-to", NUMBERS)
    assert (result.returncode, result.stderr) == (0, "")
    assert (host.connections, host.received) == (0, [])
    assert result.stdout.startswith(f"dry run, nothing is called; server: {host.url}")
    assert list(tmp_path.iterdir()) == []


def test_no_emulator_is_started(tmp_path: Path) -> None:
    result = _dry_run(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "an emulator that is started for the run" in result.stdout
    assert "5 SMS with a webhook receiver on this machine" in result.stdout


def test_webhooks_are_left_out_with_a_reason(tmp_path: Path) -> None:
    assert (
        "never a webhook receiver, as requested by --webhooks off"
        in _dry_run(tmp_path, "--webhooks", "off").stdout
    )
    live = _dry_run(tmp_path, "--base-url", "http://192.0.2.1/rest/v1.1").stdout
    assert "never a webhook receiver, because the server is not on this machine" in live
    wrong = _dry_run(tmp_path, "--webhooks", "maybe")
    assert wrong.returncode == 2
    assert "--webhooks: 'maybe' is unknown; expected one of auto, expect, off" in wrong.stderr
    late = _dry_run(tmp_path, "--webhooks-seconds", "-1")
    assert (
        "--webhooks-seconds: -1 is not a time to wait; expected a number of seconds, more than 0"
        in late.stderr
    )


@pytest.mark.parametrize("end", ["", "/"])
def test_a_live_run_would_read_only(end: str, tmp_path: Path) -> None:
    result = _dry_run(tmp_path, "--base-url", f"http://192.0.2.1/rest/v1.1{end}")
    assert "a live server" in result.stdout
    assert "at most 5 requests per second" in result.stdout
    assert "never POST /rest/v1.1/sms: it costs money" in result.stdout
    assert "never GET /rest/v1.1/sms/send: it costs money" in result.stdout
    assert "call  GET /rest/v1.1/sms/{hash}" in result.stdout
    assert result.stdout.endswith("no SMS is sent, so nothing is billed\n")


def test_paid_sends_are_listed_without_their_numbers(tmp_path: Path) -> None:
    live = ("--base-url", "http://192.0.2.1/rest/v1.1", "--max-sends", "3")
    result = _dry_run(tmp_path, *live, "--allow-send-to", NUMBERS)
    assert result.stdout.count("PAID POST /rest/v1.1/sms to +33…34") == 2
    assert result.stdout.count("PAID POST /rest/v1.1/sms to +33…78") == 1
    assert "3 paid sends; the limit is 3" in result.stdout
    assert "639981234" not in result.stdout
    assert "secret-word" not in result.stdout


def test_what_is_wrong_is_said_without_calling_either(tmp_path: Path) -> None:
    result = _dry_run(tmp_path, "--allow-send-to", "0639981234")
    assert result.returncode == 2
    assert "--allow-send-to: '0639981234' is not a phone number" in result.stderr
