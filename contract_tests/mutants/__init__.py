"""Wrong servers, each with one deviation, to measure a test suite with.

A proxy in front of any right server adds one deviation. `python -m mutants` serves it, lists the
deviations, and runs our own suite against all of them; see `README.md` in this folder.
"""

from mutants.builders import Mutant
from mutants.messages import Request, Response
from mutants.proxy import LyingProxy
from mutants.registry import MUTANTS

__all__ = ["MUTANTS", "LyingProxy", "Mutant", "Request", "Response"]
