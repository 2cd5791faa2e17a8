"""The settings of one client: names that no contract can give, read from a TOML file."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.errors import GenerationError

#: The settings of the client of this repository.
CLIENT = Path(__file__).with_name("client.toml")


@dataclass(frozen=True)
class ClientConfig:
    """What a client is called, and where its contract keeps results and errors.

    Attributes:
        distribution: The name of the distribution, such as `callr-sms-client`.
        package: The name to import, such as `callr_sms_client`.
        name: The class of the client; the asynchronous one has `Async` before it.
        environment: What the environment variables begin with.
        summary: One sentence on the client.
        envelope: The member of an answer that holds the result; empty when answers are bare.
        error_code: The path to the number in an error answer; empty when there is none.
        error_message: The path to the words in an error answer; empty when there are none.
        error_code_is_status: Whether that number is the HTTP status by the contract.
        error_words: The code words that an error's message may open with and that `str()` may show.
        error_parameters: What messages call parts of a request, besides the parameters of the operation.
        safe_extension: The `x-` field of an operation that says whether it may be repeated blindly.
        extras: Modules of `runtime/` that only this client has.
        command: The command line's name, when `extras` hold one: its program is `_cli.main`, and typer the
            dependency of the extra `cli`.
        readme: The template of the README; the plain one when empty.
        license_file: The text of the license, shipped as `LICENSE`; relative to the file of the settings.
        shown_formats: Formats of strings that a `repr` may show.
        schemas: Class names by schema name, where the general rule gives a poor one.
        operations: Method names by operationId, where the general rule gives a poor one.
        groups: Query parameters `name.member` that are the members of one schema, by name.
        webhooks: What events are told by, when the client is to read them: `signature`, the header, and the
            members `type`, `id`, `time` and `attempt`.
        helpers: Templates of further methods, by the attribute of the tag.
        counted: Operations that take `max_parts`, by operationId: the arguments `text` and `options`, and the
            attribute `encoding` of the options.
        examples: The file with the examples of docstrings, by public name, `tag.method` or `Class.method`;
            relative to the file of the settings.
        rounded_up: Datetime parameters, `operationId.parameter`, that are rounded up to the second.
    """

    distribution: str
    package: str
    name: str
    environment: str
    summary: str
    envelope: str = ""
    error_code: tuple[str, ...] = ()
    error_message: tuple[str, ...] = ()
    error_code_is_status: bool = False
    error_words: tuple[str, ...] = ()
    error_parameters: tuple[str, ...] = ()
    safe_extension: str = ""
    extras: tuple[str, ...] = ()
    command: str = ""
    readme: str = "README.md.jinja"
    license_file: str = ""
    shown_formats: tuple[str, ...] = ()
    schemas: dict[str, str] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    webhooks: dict[str, str] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    counted: dict[str, dict[str, str]] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    rounded_up: tuple[str, ...] = ()


def load_config(path: Path) -> ClientConfig:
    """The settings in a file.

    Raises:
        GenerationError: The file cannot be read, or holds an unknown setting or a wrong type.
    """
    settings = _read(path)
    if settings.get("examples"):
        settings["examples"] = _read(path.parent / settings["examples"])
    if settings.get("license_file"):
        settings["license_file"] = str(path.parent / settings["license_file"])
    try:
        return ClientConfig(**{name: _freeze(value) for name, value in settings.items()})
    except TypeError as caught:
        raise GenerationError(f"{path}: {caught}") from caught


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as caught:
        raise GenerationError(f"{path}: {caught}") from caught


def _freeze(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    return tuple(value) if isinstance(value, list) else value
