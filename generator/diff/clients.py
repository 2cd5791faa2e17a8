"""The clients of two contracts, generated with the same settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generator.errors import GenerationError
from generator.generate import generate_document
from generator.parser import Document, tag_name, unsigned_webhooks
from generator.render import operations_of_helpers

if TYPE_CHECKING:
    from pathlib import Path

    from generator.config import ClientConfig
    from generator.diff.contract import Contract


class NoClientError(GenerationError):
    """A client can be generated from the base, but not from the present contract."""


def make_clients(
    base: Contract, contract: Contract, settings: ClientConfig, folder: Path
) -> tuple[Path, Path, ClientConfig]:
    """Write both clients into a folder; return their folders, and the settings of the present client.

    If, in either contract, the schema of one of the `groups` in the settings lacks a query parameter of the
    group, the parameters are compared one by one.

    Raises:
        NoClientError: No client can be generated from the present contract.
        GenerationError: No client can be generated from the base.
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


def _make(
    base: Contract, contract: Contract, settings: ClientConfig, folder: Path
) -> tuple[Path, Path, ClientConfig]:
    made = (folder / "base", folder / "contract")
    used = settings
    folder.mkdir()
    for one, output, error in zip((base, contract), made, (GenerationError, NoClientError), strict=True):
        # Without the hash, which is written into the client and not compared.
        document = Document(one.document, "")
        used = fitted(settings, document)
        try:
            generate_document(document, used, output)
        except GenerationError as caught:
            raise error(f"{one.path}: no client can be generated: {caught}") from caught
    return *made, used


def fitted(settings: ClientConfig, document: Document) -> ClientConfig:
    """Return the settings without names that are missing in this contract, but exist in the other one."""
    operations = {operation.get("operationId") for _, _, operation in document.operations()}
    schemas = document.raw.get("components", {}).get("schemas", {})
    tags = {
        tag_name(str(tag))
        for _, _, one in document.operations()
        for tag in (one.get("tags") or ["default"])[:1]
    }
    # A method that calls an operation goes with it, and the comparison says so.
    unsigned = any(unsigned_webhooks(document, settings.webhooks.get("signature", "")))
    helped = operations_of_helpers(settings) <= operations
    return replace(
        settings,
        needs={},
        webhooks=settings.webhooks | ({"signature": ""} if unsigned else {}),
        helpers={tag: file for tag, file in settings.helpers.items() if tag in tags and helped},
        counted={name: value for name, value in settings.counted.items() if name in operations},
        pages={name: value for name, value in settings.pages.items() if name in operations},
        schemas={name: value for name, value in settings.schemas.items() if name in schemas},
        operations={name: value for name, value in settings.operations.items() if name in operations},
        rounded_up=tuple(name for name in settings.rounded_up if name.partition(".")[0] in operations),
    )
