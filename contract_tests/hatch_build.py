"""Packs the contract into the package, which then needs no repository."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ContractHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds `openapi.yaml`: of the repository, or the one that a source distribution brought."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds; an editable install reads the repository's own."""
        if version == "editable":
            return
        packed = Path(self.root, "callr_sms_contract", "openapi.yaml")
        source = packed if packed.exists() else Path(self.root, "..", "openapi", "openapi.yaml")
        build_data["force_include"][str(source.resolve())] = "callr_sms_contract/openapi.yaml"
