"""Contract tests: they hold any server of the CALLR SMS REST API to `openapi/openapi.yaml`, through HTTP.

Run them with `python -m callr_sms_contract`; `README.md` beside this file says what they judge and how.
"""

from callr_sms_contract.run import Outcome, run_suite
from callr_sms_contract.settings import PROFILES, Profile, Settings

__all__ = ["PROFILES", "Outcome", "Profile", "Settings", "run_suite"]
