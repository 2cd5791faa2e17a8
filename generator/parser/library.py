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


#: What to do about an error of openapi-python-client, by a part of its text.
_CURES = {
    "Path parameters do not match": "declare each {name} of the path, and no other, as a required parameter",
    "MUST NOT contain duplicates": "leave one of them out",
    "is not allowed in path": "leave null out of its type",
    "Path parameter must be required": "add `required: true`",
    "can't be merged with": "let one part of `allOf` define each property, or all in the same way",
    "Attempted to generate duplicate models": "rename the operation, or move its schemas to components",
    "Could not find reference": "refer to a schema that stands under components",
    "Cannot take allOf a non-object": "write `type: object` in each part of `allOf`",
}


def describe(errors: Sequence[GeneratorError]) -> str:
    """Return the errors of openapi-python-client as text, a line for each."""
    lines = []
    for error in errors:
        line = " ".join(filter(None, (error.header.strip(), error.detail)))
        # The place as everywhere else, and without what follows from it.
        line = re.sub(
            r"^WARNING parsing (\S+ .+?) within .+?\. (Endpoint will not be generated\.)?", r"\1:", line
        )
        line = re.sub(r"^Unable to \w+ schema (/\S+?):?(?=\s)", r"#\1:", line)
        line = " ".join(line.partition("Failure to process schema")[0].split())
        cures = [cure for text, cure in _CURES.items() if text in line]
        lines.append("; ".join([line, *cures]))
    return _without_addresses("\n".join(lines))


def _without_addresses(text: str) -> str:
    """Replace Python objects, whose addresses tell a reader nothing."""
    return re.sub(r"<[\w. ]+ at 0x[0-9a-fA-F]+>", "a part of it", text)
