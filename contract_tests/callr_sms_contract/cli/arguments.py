"""Reads the values of options; a wrong one raises SettingError, which names the option."""

from random import SystemRandom
from typing import Final

import typer

from callr_sms_contract.settings import SettingError, Shard

_SEEDS: Final = 2**31


def one_of(option: str, given: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the given values; raises SettingError for one that is not among `known`."""
    for value in given:
        if value not in known:
            raise SettingError(f"{option}: {value!r} is unknown; expected one of {', '.join(known)}")
    return tuple(given)


def comma_separated(given: str) -> frozenset[str]:
    """Return the values of an option that are separated by commas."""
    return frozenset(each.strip() for each in given.split(",") if each.strip())


def seed_of(given: str) -> int:
    """Return the given seed, or a new one."""
    if not given:
        return SystemRandom().randrange(_SEEDS)
    if not (given.isascii() and given.isdigit()):
        raise SettingError(f"--seed: {given!r} is not a seed; expected a whole number, 0 or more")
    return int(given)


def seconds_of(given: float) -> float | None:
    """Return the value of `--max-seconds`; None: as the profile says."""
    if given < 0:
        raise SettingError(f"--max-seconds: {given:g} is negative; expected a number of seconds, more than 0")
    return given or None


def wait_of(given: float) -> float:
    """Return the value of `--webhooks-seconds`; 0: as the profile says."""
    if not 0 <= given < float("inf"):
        raise SettingError(
            f"--webhooks-seconds: {given:g} is not a time to wait; expected a number of seconds, more than 0"
        )
    return given


def shard_of(given: str) -> Shard | None:
    """Return the shard to run; None: the whole run."""
    if not given:
        return None
    number, slash, of = given.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal()):
        raise SettingError(f"--shard: {given!r} is not a shard; expected one like 2/8")
    return Shard(int(number), int(of))


def usage_of(error: typer.TyperException) -> str:
    """Return the message for arguments that typer rejects: it names them, and the help that lists all."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "callr-sms-contract"
    return f"{error.format_message().rstrip('.')}; see {command} --help"
