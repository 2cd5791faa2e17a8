"""Contract tests: they hold any server of the CALLR SMS REST API to `openapi/openapi.yaml`, through HTTP.

Run them with `python -m contract_tests`; `README.md` beside this file says what they judge and how.
"""

from contract_tests._run import Outcome, run_suite
from contract_tests._settings import PROFILES, Profile, Settings

__all__ = ["PROFILES", "Outcome", "Profile", "Settings", "run_suite"]
