"""Metrics: the text format of Prometheus, read strictly, and what it counts."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import yaml

from callr_sms_emulator import Config
from tests.docs.pages import DOCS, run_by
from tests.emulator.conftest import NOON
from tests.emulator.support import TIMEOUT, Client, ManualClock, basic, serving_config

_HELP = re.compile(r"# HELP ([a-z_:][a-z0-9_:]*) (\S.*)")
_TYPE = re.compile(r"# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge)")
_LABEL = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
_SAMPLE = re.compile(
    rf"([a-z_:][a-z0-9_:]*)(?:\{{((?:{_LABEL})(?:,{_LABEL})*)\}})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)"
)
NOBODY = "http://127.0.0.1:1/"
(BLOCK,) = run_by("tests/emulator/test_metrics.py")
FRENCH = "+33612345678"


class Sample(NamedTuple):
    """A sample: the name of its metric, and its labels as they are written."""

    name: str
    labels: str


def parse(text: str) -> dict[Sample, float]:
    """Read the text format 0.0.4: the help and type of each metric, then all of its samples, each once."""
    assert text.endswith("\n")
    found: dict[Sample, float] = {}
    name, announced = "", set[str]()
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if line.startswith("#"):
            (name, _), (typed, kind) = _groups(_HELP, line), _groups(_TYPE, next(lines))
            assert name == typed
            assert name not in announced
            assert (kind == "counter") == name.endswith("_total")
            announced.add(name)
            continue
        sample, labels, value = _groups(_SAMPLE, line)
        assert sample == name
        key = Sample(sample, labels or "")
        assert key not in found
        found[key] = float(value)
    return found


def _groups(pattern: re.Pattern[str], line: str) -> tuple[str, ...]:
    found = pattern.fullmatch(line)
    assert found is not None, line
    return found.groups()


def _read(client: Client) -> dict[Sample, float]:
    parts = urlsplit(client.url)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)) as connection:
        connection.request("GET", "/_emulator/metrics")
        response = connection.getresponse()
        body = response.read().decode()
    assert (response.status, response.headers["Content-Type"]) == (
        200,
        "text/plain; version=0.0.4; charset=utf-8",
    )
    return parse(body)


@pytest.fixture(params=["memory", "file"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    database = ":memory:" if request.param == "memory" else tmp_path / "sms.sqlite3"
    with serving_config(Config(any_account=True), ManualClock(NOON), database) as client:
        yield client


def test_new_emulator_has_counted_nothing(client: Client) -> None:
    found = _read(client)
    assert [
        each for each in found if each.name in {"callr_emulator_requests_total", "callr_emulator_sms_total"}
    ] == []
    size = found.pop(Sample("callr_emulator_database_bytes", ""))
    assert size > 10_000
    assert found[Sample("process_resident_memory_bytes", "")] > 1_000_000
    assert found[Sample("callr_emulator_clock_seconds", "")] == NOON / 1000


def test_what_happens_is_counted(client: Client) -> None:
    client.set("/clock", freeze=True)
    client.set("/webhooks", endpoint=NOBODY)
    client.send()
    client.send(to="+33639980010")
    client.refuse(to="nobody")
    client.set("/sms/incoming", **{"from": FRENCH}, text="secret")
    client.set("/clock", advance="10s")
    Client(client.url, basic("other:secret")).send()
    client.request("GET", '/nothing"else\\')
    counted = {key: value for key, value in _read(client).items() if key.name.startswith("callr_emulator_")}
    shown = {
        f"{key.name.removeprefix('callr_emulator_')} {key.labels}": value for key, value in counted.items()
    }
    expected = {
        'requests_total endpoint="SEND",status="200"': 3,
        'requests_total endpoint="SEND",status="400"': 1,
        'requests_total endpoint="none",status="404"': 1,
        'requests_total endpoint="/_emulator/clock",status="200"': 2,
        'sms_total type="OUT",status="CREATED"': 3,
        'sms_total type="OUT",status="PENDING"': 1,
        'sms_total type="OUT",status="RECEIVED"': 1,
        'sms_total type="OUT",status="ERROR"': 1,
        'sms_total type="IN",status="RECEIVED"': 1,
        'deliveries_total result="delivered"': 0,
        "virtual_clocks ": 1,
        "accounts_loaded ": 2,
        "event_streams ": 0,
    }
    assert {name: shown.get(name) for name in expected} == expected
    assert shown['delivery_attempts_total result="failed"'] >= 3
    assert shown["deliveries_due "] >= 1
    text = repr(shown)
    assert not [each for each in ("other", FRENCH, "secret", "Hello", "emulator:", "else") if each in text]


def test_streams_are_counted_while_they_are_open(client: Client) -> None:
    parts = urlsplit(client.url)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)) as connection:
        connection.request("GET", "/_emulator/events", headers=client.authorization)
        assert connection.getresponse().readline() == b"retry: 1000\n"
        assert _read(client)[Sample("callr_emulator_event_streams", "")] == 1


def test_page_names_every_metric(client: Client) -> None:
    client.send()
    page = (DOCS / "emulator" / "metrics.md").read_text(encoding="utf-8")
    (job,) = yaml.safe_load(BLOCK.text)["scrape_configs"]
    assert job["metrics_path"] == "/_emulator/metrics"
    assert {name for name, _ in _read(client)} == set(re.findall(r"`((?:callr_emulator|process)_\w+)`", page))


@pytest.mark.parametrize(
    "text",
    [
        "a 1",
        "# HELP a b\na 1\n",
        '# HELP a b\n# TYPE a gauge\na{b="c"} 1\na{b="c"} 2\n',
        "# HELP a b\n# TYPE a counter\na 1\n",
        "# HELP a b\n# TYPE a gauge\na{b=c} 1\n",
    ],
)
def test_parser_is_strict(text: str) -> None:
    with pytest.raises((AssertionError, StopIteration)):
        parse(text)
