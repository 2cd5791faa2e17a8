"""The parser: the document, its names and patterns, and the library that parses it."""

from generator.parser.document import Document, check_document, load_document, server_problems
from generator.parser.keywords import ANNOTATIONS, SCHEMAS
from generator.parser.library import describe, library_config, parse
from generator.parser.media import (
    FORM,
    JSON,
    PARTS,
    check_charset,
    essence,
    is_file,
    is_json,
    is_text,
    with_parameters,
)
from generator.parser.model_index import Models, dump, models_in, properties_of
from generator.parser.naming import (
    ANNOTATION_NAMES,
    argument_name,
    attribute_name,
    class_name,
    constant_name,
    enum_names,
    full_name,
    method_name,
    short_argument_name,
    snake_name,
    tag_name,
)
from generator.parser.patterns import translate
from generator.parser.preparation import prepare, unsigned_webhooks
from generator.parser.properties import FormattedProperty
from generator.parser.references import is_plain_reference

__all__ = [
    "ANNOTATIONS",
    "ANNOTATION_NAMES",
    "FORM",
    "JSON",
    "PARTS",
    "SCHEMAS",
    "Document",
    "FormattedProperty",
    "Models",
    "argument_name",
    "attribute_name",
    "check_charset",
    "check_document",
    "class_name",
    "constant_name",
    "describe",
    "dump",
    "enum_names",
    "essence",
    "full_name",
    "is_file",
    "is_json",
    "is_plain_reference",
    "is_text",
    "library_config",
    "load_document",
    "method_name",
    "models_in",
    "parse",
    "prepare",
    "properties_of",
    "server_problems",
    "short_argument_name",
    "snake_name",
    "tag_name",
    "translate",
    "unsigned_webhooks",
    "with_parameters",
]
