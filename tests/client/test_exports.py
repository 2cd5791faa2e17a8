"""What is public, and that it is documented."""

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from types import ModuleType

import callr_sms_client
from callr_sms_client import webhooks


def _members(owner: object) -> list[tuple[str, object]]:
    return [(name, item) for name, item in inspect.getmembers(owner) if not name.startswith("_")]


def test_all_is_what_is_public() -> None:
    modules = {module.name for module in pkgutil.iter_modules(callr_sms_client.__path__)}
    public = {name for name, item in _members(callr_sms_client) if not isinstance(item, ModuleType)}
    public |= {name for name in modules if not name.startswith("_")}
    assert set(callr_sms_client.__all__) == public | {"__version__"}
    assert len(callr_sms_client.__all__) == len(set(callr_sms_client.__all__))


def test_every_module_but_segments_and_webhooks_is_private() -> None:
    names = {module.name for module in pkgutil.iter_modules(callr_sms_client.__path__)}
    assert {name for name in names if not name.startswith("_")} == {"segments", "webhooks"}


def test_all_of_webhooks_is_what_is_public() -> None:
    public = {name for name in vars(webhooks) if not name.startswith("_")}
    imported = {"EVENTS", "Final", "datetime", "timedelta", "read_event"}
    helpers = {name for name in public if name.startswith("find_")}
    assert set(webhooks.__all__) == public - imported - helpers
    assert all(hasattr(callr_sms_client, name) for name in ("Event", "IncomingEvent", "StatusUpdateEvent"))


def test_everything_public_is_documented() -> None:
    missing = []
    for name in callr_sms_client.__all__:
        item = getattr(callr_sms_client, name)
        if isinstance(item, str) or name == "Outcome":
            continue
        if not inspect.getdoc(item):
            missing.append(name)
        if inspect.isclass(item) and item.__module__.startswith("callr_sms_client"):
            missing += [
                f"{name}.{member}"
                for member, value in vars(item).items()
                if not member.startswith("_")
                and (callable(value) or isinstance(value, property))
                and not inspect.getdoc(value)
            ]
    assert missing == []


def _types_in(hint: object) -> Iterator[type]:
    """All types that an annotation names, below unions, generics, callables and aliases too."""
    if isinstance(hint, type) and not typing.get_args(hint):
        yield hint
    for inner in (typing.get_origin(hint), *typing.get_args(hint)):
        for each in inner if isinstance(inner, list) else [inner]:
            yield from _types_in(each) if each is not None else ()


def _signatures(item: object) -> Iterator[tuple[str, Callable[..., object]]]:
    """The functions of a public name: itself, or its constructor, methods and properties."""
    if inspect.isfunction(item):
        yield "", item
    for name, value in inspect.getmembers(item) if inspect.isclass(item) else ():
        function = value.fget if isinstance(value, property) else inspect.unwrap(value)
        if inspect.isfunction(function) and (not name.startswith("_") or name in {"__init__", "__enter__"}):
            yield name, function


def test_no_type_of_httpx2_is_in_a_public_signature() -> None:
    seen = set()
    for name in callr_sms_client.__all__:
        for member, function in _signatures(getattr(callr_sms_client, name)):
            for hint in typing.get_type_hints(function).values():
                for each in _types_in(hint):
                    seen.add(each)
                    assert each.__module__.partition(".")[0] not in {"httpx2", "httpcore2"}, (
                        f"{name}.{member}"
                    )
    assert {str, callr_sms_client.Sms, callr_sms_client.Timeout} <= seen


def test_annotations_resolve_at_run_time() -> None:
    for module in pkgutil.walk_packages(callr_sms_client.__path__, "callr_sms_client."):
        loaded = importlib.import_module(module.name)
        for _, item in _members(loaded):
            if inspect.isclass(item) and item.__module__ == loaded.__name__:
                for _, function in inspect.getmembers(item, inspect.isfunction):
                    if function.__module__ == loaded.__name__ and function.__name__ not in {
                        "__exit__",
                        "__aexit__",
                    }:
                        inspect.signature(function, eval_str=True)
