"""The released contracts, `openapi/released/<version>.yaml`: never changed once they were published."""

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
    """The released contracts by version, the oldest first.

    Raises:
        GenerationError: A file there is not named after a version of three numbers.
    """
    files = sorted(folder.glob("*.yaml"))
    return dict(sorted((parse_version(path.stem, str(path)), path) for path in files))


def newest_release(folder: Path) -> Path:
    """The released contract of the greatest version.

    Raises:
        GenerationError: None was released yet.
    """
    released = released_versions(folder)
    if not released:
        raise GenerationError(f"{folder}: expected a released contract there; run: make release-contract")
    return released[max(released)]


def release(path: Path, folder: Path, config: Path, *, unpublished: bool) -> str:
    """File a contract under its version; returns what was done, in words.

    Args:
        path: The present contract.
        folder: Where the released contracts are; made when it is missing.
        config: The settings of the client.
        unpublished: Nobody has the version yet, so its file may be replaced.

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
                "(make diff tells how far), or pass --unpublished when nobody has it yet"
            )
    _check_raised(contract, {one: file for one, file in released.items() if one != contract.version}, config)
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.read_bytes())
    word = "replaced" if contract.version in released else "added"
    return f"{word} {target}: {contract.version} is released"


def _check_raised(contract: Contract, released: dict[Version, Path], config: Path) -> None:
    """Refuse a version that is too low for what it changes of the newest other one."""
    if not released:
        return
    found = compare_contracts(read_contract(released[max(released)]), contract, config)
    if not found.is_enough:
        raise GenerationError(
            f"info.version {contract.version} is too low: what changed since {found.base.version} asks for "
            f"{found.needed} (make diff tells what)"
        )
