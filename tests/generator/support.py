"""Contracts and clients of the generator's tests."""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from typer.testing import CliRunner

from generator.cli import app
from generator.generate import generate_into

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "openapi" / "openapi.yaml"
CONFIG = ROOT / "generator" / "client.toml"
GOLDEN = Path(__file__).parent / "golden"

# The smallest contract: no envelope, no credentials, no tags, no operationId.
LEAST: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Least", "version": "1.0"},
    "paths": {
        "/ping": {
            "get": {
                "parameters": [],
                "responses": {
                    "200": {
                        "description": "Pong.",
                        "content": {"application/json": {"schema": {"type": "string"}}},
                    }
                },
            }
        }
    },
}
LEAST_CONFIG = """
distribution = "least-client"
package = "least_client"
name = "Least"
environment = "LEAST"
summary = "Client for the least"
"""


def least(**operation: object) -> dict[str, Any]:
    """The smallest contract, with parts of its operation replaced."""
    document = deepcopy(LEAST)
    document["paths"]["/ping"]["get"].update(operation)
    return document


def responding(schema: dict[str, Any], **components: object) -> dict[str, Any]:
    """The smallest contract, with a response of this schema."""
    content = {"application/json": {"schema": schema}}
    document = least(responses={"200": {"description": "It.", "content": content}})
    document["components"] = {"schemas": components}
    return document


def taking(parameter: dict[str, Any], path: str = "/ping") -> dict[str, Any]:
    """The smallest contract, with one parameter."""
    document = least(parameters=[parameter])
    document["paths"] = {path: document["paths"]["/ping"]}
    return document


def make(folder: Path, document: dict[str, Any], config: str = LEAST_CONFIG) -> Path:
    """Generate the client of a document in a new folder below `folder`."""
    contract, settings, output = folder / "contract.yaml", folder / "client.toml", folder / "client"
    contract.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    settings.write_text(config, encoding="utf-8")
    generate_into(contract, settings, output)
    return output


@contextmanager
def imported(output: Path) -> Iterator[ModuleType]:
    """Import the package `least_client` of a generated client; forget it afterwards, for the next one."""
    _forget()
    sys.path.insert(0, str(output))
    try:
        yield importlib.import_module("least_client")
    finally:
        sys.path.remove(str(output))
        _forget()


def _forget() -> None:
    for module in [each for each in sys.modules if each.partition(".")[0] == "least_client"]:
        del sys.modules[module]
    importlib.invalidate_caches()


def run(*arguments: str | Path) -> tuple[int, str]:
    """Run the command line; return its exit code and output."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def tree(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
