"""Writing the client: templates, docstrings, examples, formatting."""

from generator.render.formatting import lay_out
from generator.render.project import BANNER, ClientProject

__all__ = ["BANNER", "ClientProject", "lay_out"]
