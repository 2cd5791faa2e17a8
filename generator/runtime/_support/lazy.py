"""Modules that are imported on first use, because some of them, such as `ssl`, are slow to import."""

from typing import Any

from .forks import guard


class LazyModule:
    """Stands for a module, and imports it when an attribute of it is first used."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 - whatever the module holds
        with guard():
            from importlib import import_module  # noqa: PLC0415 - needed here only

            return getattr(import_module(self._name), attribute)
