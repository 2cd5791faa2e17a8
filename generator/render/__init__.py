"""Rendering: the templates, docstrings, examples and formatting of the client."""

from generator.render.formatting import lay_out
from generator.render.project import BANNER, ClientProject, operations_of_helpers

__all__ = ["BANNER", "ClientProject", "lay_out", "operations_of_helpers"]
