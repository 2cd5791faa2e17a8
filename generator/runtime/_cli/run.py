"""Runs the command line: from arguments to an exit code, with a message for every failure."""

import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from inspect import unwrap
from typing import Final, Literal, get_args, get_origin, get_type_hints

import typer
from typer.exceptions import TyperException

from .._errors import CallrError
from .commands import app
from .exit_codes import EXITS, EndedError, complain, complain_of_interrupt, describe, exit_code
from .input import read_arguments
from .streams import OutputError

_TYPES: Final[dict[object, str]] = {int: "an integer", float: "a number"}


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code. Messages go to stderr, without the values of arguments."""
    try:
        code = _call(read_arguments(arguments))
        sys.stdout.flush()
    except OutputError as error:
        if not error.is_gone:
            complain(f"the output cannot be written: {error.reason}")
        return EXITS["gone" if error.is_gone else "failed"].code
    return code


def _call(arguments: list[str]) -> int:
    try:
        code: object = app(arguments, prog_name="callr-sms", standalone_mode=False)
    except SystemExit as ended:  # completion
        code = ended.code
    except EndedError as ended:
        return ended.code
    except CallrError as error:
        complain(describe(error))
        return exit_code(error)
    except TyperException as error:
        complain(_describe_usage(error, arguments))
        return EXITS["usage"].code
    except typer.Abort:
        complain("no credentials: the prompt was closed")
        return EXITS["usage"].code
    except OSError as error:
        complain(f"the output cannot be written: {error.strerror}")
        return EXITS["failed"].code
    if code == EXITS["interrupted"].code:  # typer's own exit: all others have written their message
        may_be_sent = "the SMS may have been sent; look before you send again"
        complain_of_interrupt(f"interrupted; {may_be_sent if _is_send(arguments) else 'nothing was sent'}")
    return code if isinstance(code, int) else EXITS["done"].code


def _is_send(arguments: Sequence[str]) -> bool:
    return _find_command(arguments) == "send"


def _find_command(arguments: Sequence[str]) -> str:
    return next((word for word in arguments if not word.startswith("-")), "")


def _describe_usage(error: TyperException, arguments: Sequence[str]) -> str:
    """Return what is wrong with the arguments, without the values that typer's message may quote."""
    context = getattr(error, "ctx", None)
    path = getattr(context, "command_path", "callr-sms")
    cure = _find_cure(error, _find_command(arguments), getattr(context, "command", None))
    return f"{cure}; see {path} --help"


def _find_cure(error: TyperException, command: str, found: object) -> str:
    parameter = getattr(error, "param", None)
    if parameter is not None:
        name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.metavar
        if not error.message:
            return f"{name} is missing"
        return f"{name}: expected {_describe_type(getattr(found, 'callback', None), parameter.name)}"
    if hasattr(error, "possibilities"):
        return f"unknown option{_suggest(_find_options(error))}"
    option = getattr(error, "option_name", None)
    if option is not None:
        return f"{option}: its value is missing"
    commands: list[str] = list(getattr(found, "commands", ()))
    if commands and command not in commands:
        close = get_close_matches(command.lower(), commands)
        known = f"expected a command: {', '.join(commands)}"
        return (
            (f"unknown command{_suggest(close)}" if close else f"unknown command; {known}")
            if command
            else known
        )
    return "expected a command and its arguments, a text with spaces in quotes"


def _find_options(error: TyperException) -> list[str]:
    """Return the options that are close by more than their dashes, which all have in common."""
    possible: Iterable[str] = getattr(error, "possibilities", None) or ()
    names = [each.lstrip("-") for each in possible]
    wrong: str = getattr(error, "option_name", "")
    return [f"--{each}" for each in get_close_matches(wrong.lstrip("-"), names)]


def _describe_type(callback: object, name: str) -> str:
    """Return what a parameter of a command accepts, by its annotation: how typer describes it may change."""
    hints = get_type_hints(unwrap(callback)) if callable(callback) else {}
    return " or ".join(_list_values(hints.get(name))) or "another value"


def _list_values(kind: object) -> Iterable[str]:
    if get_origin(kind) is Literal:
        yield from map(str, get_args(kind))
    elif kind in _TYPES:
        yield _TYPES[kind]
    else:
        for each in get_args(kind):  # of a union with None
            yield from _list_values(each)


def _suggest(possible: Iterable[str]) -> str:
    return f"; did you mean {' or '.join(possible)}" if possible else ""
