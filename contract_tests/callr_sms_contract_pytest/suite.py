"""The tests that `--callr-contract` adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callr_sms_contract_pytest import ContractCase


def test_contract(callr_contract_case: ContractCase) -> None:
    """One test for each operation and check."""
    callr_contract_case.check()


# A suite may give its own tests other names (`python_functions`).
test_contract.__test__ = True  # type: ignore[attr-defined]
