"""The command line. Nothing of the library imports it, and typer comes with the extra `cli`."""

from .entry_point import main

__all__ = ["main"]
