"""Support: JSON, forks, late imports and closing, for all of the client; nothing here knows of an API."""

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

__all__ = [
    "MAX_DEPTH",
    "Closing",
    "LazyModule",
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
]
