"""Parsing with openapi-python-client, where every warning is an error."""

import re
from collections.abc import Sequence
from pathlib import Path

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from generator.config import ClientConfig
from generator.errors import GenerationError
from generator.parser.document import Document
from generator.parser.properties import our_formats
from generator.parser.shapes import for_library


def library_config(config: ClientConfig, version: str, output: Path) -> Config:
    """Return the configuration of openapi-python-client."""
    return Config.from_sources(
        ConfigFile(
            project_name_override=config.distribution,
            package_name_override=config.package,
            package_version_override=version,
            post_hooks=[],
        ),
        MetaType.UV,
        document_source=output,
        file_encoding="utf-8",
        overwrite=False,
        output_path=output,
    )


def parse(document: Document, config: Config) -> GeneratorData:
    """Parse the models, enums and endpoints of a contract.

    Raises:
        GenerationError: openapi-python-client reports an error or a warning.
    """
    with our_formats():
        try:
            data = GeneratorData.from_dict(for_library(document.raw), config=config)
        except Exception as caught:  # the checks of the library and its bugs raise anything
            raise GenerationError(f"openapi-python-client: {_without_addresses(str(caught))}") from caught
    if isinstance(data, GeneratorError):
        raise GenerationError(describe([data]))
    found: list[GeneratorError] = list(data.errors)
    for collection in data.endpoint_collections_by_tag.values():
        found.extend(collection.parse_errors)
    if found:
        raise GenerationError(describe(found))
    return data


def describe(errors: Sequence[GeneratorError]) -> str:
    """Return the errors of openapi-python-client as text, a line for each."""
    lines = (" ".join(filter(None, (error.header.strip(), error.detail))) for error in errors)
    return _without_addresses("\n".join(lines))


def _without_addresses(text: str) -> str:
    """Replace Python objects, whose addresses tell a reader nothing."""
    return re.sub(r"<[\w. ]+ at 0x[0-9a-fA-F]+>", "a part of it", text)
