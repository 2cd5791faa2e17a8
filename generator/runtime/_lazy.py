"""Modules that are imported when something in them is asked for: `ssl`, for one, takes long to import."""

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands for a module, and imports it when something in it is asked for."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 - whatever the module holds
        return getattr(import_module(self._name), attribute)
