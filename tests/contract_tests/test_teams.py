"""What teams change of a run: known failures, excluded parts, a certificate of the client."""

import dataclasses
import ssl
import sys
from pathlib import Path

import pytest

from callr_sms_contract import PROFILES, Settings, run_suite
from callr_sms_contract.cli.commands import main
from tests.conftest import RunningEmulator
from tests.contract_tests.live_host import live_host
from tests.contract_tests.lying_proxy import Proxy, Request, Response


def _as_409(told: Response, _: Request) -> Response:
    return Response(409, told.headers, told.body) if told.status == 400 else told


def _main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["program", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_team_lives_with_what_it_knows(
    emulator: RunningEmulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Broken, then written into the baseline, then accepted; an excluded check is not judged."""
    monkeypatch.setenv("CALLR_LOGIN", emulator.login)
    monkeypatch.setenv("CALLR_PASSWORD", emulator.password)
    baseline, report = str(tmp_path / "known.yaml"), tmp_path / "report.xml"
    with Proxy(emulator.base_url, lie=_as_409).listening() as proxy:
        quick = (
            *("--base-url", proxy.base_url, "--phase", "examples", "--operation", "listSms"),
            *("--max-seconds", "900", "--seed", "7"),
        )
        assert _main(monkeypatch, *quick, "--baseline", baseline) == 2
        assert f"--baseline: {baseline} cannot be read" in capsys.readouterr().err
        assert _main(monkeypatch, *quick) == 1
        assert _main(monkeypatch, *quick, "--baseline", baseline, "--update-baseline") == 0
        capsys.readouterr()
        assert _main(monkeypatch, *quick, "--baseline", baseline, "--junit", str(report)) == 0
        output = capsys.readouterr().out
        assert "known: GET /sms — Wrong status: 409, expected 400, until " in output
        assert "known until" in report.read_text("utf-8")
        names = ("verdict_on_the_wire", "status_code_conformance", "answer_envelope")
        without = [word for name in names for word in ("--exclude", name)]
        assert _main(monkeypatch, *quick, *without) == 0
        assert "excluded by --exclude: check verdict_on_the_wire" in capsys.readouterr().out


def test_a_baseline_that_cannot_be_written_is_2_and_a_line(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CALLR_LOGIN", settings.login)
    monkeypatch.setenv("CALLR_PASSWORD", settings.password)
    baseline = str(tmp_path / "missing" / "known.yaml")
    quick = (
        *("--base-url", settings.base_url, "--phase", "examples", "--operation", "listSms"),
        *("--max-seconds", "900", "--seed", "7"),
    )
    assert _main(monkeypatch, *quick, "--baseline", baseline, "--update-baseline") == 2
    assert capsys.readouterr().err.endswith(
        f"callr-sms-contract: --baseline: {baseline} cannot be written (No such file or directory); "
        "expected a writable file\n"
    )


def test_what_is_excluded_is_not_called_and_finds_nothing(settings: Settings) -> None:
    def lie(told: Response, _: Request) -> Response:
        return Response(
            told.status, told.headers, told.body.replace(b'"nature":"MARKETING"', b'"nature":"ALERTING"')
        )

    with Proxy(settings.base_url, lie=lie).listening() as proxy:
        chosen = dataclasses.replace(
            settings,
            base_url=proxy.base_url,
            phases=("account", "webhooks"),
            operations=("sendSms", "getSms"),
            profile=dataclasses.replace(PROFILES["quick"], account_calls=60),
        )
        found = {fault.rule for fault in run_suite(chosen).record.faults}
        assert "nature-as-asked" in found
        record = run_suite(dataclasses.replace(chosen, excluded=frozenset(found))).record
    assert record.faults == ()
    assert "rule nature-as-asked" in record.excluded


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--exclude", "nothing"),
            "--exclude: 'nothing' is unknown; expected an operation (getSms, listSms, ",
        ),
        (
            ("--operation", "getSms", "--exclude", "getSms"),
            "--exclude: no operation is left; expected at least one",
        ),
        (
            ("--update-baseline",),
            "--update-baseline: there is no file to update; expected --baseline FILE, too",
        ),
        (("--contract", "/no/where"), "--contract: /no/where cannot be read (No such file or directory)"),
        (
            ("--base-url", "http://127.0.0.1:1/rest/v1.1", "--client-certificate", "/no/where"),
            "--client-certificate: '/no/where' cannot be used (No such file or directory); expected a PEM",
        ),
    ],
)
def test_wrong_settings_of_teams_are_2_and_one_line(
    arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CALLR_LOGIN", "x")
    monkeypatch.setenv("CALLR_PASSWORD", "y")
    assert _main(monkeypatch, *arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"callr-sms-contract: {said}")
    assert error.count("\n") == 1


def test_a_client_certificate_is_presented(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """By our own client and by schemathesis, to a server that talks to nobody without one."""
    pem = str(Path(__file__).with_name("localhost.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=pem)
    context.load_cert_chain(pem)
    context.verify_mode = ssl.CERT_REQUIRED
    with live_host(context) as host:
        url = host.url.replace("http:", "https:")
        chosen = dataclasses.replace(settings, base_url=url, phases=("examples",), operations=("listSms",))
        record = run_suite(chosen).record
        assert record.stopped or record.faults  # every response is {}, or none came
        assert host.received == []
        run_suite(dataclasses.replace(chosen, client_certificate=pem))
        received = b"".join(host.received)
    assert b"x-schemathesis-testcaseid" in received.lower()
    assert received.lower().count(b"host:") > received.lower().count(b"x-schemathesis-testcaseid")
