"""Support for all of the client: JSON, values, forks, time, late imports and closing. It knows of no API."""

from .closing import Closing
from .forks import call_in_forks, guard
from .json import (
    MAX_DEPTH,
    all_fit,
    copy_json,
    dump_json,
    fits_map,
    is_array,
    is_object,
    is_shallow,
    is_unicode,
    is_whole,
    load_json,
)
from .lazy import LazyModule
from .real_clock import monotonic
from .values import Value, replace, value

__all__ = [
    "MAX_DEPTH",
    "Closing",
    "LazyModule",
    "Value",
    "all_fit",
    "call_in_forks",
    "copy_json",
    "dump_json",
    "fits_map",
    "guard",
    "is_array",
    "is_object",
    "is_shallow",
    "is_unicode",
    "is_whole",
    "load_json",
    "monotonic",
    "replace",
    "value",
]
