"""Comparison with a released contract: what breaks on the wire and in the client, and the version needed."""

from generator.diff.commands import diff_command, release_command
from generator.diff.reader import load_package
from generator.diff.signatures import public

__all__ = ["diff_command", "load_package", "public", "release_command"]
