"""Writes the reports that were asked for."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from callr_sms_contract.reports.html import html
from callr_sms_contract.reports.junit import junit
from callr_sms_contract.reports.markdown import drift_report, markdown
from callr_sms_contract.reports.review import sarif
from callr_sms_contract.results import Record, to_json

STEP_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""The variable of GitHub Actions with the file for the summary of a step."""
_NOT_A_NAME: Final = re.compile(r"[^a-z0-9_]+")


class OutputError(RuntimeError):
    """A report that cannot be written; the message names the option and the file."""


@dataclass(frozen=True)
class Output:
    """The files to write; an empty name stands for no file."""

    junit: str = ""
    markdown: str = ""
    html: str = ""
    json: str = ""
    drift: str = ""
    repro: str = ""
    sarif: str = ""


def write(record: Record, output: Output) -> None:
    """Write the reports that `output` names, and the summary of a GitHub job.

    Raises OutputError, which names all that cannot be written, when the others are.
    """
    makers: tuple[tuple[str, str, Callable[[Record], str]], ...] = (
        ("--json", output.json, to_json),
        ("--junit", output.junit, junit),
        ("--markdown", output.markdown, markdown),
        ("--html", output.html, html),
        ("--drift", output.drift, drift_report),
        ("--sarif", output.sarif, sarif),
    )
    steps: list[Callable[[], None]] = [
        partial(_write_report, option, name, make, record) for option, name, make in makers if name
    ]
    if output.repro:
        steps.append(partial(_write_scripts, record, Path(output.repro)))
    page = os.environ.get(STEP_SUMMARY)
    if page and not output.markdown:
        steps.append(partial(_write_report, STEP_SUMMARY, page, markdown, record, mode="a"))
    problems: list[OutputError] = []
    for step in steps:
        try:
            step()
        except OutputError as error:
            problems.append(error)
    if problems:
        raise OutputError("; ".join(map(str, problems)))


def _write_report(
    option: str, name: str, make: Callable[[Record], str], record: Record, *, mode: str = "w"
) -> None:
    _write(option, Path(name), make(record), mode=mode)


def _write_scripts(record: Record, folder: Path) -> None:
    for path, text in _scripts(record, folder):
        _write("--repro", path, text)
        path.chmod(0o755)


def _scripts(record: Record, folder: Path) -> Iterator[tuple[Path, str]]:
    for number, cause in enumerate(record.causes, 1):
        fault = cause.main
        if fault.script:
            name = _NOT_A_NAME.sub("-", f"{number:02}-{fault.operation}-{fault.check}".lower()).strip("-")
            yield folder / f"{name}.sh", fault.script


def _write(option: str, path: Path, text: str, *, mode: str = "w") -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode, encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(
            f"{option}: {path} cannot be written ({error.strerror}); expected a writable file"
        ) from None
