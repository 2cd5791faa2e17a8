"""Wrong servers, each wrong in one thing, to prove a test suite with.

A proxy stands before any right server and tells one lie. `python -m mutants` serves it, lists
the lies, and holds our own suite against all of them; `README.md` beside this file says how.
"""

from mutants.builders import Mutant
from mutants.messages import Asked, Told
from mutants.proxy import LyingProxy
from mutants.registry import MUTANTS

__all__ = ["MUTANTS", "Asked", "LyingProxy", "Mutant", "Told"]
