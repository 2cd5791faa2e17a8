"""Modules that are imported on first use, because some of them, such as `ssl`, are slow to import."""

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands for a module, and imports it when an attribute of it is first used."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 - whatever the module holds
        return getattr(import_module(self._name), attribute)
