"""The clients of two contracts, made by the same generator with the same settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generator.errors import GenerationError
from generator.generate import generate_document
from generator.parser import Document

if TYPE_CHECKING:
    from pathlib import Path

    from generator.config import ClientConfig
    from generator.diff.contract import Contract


class NoClientError(GenerationError):
    """The base has a client, the present contract has none."""


def make_clients(
    base: Contract, contract: Contract, settings: ClientConfig, folder: Path
) -> tuple[Path, Path]:
    """Write both clients below a folder; returns where.

    A schema that is one argument, `groups` of the settings, has to have all query parameters of that group.
    Where it has not, in one contract or in both, the parameters are compared one by one.

    Raises:
        NoClientError: No client can be made of the present contract.
        GenerationError: None can be made of the base.
    """
    try:
        return _make(base, contract, settings, folder / "grouped")
    except GenerationError as caught:
        if not settings.groups:
            raise
        try:
            return _make(base, contract, replace(settings, groups={}), folder / "ungrouped")
        except GenerationError:
            raise caught from None


def _make(base: Contract, contract: Contract, settings: ClientConfig, folder: Path) -> tuple[Path, Path]:
    made = (folder / "base", folder / "contract")
    folder.mkdir()
    for one, output, error in zip((base, contract), made, (GenerationError, NoClientError), strict=True):
        # The hash is written into the client and compared by nobody.
        document = Document(one.document, "")
        try:
            generate_document(document, fitted(settings, document), output)
        except GenerationError as caught:
            raise error(f"{one.path}: no client can be made: {caught}") from caught
    return made


def fitted(settings: ClientConfig, document: Document) -> ClientConfig:
    """The settings without names that the contract does not have: they were written for the other one."""
    operations = {operation.get("operationId") for _, _, operation in document.operations()}
    schemas = document.raw.get("components", {}).get("schemas", {})
    return replace(
        settings,
        schemas={name: value for name, value in settings.schemas.items() if name in schemas},
        operations={name: value for name, value in settings.operations.items() if name in operations},
        rounded_up=tuple(name for name in settings.rounded_up if name.partition(".")[0] in operations),
    )
