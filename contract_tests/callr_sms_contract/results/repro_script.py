"""A failure as a shell script, which shows whether the server is still wrong.

It repeats nothing of the former run: hashes, and dates that follow from a send, come from the responses that
the script receives. It compares statuses itself, and calls this program to judge anything else.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, quote_plus, urlsplit

from callr_sms_contract.events import Failure
from callr_sms_contract.wire import Request, chunked_options, credentials_of, credentials_option

_STATUS: Final = re.compile(r"expected (\d+(?: or \d+)*)$")
_HASH: Final = re.compile(r"/sms/([0-9A-Z]{8})(?=$|\?)")
_RUN: Final = re.compile(rb"([\x00-\x09\x0b-\x7f]|[\xc2-\xf4][\x80-\xbf]{1,3})\1{99,}")
_DAY: Final = 86400

_HEAD: Final = """\
#!/bin/sh
# {title}
# Exits with 1 while the server is wrong, 0 when it is right, 2 when it cannot be judged.
# Reads CALLR_LOGIN and CALLR_PASSWORD; CALLR_BASE_URL names another server.
need() {{
  [ -n "$2" ] || {{ echo "$1: '' is not a credential; expected it in the environment" >&2; exit 2; }}
}}
need CALLR_LOGIN "$CALLR_LOGIN"
need CALLR_PASSWORD "$CALLR_PASSWORD"
base=${{CALLR_BASE_URL:-{base}}}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# call NUMBER CREDENTIALS TYPE ARGUMENTS-OF-CURL: one request, kept with its response
call() {{
  step=$work/$1; printf %s "$2" > "$step.who"; printf %s "$3" > "$step.type"; shift 3
  curl -sS -g --path-as-is -o "$step.body" -D "$step.head" \\
    -w '%{{http_code}} %{{method}} %{{url_effective}}' "$@" > "$step.line" || return 1
}}

# property NAME FILE: the first string that JSON has under that name
property() {{ sed -n 's/.*"'"$1"'" *: *"\\([^"]*\\)".*/\\1/p' "$2"; }}
"""
_REPEAT: Final = """\
# repeat BYTES TIMES
repeat() { unit=$(printf "$1"); yes "$unit" | head -n "$2" | tr -d '\\n'; }
"""
_LATER: Final = """\
# later MOMENT SECONDS: a moment of the API, as a query takes it
later() {
  date -u -d "$1 UTC $2 seconds" '+%Y-%m-%d+%H:%M:%S' 2>/dev/null ||
    date -u -j -f '%Y-%m-%d %H:%M:%S' -v"$2"S "$1" '+%Y-%m-%d+%H:%M:%S'
}
"""
_JUDGE: Final = """\
${{CALLR_SMS_CONTRACT:-callr-sms-contract}} judge --base-url "$base" {options}"$work"
status=$?
[ "$status" -ne 127 ] || echo 'install callr-sms-contract, or name it in CALLR_SMS_CONTRACT' >&2
[ "$status" -le 1 ] || exit 2
{unsure}exit "$status"
"""
_UNSURE: Final = """\
# Other SMS of the account are not in this script: without a failure nothing is proved.
[ "$status" -eq 1 ] || exit 2
"""
_SEEN_OVER_TIME: Final = frozenset({"history-grows", "members-fixed"})
"""Rules that need several reads of an SMS."""
_OF_THE_ACCOUNT: Final = frozenset(
    {"creation-follows-sends", "debit-follows-parts", "hash-unique", "list-complete", "list-order"}
)
"""Rules that may need other SMS than those of the steps."""
_COMPARE: Final = """\
read -r status rest < "$work/{last}.line"
case $status in
  {right}) echo "right: $status"; exit 0 ;;
  *) echo "wrong: $status, expected {expected}"; exit 1 ;;
esac
"""
_ANSWERED: Final = """\
echo 'right: every request had a response'
exit 0
"""


def script(failure: Failure, base_url: str, login: str, password: str) -> str:
    """Return the script for `failure` of the server at `base_url`, without the credentials of the account."""
    steps = _Steps(failure, base_url.rstrip("/"), (login, password))
    body = list(steps.lines())
    text = "\n".join(body)
    title = " ".join(f"{failure.operation}: {failure.title}".split())
    parts = [_HEAD.format(title=title, base=shlex.quote(base_url.rstrip("/")))]
    if "repeat " in text:
        parts.append(_REPEAT)
    if "$(later " in text:
        parts.append(_LATER)
    parts += [text + "\n", _ending(failure, steps.last)]
    return "\n".join(parts)


def _ending(failure: Failure, last: int) -> str:
    found = _STATUS.search(failure.title)
    if found and failure.check == "verdict_on_the_wire":
        expected = found[1]
        return _COMPARE.format(last=last, right=expected.replace(" or ", "|"), expected=expected)
    if not failure.status:
        return _ANSWERED
    options = f"--check {failure.check} " if failure.is_ours else ""
    if failure.rule:
        options += f"--rule {failure.rule} "
    alone = len(failure.steps) == 1 and str(failure.rule).startswith("list-")
    unsure = _UNSURE if alone or failure.rule in _OF_THE_ACCOUNT else ""
    return _JUDGE.format(options=options, unsure=unsure)


class _Steps:
    """The requests of one failure, with the values that each takes from earlier responses."""

    def __init__(self, failure: Failure, base_url: str, account: tuple[str, str]) -> None:
        self._failure, self._base, self._account = failure, base_url, account
        self._of_hash = dict(_results(failure.steps, failure.results))
        self._moments = {
            failure.creations[found]: number
            for found, number in self._of_hash.items()
            if found in failure.creations
        }

    @property
    def last(self) -> int:
        """Return the number of the call of the last step."""
        return self._call_of(len(self._failure.steps))

    def lines(self) -> Iterator[str]:
        """Return the commands: one call for each step, and one for each date that a later step needs."""
        for number, step in enumerate(self._failure.steps, 1):
            call = self._call_of(number)
            if step.body:
                yield f'{{ {printf_commands(step.body)}; }} > "$work/{call}.sent"'
            answered = "exit 2" if self._failure.status or number < len(self._failure.steps) else "exit 1"
            words = " ".join(filter(None, self._options(call, step)))
            yield f"call {call} {words} || {answered}"
            if number in self._of_hash.values():
                yield f'hash{number}=$(property data "$work/{call}.body")'
            if number in self._moments.values():
                read = f'-u "$CALLR_LOGIN:$CALLR_PASSWORD" "$base/sms/$hash{number}"'
                yield f'call {call + 1} account "" {read} || exit 2'
                yield f'date{number}=$(property date_creation "$work/{call + 1}.body")'
            if number == len(self._failure.steps) and self._failure.rule in _SEEN_OVER_TIME:
                yield f"for again in 1 2 3 4 5; do sleep 1; call $(({call} + again)) {words} || exit 2; done"

    def _call_of(self, number: int) -> int:
        """Return the number of the call of a step: reads for dates come between the steps."""
        return number + sum(1 for dated in self._moments.values() if dated < number)

    def _options(self, number: int, step: Request) -> Iterator[str]:
        option = credentials_option(step, *self._account)
        yield shlex.quote(credentials_of(step, *self._account))
        kind = step.headers.get("content-type")
        yield shlex.quote(kind or "")
        if step.method == "HEAD":
            yield "-I"
        elif step.method != "GET" or step.body:
            yield f"-X {shlex.quote(step.method)}"
        if option:
            yield option
        if kind is not None:
            yield f"-H {shlex.quote(f'Content-Type: {kind}')}"
        if step.body:
            if kind is None:
                yield "-H 'Content-Type:'"
            yield from chunked_options(step)
            yield f'--data-binary @"$work/{number}.sent"'
        yield self._url(step)

    def _url(self, step: Request) -> str:
        tail = step.url.removeprefix(self._base)
        start = '"$base"' if tail != step.url else ""
        found = _HASH.search(urlsplit(step.url).path + "?" * bool(urlsplit(step.url).query))
        number = self._of_hash.get(found[1]) if found else None
        if found and number:
            tail = tail.replace(f"/sms/{found[1]}", f"/sms/\0$hash{number}\0", 1)
        pieces = self._with_moments(tail).split("\0")
        words = (f'"{each}"' if index % 2 else shlex.quote(each) for index, each in enumerate(pieces) if each)
        return start + "".join(words)

    def _with_moments(self, tail: str) -> str:
        path, mark, query = tail.partition("?")
        if not mark or not self._moments:
            return tail
        pairs = parse_qsl(query, keep_blank_values=True)
        if not any(self._nearest(value) for _, value in pairs):
            return tail
        written = []
        for name, value in pairs:
            near = self._nearest(value)
            told = f'\0$(later "$date{near[0]}" {near[1]:+d})\0' if near else quote_plus(value)
            written.append(f"{quote_plus(name)}={told}")
        return f"{path}?{'&'.join(written)}"

    def _nearest(self, value: str) -> tuple[int, int] | None:
        for moment, number in self._moments.items():
            try:
                apart = datetime.fromisoformat(value) - datetime.fromisoformat(moment)
            except ValueError:
                return None
            if abs(apart.total_seconds()) <= _DAY:
                return number, int(apart.total_seconds())
        return None


def _results(steps: Sequence[Request], known: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Return the hashes that later steps use, each with the number of the step that returned it."""
    if any(known):
        yield from ((found, number) for number, found in enumerate(known, 1) if found)
        return
    sends = [number for number, step in enumerate(steps, 1) if _sends(step)]
    named: dict[str, None] = {}
    for step in steps:
        found = _HASH.search(urlsplit(step.url).path)
        if found:
            named[found[1]] = None
    yield from zip(named, sends, strict=False)


def _sends(step: Request) -> bool:
    path = urlsplit(step.url).path
    return path.endswith("/sms/send") or (step.method == "POST" and path.endswith("/sms"))


def printf_commands(body: bytes) -> str:
    """Return commands that print `body`, with long runs of one character shortened."""
    commands, start = [], 0
    for found in _RUN.finditer(body):
        if body[start : found.start()]:
            commands.append(f"printf '{_octal(body[start : found.start()])}'")
        times = len(found[0]) // len(found[1])
        commands.append(f"repeat '{_octal(found[1])}' {times}")
        start = found.end()
    if body[start:]:
        commands.append(f"printf '{_octal(body[start:])}'")
    return "; ".join(commands)


def _octal(raw: bytes) -> str:
    plain = set(b'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "{}[]:,;.+-_/()')
    return "".join(chr(byte) if byte in plain else f"\\{byte:03o}" for byte in raw)
