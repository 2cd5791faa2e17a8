"""The models that openapi-python-client found, and what they are made of."""

from collections.abc import Iterable, Iterator
from typing import Any

from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.schema.openapi_schema_pydantic import Reference, Schema


class Models:
    """All models by name. A property that mentions a model may hold a copy that has no members yet."""

    def __init__(self, models: Iterable[ModelProperty]) -> None:
        self.by_name = {str(model.class_info.name): model for model in models}

    def is_free(self, name: str) -> bool:
        """Whether an object has no members of its own, so that any may come."""
        return not members_of(self.by_name[name])

    def below(self, names: Iterable[str]) -> set[str]:
        """The models of these names, and those that they are made of."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and not self.is_free(name):
                found.add(name)
                for member in members_of(self.by_name[name]):
                    waiting.extend(models_in(member))
        return found


def members_of(prop: ModelProperty) -> list[PropertyProtocol]:
    """The members of a model, those first that are always there."""
    return [*(prop.required_properties or []), *(prop.optional_properties or [])]


def models_in(prop: PropertyProtocol) -> Iterator[str]:
    """The names of the models that a property mentions itself."""
    if isinstance(prop, ModelProperty):
        yield str(prop.class_info.name)
    inner_properties = getattr(prop, "inner_properties", None) or [getattr(prop, "inner_property", None)]
    for inner in inner_properties:
        if inner is not None:
            yield from models_in(inner)


def dump(schema: Schema | Reference) -> dict[str, Any]:
    """A schema as it stands in the document."""
    dumped: dict[str, Any] = schema.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return dumped
