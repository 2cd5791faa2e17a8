"""Contract tests: test over HTTP whether a server of the CALLR SMS REST API keeps `openapi/openapi.yaml`.

Run them with `python -m callr_sms_contract`; the README next to this package describes what they check.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    from callr_sms_contract.run import Outcome, run_suite
    from callr_sms_contract.settings import PROFILES, Profile, Settings

__all__ = ["PROFILES", "Outcome", "Profile", "Settings", "run_suite"]

_RUN: typing.Final = frozenset({"Outcome", "run_suite"})


def __getattr__(name: str) -> object:
    """Import what is asked for: the command line handles signals before that, which takes a second."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{'run' if name in _RUN else 'settings'}")
    globals()[name] = found = getattr(module, name)
    return found
