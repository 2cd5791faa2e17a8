"""The released contracts, `openapi/released/<version>.yaml`, which do not change after publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.diff.compare import compare_contracts
from generator.diff.contract import read_contract
from generator.diff.versions import Version, parse_version
from generator.errors import GenerationError

if TYPE_CHECKING:
    from pathlib import Path

    from generator.diff.contract import Contract


def released_versions(folder: Path) -> dict[Version, Path]:
    """Return the released contracts by version, the oldest first.

    Raises:
        GenerationError: The name of a file is not a version of three numbers.
    """
    files = sorted(folder.glob("*.yaml"))
    return dict(sorted((parse_version(path.stem, str(path)), path) for path in files))


def newest_release(folder: Path) -> Path:
    """Return the released contract with the highest version.

    Raises:
        GenerationError: No contract was released yet.
    """
    released = released_versions(folder)
    if not released:
        raise GenerationError(
            f"{folder}: expected a released contract in this folder; run: make release-contract"
        )
    return released[max(released)]


def release(path: Path, folder: Path, config: Path, *, unpublished: bool) -> str:
    """Copy a contract to the released ones, under its version; return a message about what was done.

    Args:
        path: The present contract.
        folder: The folder of the released contracts; created if it is missing.
        config: The settings of the client.
        unpublished: The version was never published, so its file may be replaced.

    Raises:
        GenerationError: The version is already released with other content, or too low.
    """
    contract = read_contract(path)
    released = released_versions(folder)
    target = folder / f"{contract.version}.yaml"
    if contract.version in released:
        if read_contract(target).document == contract.document:
            return f"{contract.version} is already released: nothing to do"
        if not unpublished:
            raise GenerationError(
                f"info.version {contract.version} is already released with other content; raise it "
                "(make diff prints the version needed), or pass --unpublished if it was never published"
            )
    _check_raised(contract, {one: file for one, file in released.items() if one != contract.version}, config)
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.read_bytes())
    word = "replaced" if contract.version in released else "added"
    return f"{word} {target}: {contract.version} is released"


def _check_raised(contract: Contract, released: dict[Version, Path], config: Path) -> None:
    """Refuse a version that is too low for the changes since the newest other release."""
    if not released:
        return
    found = compare_contracts(read_contract(released[max(released)]), contract, config)
    if not found.is_enough:
        raise GenerationError(
            f"info.version {contract.version} is too low: the changes since {found.base.version} need "
            f"{found.needed} (make diff prints them)"
        )
