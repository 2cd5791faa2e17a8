"""What of openapi-python-client is relied on beyond its command line: an upgrade that moves it fails here."""

import inspect
from importlib.metadata import version

import openapi_python_client.parser.properties as library
from openapi_python_client import Project

from generator.parser.properties import FORMATS, our_formats, string_based_property
from generator.render.project import ClientProject


def test_the_version_that_this_was_written_for() -> None:
    assert version("openapi-python-client") == "0.29.1"


def test_the_function_that_is_replaced() -> None:
    found = inspect.signature(library._string_based_property)  # noqa: SLF001 - it is what is replaced
    names = {"name": "UntrustedString", "required": "bool", "data": "oai.Schema", "config": "Config"}
    assert {name: parameter.annotation for name, parameter in found.parameters.items()} == names
    assert found.return_annotation == (
        "StringProperty | DateProperty | DateTimeProperty | FileProperty | UuidProperty | PropertyError"
    )
    assert list(inspect.signature(string_based_property).parameters) == list(names)
    source = inspect.getsource(library.property_from_data)
    assert "_string_based_property(name=name, required=required, data=data, config=config)" in source


def test_it_is_replaced_only_for_a_while() -> None:
    before = library._string_based_property  # noqa: SLF001 - as above
    with our_formats():
        assert library._string_based_property is string_based_property  # noqa: SLF001 - as above
    assert library._string_based_property is before  # noqa: SLF001 - as above


def test_the_methods_that_are_overridden() -> None:
    for name in ("build", "_create_package", "_build_metadata", "_build_models", "_build_api", "_get_errors"):
        assert list(inspect.signature(getattr(Project, name)).parameters) == ["self"], name
        assert list(inspect.signature(getattr(ClientProject, name)).parameters) == ["self"], name


def test_our_formats() -> None:
    assert set(FORMATS) == {
        *("callr-datetime", "callr-datetime-or-zero", "callr-datetime-ms", "date-time", "decimal"),
    }
