"""Contract tests: test over HTTP whether a server of the CALLR SMS REST API keeps `openapi/openapi.yaml`.

Run them with `python -m callr_sms_contract`; the README next to this package describes what they check.
"""

from callr_sms_contract.run import Outcome, run_suite
from callr_sms_contract.settings import PROFILES, Profile, Settings

__all__ = ["PROFILES", "Outcome", "Profile", "Settings", "run_suite"]
