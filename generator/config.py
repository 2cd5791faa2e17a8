"""The settings of a client, read from a TOML file: the names that a contract does not contain."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.errors import GenerationError

#: The settings of the client of this repository.
CLIENT = Path(__file__).with_name("client.toml")


@dataclass(frozen=True)
class ClientConfig:
    """The names of a client, and where its contract keeps results and errors.

    Attributes:
        distribution: The name of the distribution, such as `callr-sms-client`.
        package: The name to import, such as `callr_sms_client`.
        name: The class of the client; the asynchronous one has the prefix `Async`.
        environment: The prefix of the environment variables.
        summary: A sentence about the client.
        envelope: The property of a response that holds the result; empty when responses have no envelope.
        error_code: The path to the code that every error response has; empty without one.
        error_message: The path to the message that every error response has; empty without one.
        error_code_is_status: Whether the contract defines that code as the HTTP status.
        error_words: The code words that a message may begin with and that `str()` of an error may show.
        error_parameters: Parts of a request that messages name, besides the parameters of the operation.
        safe_extension: The `x-` field of an operation that says whether it can be retried safely.
        extras: Folders and files of `runtime/` that only this client contains.
        command: The name of the command line, when `extras` contains one: its entry point is `_cli:main`, and
            typer is the dependency of the extra `cli`.
        readme: The template of the README.
        license_file: The license, shipped as `LICENSE`; relative to the settings file.
        shown_formats: The formats of strings that a `repr` may show.
        forms: What a string of a format consists of, in words for messages, by format; they replace the
            description of the schema there.
        schemas: Class names by schema name, where the general rule makes a poor one.
        operations: Method names by operationId, where the general rule makes a poor one.
        groups: The schema of the query parameters `name.property`, by name.
        webhooks: How events are read, if the client reads them: `signature`, the header, and the properties
            `type`, `id`, `time` and `attempt`; with `algorithm`, the schema of the hash functions, all of
            which the client has to verify.
        helpers: Templates of additional methods, by the attribute of the tag.
        counted: Operations that take `max_parts`, by operationId: the arguments `text` and `options`, and the
            attribute `encoding` of the options.
        needs: What the additional methods and `extras` use of the contract: by operationId, the Python types
            of arguments, by their names in the contract, and of the `result`; by class, the types of
            properties, or values of an enum; by the attribute of a tag, its methods; and `credentials`, the
            arguments of the client.
        pages: Operations that list page by page, by operationId: the parameter `cursor`, and of the result
            the property `items` and the property `next` with the next cursor, such as `meta.next`; with
            `method`, the name of the method that iterates, if it is not `iterate`.
        examples: The file with the examples of docstrings, by public name, `tag.method` or `Class.method`;
            relative to the settings file.
        rounded_up: The datetime parameters, `operationId.parameter`, that are rounded up to the second.
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
    forms: dict[str, str] = field(default_factory=dict)
    schemas: dict[str, str] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    webhooks: dict[str, str] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)
    counted: dict[str, dict[str, str]] = field(default_factory=dict)
    needs: dict[str, dict[str, str] | list[str]] = field(default_factory=dict)
    pages: dict[str, dict[str, str]] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    rounded_up: tuple[str, ...] = ()


def load_config(path: Path) -> ClientConfig:
    """Read the settings of a client.

    Raises:
        GenerationError: The file cannot be read, or holds an unknown setting or a wrong type.
    """
    settings = _read(path)
    if settings.get("examples"):
        settings["examples"] = _read(path.parent / settings["examples"])
    if settings.get("license_file"):
        settings["license_file"] = str(path.parent / settings["license_file"])
    for name, value in settings.items():
        if isinstance(value, list):
            settings[name] = tuple(value)
    try:
        return ClientConfig(**settings)
    except TypeError as caught:
        raise GenerationError(f"{path}: {caught}") from caught


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as caught:
        raise GenerationError(f"{path}: {caught}") from caught
