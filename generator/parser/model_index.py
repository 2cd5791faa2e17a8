"""The models that openapi-python-client found, and their properties."""

from collections.abc import Iterable, Iterator
from typing import Any

from openapi_python_client.parser.properties import AnyProperty, ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema.openapi_schema_pydantic import Reference, Schema


class Models:
    """All models by name. A property that refers to a model may hold a copy without properties."""

    def __init__(self, models: Iterable[ModelProperty]) -> None:
        self.by_name = {str(model.class_info.name): model for model in models}

    def is_free(self, name: str) -> bool:
        """Return whether an object has no defined properties, so that it may have any."""
        return not properties_of(self.by_name[name])

    def values_of(self, name: str) -> PropertyProtocol | None:
        """Return the type of the values of an object without defined properties; None for values of any."""
        values = self.by_name[name].additional_properties
        return None if isinstance(values, AnyProperty) else values

    def below(self, names: Iterable[str]) -> set[str]:
        """Return the models of these names, and the models that they contain."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            values = self.values_of(name)
            if values is not None and self.is_free(name):
                waiting.extend(models_in(values))
            elif name not in found and not self.is_free(name):
                found.add(name)
                for prop in properties_of(self.by_name[name]):
                    waiting.extend(models_in(prop))
        return found


def properties_of(prop: ModelProperty) -> list[PropertyProtocol]:
    """Return the properties of a model, the required ones first."""
    return [*(prop.required_properties or []), *(prop.optional_properties or [])]


def models_in(prop: PropertyProtocol) -> Iterator[str]:
    """Yield the names of the models that a property refers to directly."""
    if isinstance(prop, ModelProperty):
        yield str(prop.class_info.name)
    inner_properties = getattr(prop, "inner_properties", None) or [getattr(prop, "inner_property", None)]
    for inner in inner_properties:
        if inner is not None:
            yield from models_in(inner)


def dump(schema: Schema | Reference) -> dict[str, Any]:
    """Return a schema as written in the document."""
    dumped: dict[str, Any] = schema.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return dumped
