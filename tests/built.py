"""What the tests need besides Python packages; make targets build it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINTERS = ROOT / "openapi" / "lint" / "node_modules"
PEERS = ROOT / "tests" / "peers" / "node_modules"
REFERENCE = ROOT / "emulator" / "callr_sms_emulator" / "_page" / "reference.html"
TARGETS = {LINTERS: "lint-openapi", PEERS: "peers", REFERENCE: "docs"}


def built(path: Path) -> Path:
    """Return one of the paths above; fail with the target that builds it where it is missing."""
    if not path.exists():
        place = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        pytest.fail(f"{place} was not built: run `make {TARGETS[path]}`", pytrace=False)
    return path
