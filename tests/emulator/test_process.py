"""`callr-sms-emulator serve` as a process: options, start, what survives its end, and its log."""

import json
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from importlib.metadata import entry_points, version
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.emulator.support import (
    JSON_TYPE,
    TIMEOUT,
    Client,
    basic,
    run_command,
    running,
    running_fresh,
)

MEMORY = ("--database", ":memory:")


# --- start ----------------------------------------------------------------------------------------------


def test_start_lines_say_what_is_where(tmp_path: Path) -> None:
    with running_fresh(tmp_path / "log", *MEMORY) as process:
        port = urlsplit(process.url).port
        assert process.start_lines == [
            f"callr-sms-emulator: listening on http://127.0.0.1:{port}/rest/v1.1",
            "callr-sms-emulator: account emulator:emulator",
            "callr-sms-emulator: database in memory, lost when the emulator stops",
            f"callr-sms-emulator: control API http://127.0.0.1:{port}/_emulator/openapi.json",
        ]
        assert process.client.get(process.client.send())["text"] == "Hello"


def test_password_that_was_given_is_not_printed(tmp_path: Path) -> None:
    flags = ("--account", "shop:se:cret", "--account", "other:hidden")
    with running(tmp_path / "log", *MEMORY, *flags) as process:
        assert process.start_lines[1] == (
            "callr-sms-emulator: account shop (password as given), other (password as given)"
        )
        assert Client(process.url, basic("shop:se:cret")).find() == []
        assert Client(process.url, basic("other:hidden")).find() == []
        assert process.client.request("GET", "/sms").status == 401


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="XDG is for other systems")
@pytest.mark.parametrize(
    ("xdg", "folder"), [("{}/data", "data"), ("", "home/.local/share"), ("data", "home/.local/share")]
)
def test_database_is_in_the_data_folder_of_the_user(tmp_path: Path, xdg: str, folder: str) -> None:
    """The XDG specification: a path that is not absolute is ignored."""
    settings = {"XDG_DATA_HOME": xdg.format(tmp_path), "HOME": str(tmp_path / "home")}
    with running(tmp_path / "log", **settings) as process:
        database = Path(process.start_lines[2].removeprefix("callr-sms-emulator: database "))
        assert database.parent == tmp_path / folder / "callr-sms-emulator"
        assert database.is_file()


def test_rules_are_set_by_flags(tmp_path: Path) -> None:
    flags = ["--shortcode", "36105", "--shortcode", "12345", "--stop-number", "36999", "--price", "12.5"]
    with running(tmp_path / "log", *MEMORY, *flags, "--network", "", "--number", "36107") as process:
        assert process.client.get(process.client.send(**{"from": "36107"}))["from"] == "36107"
        client = process.client
        sms = client.get(client.send(**{"from": "12345"}, body="%STOPNUM%" + "a" * 160))
        assert (sms["text"][:6], sms["b_customer_debit"], sms["network"]) == ("36999a", "25.00", "")
        assert client.get(client.send(**{"from": "36105"}))["b_customer_debit"] == "12.50"
        assert client.refuse(**{"from": "36106"})


def test_rules_are_set_by_the_environment(tmp_path: Path) -> None:
    settings = {
        "CALLR_EMULATOR_HOST": "127.0.0.2",
        "CALLR_EMULATOR_DATABASE": str(tmp_path / "here.sqlite3"),
        "CALLR_EMULATOR_ACCOUNT": "one:first two:second",
        "CALLR_EMULATOR_SHORTCODE": "36105 12345",
        "CALLR_EMULATOR_STOP_NUMBER": "36999",
        "CALLR_EMULATOR_PRICE": "1",
        "CALLR_EMULATOR_NETWORK": "20801",
        "CALLR_EMULATOR_SPEED": "1000000",
        "CALLR_EMULATOR_DURABLE": "1",
    }
    with running(tmp_path / "log", **settings) as process:
        assert process.url.startswith("http://127.0.0.2:")
        assert process.start_lines[2].endswith("/here.sqlite3")
        client = Client(process.url, basic("two:second"))
        sms = client.get(client.send(**{"from": "12345"}, body="%STOPNUM%"))
        assert (sms["text"], sms["b_customer_debit"], sms["network"]) == ("36999", "1.00", "20801")
        assert sms["status"] == "RECEIVED"


def test_port_is_set_by_the_environment() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in run_command("serve", *MEMORY, CALLR_EMULATOR_PORT=port).stderr


def test_real_clock_moves_an_sms_on(tmp_path: Path) -> None:
    with running(tmp_path / "log", *MEMORY, "--speed", "50") as process:
        sms_hash = process.client.send()
        deadline = time.monotonic() + TIMEOUT
        while process.client.get(sms_hash)["status"] != "RECEIVED":
            assert time.monotonic() < deadline
        assert len(process.client.get(sms_hash)["status_history"]) == 4


# --- wrong flags ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "named", "expected"),
    [
        (["--port", "99999"], "--port", "'99999': expected 0 to 65535"),
        (["--keep-size", "500k"], "--keep-size", "'500k': expected a size of at least 1M"),
        (["--keep-size", "2GB"], "--keep-size", "'2GB': expected a size of at least 1M"),
        (["--port", "http"], "--port", "'http': expected 0 to 65535"),
        (["--account", "nopassword"], "--account", "expected LOGIN:PASSWORD"),
        (["--account", ":x"], "--account", "expected LOGIN:PASSWORD"),
        (["--account", "a:b", "--account", "a:c"], "--account", "expected each account once"),
        (["--shortcode", "36a"], "--shortcode", "'36a': expected 1 to 11 digits"),
        (
            ["--number", "36"],
            "--number",
            "'36': expected E.164 with the plus, 7 to 15 digits, the first not 0",
        ),
        (["--number", "123456789"], "--number", "or a shortcode of 3 to 8 digits"),
        (["--stop-number", ""], "--stop-number", "'': expected 1 to 11 digits"),
        (["--stop-number", "٣٦"], "--stop-number", "expected 1 to 11 digits"),
        (["--price", "-1"], "--price", "'-1': expected cents with at most two decimals"),
        (["--price", "1.234"], "--price", "'1.234': expected cents"),
        (["--price", "NaN"], "--price", "'NaN': expected cents"),
        (["--network", "42"], "--network", "'42': expected 5 or 6 digits"),
        (["--speed", "0"], "--speed", "'0': expected a number above 0"),
        (["--speed", "nan"], "--speed", "expected a number above 0"),
        (["--sped", "2"], "--sped", "No such option"),
    ],
)
def test_wrong_flag_is_explained(flags: list[str], named: str, expected: str) -> None:
    ended = run_command("serve", *MEMORY, "--port", "0", *flags)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert named in ended.stderr
    assert expected in ended.stderr
    assert "Traceback" not in ended.stderr


def test_wrong_account_is_not_repeated() -> None:
    assert "hunter2" not in run_command("serve", *MEMORY, "--account", "hunter2").stderr


def test_no_line_of_the_list_of_commands_is_cut() -> None:
    commands = run_command("--help", COLUMNS="80").stdout.partition("\nCommands:\n")[2]
    assert "  health  " in commands
    assert "..." not in commands


def test_port_in_use_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run_command("serve", *MEMORY, "--port", str(port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith(f"callr-sms-emulator: cannot listen on 127.0.0.1, port {port}: ")


def test_unknown_host_is_one_line() -> None:
    ended = run_command("serve", *MEMORY, "--host", "256.0.0.1", "--port", "0")
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)


def test_database_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    ended = run_command("serve", "--port", "0", "--database", str(tmp_path))
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert str(tmp_path) in ended.stderr


def test_version_and_script() -> None:
    command = [sys.executable, "-m", "callr_sms_emulator", "--version"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    assert shown.stdout == f"callr-sms-emulator {version('callr-sms-emulator')}\n"
    (script,) = entry_points(group="console_scripts", name="callr-sms-emulator")
    assert script.load().__name__ == "main"


def test_sms_survive_a_restart(tmp_path: Path) -> None:
    flags = ("--database", str(tmp_path / "sms.sqlite3"))
    with running(tmp_path / "log", *flags) as process:
        hashes = [process.client.send(body=f"text {number}") for number in range(10)]
        assert process.stop() == 0
    with running(tmp_path / "log", *flags) as process:
        assert [process.client.get(each)["text"] for each in hashes] == [f"text {n}" for n in range(10)]
        assert {each["hash"] for each in process.client.find()} == set(hashes)


@pytest.mark.parametrize("durable", [[], ["--durable"]])
def test_answered_sms_survives_a_kill(tmp_path: Path, durable: list[str]) -> None:
    flags = ("--database", str(tmp_path / "sms.sqlite3"), *durable)
    with running(tmp_path / "log", *flags) as process:
        hashes = {process.client.send() for _ in range(20)}
        process.popen.kill()
        process.popen.wait(TIMEOUT)
    with running(tmp_path / "log", *flags) as process:
        assert {each["hash"] for each in process.client.find()} == hashes


def test_nothing_is_lost_under_many_senders(tmp_path: Path) -> None:
    with running(tmp_path / "log", "--database", str(tmp_path / "sms.sqlite3"), "--speed", "20") as process:
        client = process.client
        with ThreadPoolExecutor(16) as pool:
            texts = [f"text {number}" for number in range(600)]
            hashes = list(pool.map(lambda text: client.send(body=text), texts))
        assert len(set(hashes)) == len(texts)
        assert {each["hash"]: each["text"] for each in client.find()} == dict(zip(hashes, texts, strict=True))


def test_two_processes_share_a_file(tmp_path: Path) -> None:
    flags = ("--database", str(tmp_path / "sms.sqlite3"))
    with running(tmp_path / "log", *flags) as one, running(tmp_path / "log", *flags) as two:
        first, second = one.client.send(), two.client.send()
        assert one.client.get(second)["hash"] == second
        assert two.client.get(first)["hash"] == first


# --- what is told ---------------------------------------------------------------------------------------


def test_log_holds_nothing_of_the_requests(tmp_path: Path) -> None:
    with running(tmp_path / "log", *MEMORY, "--account", "mylogin:mypassword") as process:
        client = Client(process.url, basic("mylogin:mypassword"))
        client.send(to="+33699887766", body="mytext", options={"user_data": "mydata"})
        client.refuse(to="+33699887766x", body="mytext")
        Client(process.url, basic("mylogin:mypassword2")).request("GET", "/sms/send?body=mytext")
        parts = urlsplit(process.url)
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            connection.sendall(b"mytext mypassword\r\n\r\n")
            assert b"REQUEST_FORMAT_ERROR" in connection.recv(1000)
        assert process.stop() == 0
        assert process.popen.stdout is not None
        told = process.log.read_text() + process.popen.stdout.read()
    for secret in (
        "mytext",
        "mypassword",
        "mydata",
        "699887766",
        basic("mylogin:mypassword")["Authorization"],
    ):
        assert secret not in told


def test_failing_database_is_an_envelope_and_a_log_line_without_contents(tmp_path: Path) -> None:
    database = tmp_path / "sms.sqlite3"
    with running(tmp_path / "log", "--database", str(database)) as process:
        connection = sqlite3.connect(database)
        connection.execute("DROP TABLE sms")
        connection.close()
        parts = urlsplit(process.url)
        body = json.dumps({"to": "+33612345678", "body": "mytext"}).encode()
        http = HTTPConnection(parts.hostname or "", parts.port)
        http.request("POST", "/rest/v1.1/sms", body, basic("emulator:emulator") | JSON_TYPE)
        response = http.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (500, "application/json")
        assert json.loads(response.read())["data"]["code"] == 500
        http.close()
        assert process.stop() == 0
        told = process.log.read_text()
    assert "a request failed: OperationalError (no such table: sms) at " in told
    assert "mytext" not in told


def test_log_tells_each_request_and_nothing_that_it_holds(tmp_path: Path) -> None:
    flags = ("--log-format", "json", "--log-level", "info", "--account", "mylogin:mypassword")
    with running(tmp_path / "log", *MEMORY, *flags) as process:
        client = Client(process.url, basic("mylogin:mypassword"))
        sms_hash = client.send(to="+33699887766", body="mytext")
        client.send_query({"to": "+33699887766", "body": "mytext"})
        client.get(sms_hash)
        client.control("GET", "/clock")
        Client(process.url.removesuffix("/rest/v1.1"), {}).request("GET", "/mytext")
        assert process.stop() == 0
        lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    told = [line["fields"] for line in lines if line["logger"] == "callr_sms_emulator.access"]
    assert [(each["method"], each["endpoint"], each["status"]) for each in told] == [
        ("POST", "SEND", 200),
        ("GET", "SEND_BY_QUERY", 200),
        ("GET", "GET", 200),
        ("GET", "/_emulator/clock", 200),
        ("GET", "none", 404),
    ]
    assert {line["level"] for line in lines} == {"info"}
    for secret in ("mytext", "mylogin", "mypassword", "699887766", sms_hash):
        assert secret not in process.log.read_text()
