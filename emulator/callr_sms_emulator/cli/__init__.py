"""The command line of the emulator."""

from callr_sms_emulator.cli.commands import main

__all__ = ["main"]
