"""What a change of the contract breaks: on the wire, in the client, and the version it asks for."""

from generator.diff.commands import diff_command, release_command
from generator.diff.signatures import load_package, public

__all__ = ["diff_command", "load_package", "public", "release_command"]
