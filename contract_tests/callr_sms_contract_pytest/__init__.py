"""pytest tests of a server: one for each operation and check of the contract tests.

`pytest --callr-contract URL` adds them to a suite. A test that uses the fixture `callr_contract_case` becomes
all of them, for a server that the suite starts itself. This module has the type for annotations.
"""

from callr_sms_contract_pytest._case import ContractCase

__all__ = ["ContractCase"]
