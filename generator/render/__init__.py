"""Rendering: the templates, docstrings, examples and formatting of the client."""

from generator.render.formatting import lay_out
from generator.render.project import BANNER, ClientProject

__all__ = ["BANNER", "ClientProject", "lay_out"]
