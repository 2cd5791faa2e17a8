"""The client that openapi-python-client makes of the contract without our templates."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CONTRACT = Path(__file__).parents[1] / "openapi" / "openapi.yaml"
_PACKAGE = "stock_client"


@contextmanager
def stock_list() -> Iterator[Callable[[Any], list[Any]]]:
    """What turns the decoded JSON of a list into its models."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        sys.path.insert(0, folder)
        try:
            envelope = importlib.import_module(f"{_PACKAGE}.models").SmsListEnvelope
            yield lambda decoded: envelope.from_dict(decoded).data
        finally:
            sys.path.remove(folder)
            for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
                del sys.modules[name]


def generate(folder: Path) -> None:
    settings = folder / "settings.yaml"
    settings.write_text("post_hooks: []\n", encoding="utf-8")
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
        *("--path", str(_CONTRACT), "--config", str(settings), "--output-path", str(folder / _PACKAGE)),
    ]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
