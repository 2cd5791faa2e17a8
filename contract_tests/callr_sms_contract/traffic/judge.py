"""Judges recorded traffic: a HAR file, or the responses that a repro script received."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from callr_sms_contract import events
from callr_sms_contract.contract import Contract
from callr_sms_contract.oracle import Account, Inspector, Judge
from callr_sms_contract.phases import Recorder
from callr_sms_contract.results import DriftObserver, Record, RunDetails, Tally, record_of
from callr_sms_contract.settings import Settings
from callr_sms_contract.traffic.har import Entry, Traffic
from callr_sms_contract.wire import WRONG, Request, Response, Timing, basic_header, join_headers

RECORDED: Final = "recorded"
"""The phase under which recorded traffic is counted."""


class TrafficError(ValueError):
    """The traffic to judge is missing or cannot be read; the message names it."""


def judge_entries(entries: Iterable[Entry], settings: Settings, contract: Contract) -> Tally:
    """Judge recorded exchanges in their order."""
    tally, stream = Tally(), events.EventStream()
    tally.listen_to(stream)
    _take(entries, settings, contract, stream)
    return tally


def judge_har(traffic: Traffic, contract: Contract, shortcodes: frozenset[str]) -> Record:
    """Return the record of a HAR file; like that of a live server it shows no text and no phone number."""
    settings = Settings(traffic.base_url, traffic.login, traffic.password, shortcodes=shortcodes)
    tally, stream, observer = Tally(), events.EventStream(), DriftObserver(contract, settings.base_path)
    tally.listen_to(stream)
    observer.listen_to(stream)
    account = _take(traffic.entries, settings, contract, stream)
    seconds = max(each.received for each in traffic.entries) - min(each.sent for each in traffic.entries)
    circumstances = RunDetails(seconds, is_live=True)
    return record_of(tally, settings, contract, circumstances, observer, account)


def _take(
    entries: Iterable[Entry], settings: Settings, contract: Contract, stream: events.EventStream
) -> Account:
    judge = Judge(contract, settings.base_url, settings.login, settings.password, settings.shortcodes)
    inspector = Inspector(judge)
    recorder = Recorder(inspector, stream.emit)
    for entry in entries:
        reply = entry.request, entry.response, Timing(entry.sent, entry.received)
        recorder.record(RECORDED, _label(judge, contract, entry.request), reply)
    return inspector.account


def _label(judge: Judge, contract: Contract, request: Request) -> str:
    path = judge.path_of(request)
    operations = contract.on_path(path) if path is not None else ()
    for operation in operations:
        if operation.method == request.method:
            return operation.label
    return f"{request.method} {operations[0].path}" if operations else "outside the contract"


def entries_of(folder: Path, settings: Settings) -> list[Entry]:
    """Return the exchanges that a script kept in `folder`; raises TrafficError when there are none."""
    numbers = sorted(int(path.stem) for path in folder.glob("*.line") if path.stem.isdecimal())
    if not numbers:
        raise TrafficError(
            f"{folder}: it contains no exchange; expected the folder of a script that --repro wrote"
        )
    try:
        return [_kept(folder / str(number), number, settings) for number in numbers]
    except (OSError, ValueError) as error:
        raise TrafficError(f"{folder}: an exchange cannot be read ({error})") from None


def _kept(stem: Path, number: int, settings: Settings) -> Entry:
    _, method, url = _part(stem, "line").decode().split(" ", 2)
    headers = dict(_authorization(_part(stem, "who").decode(), settings))
    kind = _part(stem, "type").decode()
    if kind:
        headers["content-type"] = kind
    request = Request(method, url, headers, _part(stem, "sent"))
    return Entry(request, _response(_part(stem, "head"), _part(stem, "body")), number, number + 0.5)


def _part(stem: Path, name: str) -> bytes:
    path = stem.with_name(f"{stem.name}.{name}")
    return path.read_bytes() if name not in {"sent", "body"} or path.exists() else b""


def _authorization(who: str, settings: Settings) -> Iterable[tuple[str, str]]:
    kind, _, scheme = who.partition(" ")
    if kind == "none":
        return []
    login = WRONG if kind in {"no:password", "other"} else settings.login
    password = WRONG if kind in {"login:no", "other"} else settings.password
    header = basic_header(login, password)
    return [("authorization", f"{scheme or 'Basic'} {header.partition(' ')[2]}")]


def _response(head: bytes, body: bytes) -> Response:
    blocks = [block for block in head.decode("latin-1").split("\r\n\r\n") if block.strip()]
    line, *lines = blocks[-1].split("\r\n")  # the blocks before the last one belong to `100 Continue`
    pairs = (each.partition(":") for each in lines)
    headers = join_headers((name, value.strip()) for name, _, value in pairs)
    return Response(int(line.split(" ")[1]), headers, body)


def still_wrong(tally: Tally, check: str, rule: str) -> list[str]:
    """Return the titles of the remaining failures, of this check and rule if they are given."""
    return [
        failure.title
        for failure in tally.failures.values()
        if (not check or failure.check == check) and (not rule or failure.rule == rule)
    ]
