"""The commands and their options."""

import shlex
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal

import typer

from .. import segments
from .._errors import CallrError
from .._generated import DISTRIBUTION, __version__
from .._models import Sms, SmsOptions
from .._transport import NOT_SENT
from .exit_codes import EXITS, EndedError, complain, complain_of_interrupt, describe, exit_code
from .input import MOMENTS, connect, read_moment, read_recipient, read_text
from .output import ListReport, emit, emit_estimate, emit_json, emit_sms, estimate_to_dict
from .streams import release_output

_EPILOG: Final = (
    "CALLR_LOGIN, CALLR_PASSWORD and CALLR_BASE_URL are read from the environment. On a terminal, the "
    "command asks for a missing login or password.\n\n\b\nExit codes:\n"
    + "\n".join(f"{exit_.code:>3}  {exit_.meaning}" for exit_ in EXITS.values())
)

app = typer.Typer(
    epilog=_EPILOG,
    context_settings={"color": False},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_Text = Annotated[
    str, typer.Argument(metavar="TEXT", help="The text; - reads it from stdin.", show_default=False)
]
_Hash = Annotated[str, typer.Argument(metavar="HASH", help="The hash that send printed.", show_default=False)]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_BaseUrl = Annotated[
    str | None,
    typer.Option(
        help="The URL of the API. By default, CALLR_BASE_URL, or that of CALLR.", show_default=False
    ),
]
_Timeout = Annotated[
    float | None,
    typer.Option(help="Seconds for each call, retries included. By default, 30.", show_default=False),
]
_UNUSED: Final = typer.Option(help="Accepted and not used: nothing is called.", show_default=False)
_Encoding = Annotated[
    Literal["GSM", "UNICODE"] | None, typer.Option(help="Use this encoding instead of detecting it.")
]


def _show_version(context: typer.Context, wanted: bool) -> None:  # noqa: FBT001 - the signature that typer needs
    if wanted and not context.resilient_parsing:  # it is so while a shell completes a command
        typer.echo(f"{DISTRIBUTION} {__version__}")
        raise typer.Exit


@app.callback(help="Send SMS through CALLR, read their status and list them.")
def _program(
    *,
    show_version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Run no command: this has the options of the program."""


# Not the docstrings, which Python drops with -OO.
@app.command(help="Send an SMS, which is billed, and print its hash. A send is never repeated.")
def send(  # noqa: PLR0913 - all options of a send
    text: _Text,
    *,
    to: Annotated[
        list[str], typer.Option("--to", metavar="<str>", help="The recipient, such as +33612345678.")
    ],
    from_: Annotated[str, typer.Option("--from", help="The sender. By default, a shared shortcode.")] = "",
    max_parts: Annotated[int | None, typer.Option(help="Do not send a text with more billed parts.")] = None,
    user_data: Annotated[str | None, typer.Option(help="Free text that is returned with the SMS.")] = None,
    nature: Annotated[
        Literal["ALERTING", "MARKETING"] | None, typer.Option(help="The purpose of the SMS.")
    ] = None,
    force_encoding: _Encoding = None,
    flash: Annotated[
        bool, typer.Option("--flash", help="Show it at once on the phone and do not store it.")
    ] = False,
    as_json: _Json = False,
    base_url: _BaseUrl = None,
    timeout: _Timeout = None,
) -> None:
    """Run `callr-sms send`."""
    options = SmsOptions(
        force_encoding=force_encoding,
        nature=nature,
        flash_message=flash or None,
        user_data=user_data,
    )
    recipient, body = read_recipient(to), read_text(text)
    with connect(base_url, timeout) as callr:
        find_it = _find_it(datetime.now(UTC), base_url)
        try:
            sms_hash = callr.sms.send(
                to=recipient,
                body=body,
                from_=from_,
                options=options if options.to_dict() else None,
                max_parts=max_parts,
            )
        except CallrError as error:
            if error.outcome != "unknown":
                complain(f"not sent: {describe(error)}")
                raise typer.Exit(exit_code(error)) from None
            complain(_warning(describe(error), find_it))
            raise EndedError("unknown") from None
        except KeyboardInterrupt as caught:
            if any(NOT_SENT in note for note in getattr(caught, "__notes__", ())):
                complain_of_interrupt("interrupted; nothing was sent")
                raise EndedError("interrupted") from None
            complain_of_interrupt(
                "interrupted; the SMS may have been sent and billed. "
                f"Before you send it again, look for it: {find_it}"
            )
            raise EndedError("interrupted") from None
        _emit_hash(sms_hash, as_json=as_json)


def _warning(why: str, find_it: str) -> str:
    """Return what an unknown outcome means, and how to look for the SMS."""
    return (
        f"{why}\nThe outcome is unknown: the SMS may have been sent and billed.\n"
        f"Before you send it again, look for it:\n    {find_it}\n"
        "If it is not listed, look again after a minute: it may still be on its way."
    )


def _find_it(before: datetime, base_url: str | None) -> str:
    """Return the command that lists an SMS which was sent after a time."""
    since = before - timedelta(minutes=5)  # clocks differ
    there = "" if base_url is None else f" --base-url {shlex.quote(base_url)}"
    return f"callr-sms list --type OUT --from '{since:%Y-%m-%d %H:%M:%S}'{there}"


def _emit_hash(sms_hash: str, *, as_json: bool) -> None:
    try:
        if as_json:
            emit_json({"hash": sms_hash})
        else:
            emit(sms_hash)
        sys.stdout.flush()
    except KeyboardInterrupt:
        complain_of_interrupt(f"interrupted, but sent; the hash is {sms_hash}")
        raise EndedError("interrupted") from None
    except Exception:  # noqa: BLE001 - the SMS was sent: no error of the output may look like a failed send
        release_output()
        complain(f"sent, but the output could not be written; the hash is {sms_hash}")


@app.command(help="Show one SMS and its current status.")
def get(
    sms_hash: _Hash, *, as_json: _Json = False, base_url: _BaseUrl = None, timeout: _Timeout = None
) -> None:
    """Run `callr-sms get`."""
    with connect(base_url, timeout) as callr:
        _emit(callr.sms.get(sms_hash), as_json=as_json)


@app.command(
    name="list",
    help="List SMS by time of creation, oldest first.\n\nPhone numbers and texts are shown in full.",
)
def list_(  # noqa: PLR0913 - all options of a list
    *,
    type_: Annotated[
        Literal["IN", "OUT"], typer.Option("--type", help="OUT for sent SMS, IN for received ones.")
    ] = "OUT",
    from_: Annotated[str, typer.Option("--from", help=f"The earliest time of creation: {MOMENTS}")] = "24h",
    to: Annotated[
        str, typer.Option("--to", help="The latest time of creation; a date means the end of that day.")
    ] = "now",
    as_json: _Json = False,
    base_url: _BaseUrl = None,
    timeout: _Timeout = None,
) -> None:
    """Run `callr-sms list`."""
    now = datetime.now(UTC)
    begin, end = read_moment("from_", from_, now), read_moment("to", to, now, end_of_day=True)
    report = ListReport(type_, as_json=as_json)
    with connect(base_url, timeout) as callr:
        report.emit(callr.sms.iterate(type=type_, from_=begin, to=end, on_progress=report.report_progress))


@app.command(help="Wait until the status of an SMS is final, and show the SMS.")
def wait(
    sms_hash: _Hash,
    *,
    timeout: Annotated[float, typer.Option(help="Seconds to wait; 0 asks once.")] = 300.0,
    as_json: _Json = False,
    base_url: _BaseUrl = None,
) -> None:
    """Run `callr-sms wait`."""
    with connect(base_url) as callr:
        sms = callr.sms.wait_until_final(sms_hash, timeout=timeout)
    _emit(sms, as_json=as_json)
    if not sms.status.is_success:
        raise EndedError("not_received")


@app.command(
    help="Show the encoding and the billed parts of a text. Works offline.\n\n"
    "It lists the characters that prevent the text from being sent as GSM."
)
def estimate(  # noqa: PLR0913 - all options of an estimate
    text: _Text,
    *,
    force_encoding: _Encoding = None,
    stop_number: Annotated[str | None, typer.Option(help="The replacement of %STOPNUM%.")] = None,
    as_json: _Json = False,
    base_url: Annotated[str | None, _UNUSED] = None,
    timeout: Annotated[float | None, _UNUSED] = None,
) -> None:
    """Run `callr-sms estimate`."""
    del base_url, timeout  # nothing is called
    counted = segments.estimate(read_text(text), force_encoding, stop_number=stop_number)
    if as_json:
        emit_json(estimate_to_dict(counted))
    else:
        emit_estimate(counted)


def _emit(sms: Sms, *, as_json: bool) -> None:
    if as_json:
        emit_json(sms.to_dict())
    else:
        emit_sms(sms)
