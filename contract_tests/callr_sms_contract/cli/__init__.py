"""The command line."""

from callr_sms_contract.cli.commands import main

__all__ = ["main"]
