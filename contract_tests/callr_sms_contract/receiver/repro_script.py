"""A push as a `curl` line, and a failure of a receiver as a script. The secret comes from the environment."""

import shlex
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from callr_sms_contract.receiver.pushes import TAKEN, Step
from callr_sms_contract.results import printf_commands

_URL: Final = "CALLR_RECEIVER_URL"
_LONGEST_BODY: Final = 3000
_DIGESTS: Final = {"MD5": "-md5", "SHA256": "-sha256", "SHA512": "-sha512"}

_HEAD: Final = """\
#!/bin/sh
# {title}
# Exits with 1 while the receiver is wrong, 0 when it is right, 2 when it cannot be judged.
# {url_variable} names another receiver; CALLR_WEBHOOK_SECRET is its secret.
need() {{ [ -n "$2" ] || {{ echo "$1: '' is not a $3; expected it in the environment" >&2; exit 2; }}; }}
{needs}url={url}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# sign DIGEST FILE: base64 of the HMAC of its bytes
sign() {{
  openssl dgst "$1" -hmac "$CALLR_WEBHOOK_SECRET" -binary < "$2" | base64 | tr -d '\\n'
}}

# no_response CODE: wrong if curl had a connection, otherwise it cannot be judged
no_response() {{
  case $1 in
    {cut_off}) echo "wrong: no response, expected {wanted}"; exit 1 ;;
    *) exit 2 ;;
  esac
}}
"""
_CUT_OFF: Final = "1|8|18|52|55|56"
"""The exit codes of `curl` for a response that is not HTTP, or a connection that was closed."""
_END: Final = """\
case $status in
  {wanted}) echo "right: $status"; exit 0 ;;
  *) echo "wrong: $status, expected {words}"; exit 1 ;;
esac
"""


def line(step: Step, url: str) -> str:
    """Return the `curl` line of a push; a long body is shortened."""
    body = shlex.quote(step.body.decode())
    if len(step.body) > _LONGEST_BODY:
        start = shlex.quote(step.body[:80].decode("utf-8", "ignore"))
        return f"curl … {_target(url)}   # {len(step.body):,} bytes that begin with {start}"
    signs = ""
    if step.signs is not None:
        over = '"$body"' if step.signs == step.body else shlex.quote(step.signs.decode())
        signs = (
            f"$(printf %s {over} | openssl dgst {_DIGESTS[step.algorithm]} "
            "-hmac \"$CALLR_WEBHOOK_SECRET\" -binary | base64 | tr -d '\\n')"
        )
    words = [*_headers(step, signs), '--data-binary "$body"', _target(url)]
    return f"body={body}; curl -sS -g -X POST {' '.join(words)}"


def _headers(step: Step, signs: str) -> list[str]:
    found = []
    for name, value in step.headers.items():
        if name == step.names[1] and signs:
            found.append(f'-H "{name}: {signs}"')
        else:
            # curl omits a header without a value unless its name ends with a semicolon.
            found.append(f"-H {shlex.quote(f'{name}: {value}' if value else f'{name};')}")
    return found


def _target(url: str) -> str:
    return f'"${_URL}"' if urlsplit(url).query else shlex.quote(url)


def script(title: str, steps: Sequence[Step], url: str, wanted: str) -> str:
    """Return the script that repeats the pushes of a failure and judges the response to the last one."""
    hides_url = bool(urlsplit(url).query)
    parts = [
        _HEAD.format(
            title=" ".join(title.split()),
            url=f"${_URL}" if hides_url else f"${{{_URL}:-{shlex.quote(url)}}}",
            url_variable=_URL,
            needs="".join(_needs(steps, hides_url=hides_url)),
            cut_off=_CUT_OFF,
            wanted=wanted,
        )
    ]
    for number, step in enumerate(steps, 1):
        sent = f'"$work/{number}.sent"'
        parts.append(f"{{ {printf_commands(step.body)}; }} > {sent}")
        signs = ""
        if step.signs is not None:
            over = sent
            if step.signs != step.body:
                over = f'"$work/{number}.signed"'
                parts.append(f"{{ {printf_commands(step.signs)}; }} > {over}")
            parts.append(f"signature=$(sign {_DIGESTS[step.algorithm]} {over})")
            parts.append('[ -n "$signature" ] || exit 2')
            signs = "$signature"
        words = " ".join(_headers(step, signs))
        parts.append(
            f"status=$(curl -sS -g -o /dev/null -w '%{{http_code}}' -X POST {words} \\\n"
            f'  --data-binary @{sent} "$url") || {"no_response $?" if number == len(steps) else "exit 2"}'
        )
    parts.append(_END.format(wanted="2??" if wanted == TAKEN else "4??", words=wanted))
    return "\n".join(parts)


def _needs(steps: Sequence[Step], *, hides_url: bool) -> Iterator[str]:
    """Return the lines that end a script when a required variable is missing."""
    if hides_url:
        yield f'need {_URL} "${_URL}" URL\n'
    if any(step.signs is not None for step in steps):
        yield 'need CALLR_WEBHOOK_SECRET "$CALLR_WEBHOOK_SECRET" secret\n'
