"""Compare a contract with a released one: what changed, whom it breaks, and the version that it needs."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator.config import load_config
from generator.diff.changes import PYTHON, Change, ordered
from generator.diff.clients import NoClientError, make_clients
from generator.diff.query_groups import group_changes
from generator.diff.signatures import signature_changes
from generator.diff.versions import Bump
from generator.diff.wire import wire_changes
from generator.errors import GenerationError
from generator.generate import check_needs, generate_document
from generator.parser import Document
from openapi.lint.node import ToolFailedError

if TYPE_CHECKING:
    from generator.config import ClientConfig
    from generator.diff.contract import Contract
    from generator.diff.versions import Version


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes of a contract since a released one.

    Attributes:
        base: The released contract.
        contract: The present one.
        changes: The changes, those that raise the version most first.
    """

    base: Contract
    contract: Contract
    changes: list[Change]

    @property
    def bump(self) -> Bump:
        """The part of the version that the changes raise."""
        return max((change.bump for change in self.changes), default=Bump.NONE)

    @property
    def needed(self) -> Version:
        """The lowest allowed version of the present contract."""
        return self.base.version.raised(self.bump)

    @property
    def is_enough(self) -> bool:
        """Whether the version of the present contract is high enough."""
        return self.contract.version >= self.needed


def compare_contracts(base: Contract, contract: Contract, config: Path) -> Comparison:
    """Compare a contract with a released one.

    Args:
        base: The released contract.
        contract: The present contract.
        config: The settings of the client, the same for both.

    Raises:
        GenerationError: They cannot be compared; the message names the file and the reason.
    """
    if base.document == contract.document:
        return Comparison(base, contract, [])
    found = _python_changes(base, contract, load_config(config))
    try:
        found += wire_changes(base, contract)
    except ToolFailedError as caught:
        raise GenerationError(str(caught)) from caught
    return Comparison(base, contract, ordered(found))


def _python_changes(base: Contract, contract: Contract, settings: ClientConfig) -> list[Change]:
    with tempfile.TemporaryDirectory(prefix="callr-diff-") as folder:
        try:
            old, new, used = make_clients(base, contract, settings, Path(folder))
        except NoClientError as caught:
            # Users of the client would have no client any more.
            return [Change(f"{caught}.", settings.package, "", "no-client", Bump.MAJOR, (PYTHON,))]
        found = signature_changes(old, new, settings.package)
        try:
            document = Document(contract.document, "")
            if used == replace(settings, needs={}):
                check_needs(document, settings)
            else:
                generate_document(document, settings, Path(folder) / "as-set")
        except GenerationError as caught:
            # The settings, or what the client has besides the contract, have to follow it.
            what = "; ".join(str(caught).splitlines())
            found.append(
                Change(f"No client until then: {what}.", settings.package, "", "settings", Bump.PATCH)
            )
    return [*found, *group_changes(base, contract, settings.groups)]
