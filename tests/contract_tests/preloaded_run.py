"""What a process that waits has ready for contract runs, besides the command line: see `tests.preloaded`.

A run imports most of schemathesis when it begins, and starts an emulator unless a server is named. Either
takes longer than many runs, so the modules are imported here, and the emulators are forked, too.
"""

import importlib
from collections.abc import Iterable

from callr_sms_contract import emulator
from tests.preloaded import command

for _name in (
    "pyrate_limiter",
    "schemathesis.engine.run.analysis",
    "schemathesis.engine.run.auth_bootstrap",
    "schemathesis.engine.run.stateful._executor",
    "schemathesis.engine.run.unit._direct_executor",
    "schemathesis.engine.run.unit._layered_scheduler",
    "schemathesis.engine.run.unit._pool",
    "schemathesis.python.asgi",
    "schemathesis.specs.openapi.adapter.v3_1",
    "schemathesis.specs.openapi.checks",
    "schemathesis.specs.openapi.schemas",
    "schemathesis.specs.openapi.stateful",
    "schemathesis.transport.wsgi",
):
    importlib.import_module(_name)

_command = emulator._command  # noqa: SLF001 - the same options, and another start
_PROGRAM = command("callr_sms_emulator")


def _forked(shortcodes: Iterable[str], speed: float) -> list[str]:
    return [*_PROGRAM, *_command(shortcodes, speed)[1:]]


emulator._command = _forked  # noqa: SLF001 - as above
