"""Wrong servers, each wrong in one thing, to prove a test suite with.

A proxy stands before any right server and tells one lie. `python -m contract_tests.mutants` serves it, lists
the lies, and holds our own suite against all of them; `README.md` beside this file says how.
"""

from contract_tests.mutants._build import Mutant
from contract_tests.mutants._messages import Asked, Told
from contract_tests.mutants._proxy import LyingProxy
from contract_tests.mutants._registry import MUTANTS

__all__ = ["MUTANTS", "Asked", "LyingProxy", "Mutant", "Told"]
