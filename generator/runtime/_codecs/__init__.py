"""Codecs: how the values of each type of a contract are checked, encoded and decoded."""

from .base import Codec
from .choices import Discriminated, Either, fits_choice
from .composites import Anything, Array, Constant, JsonObject, ListOf, MapOf, Nullable
from .contents import Bytes, Content, File, Text, Upload
from .dates import Day, Moment, MomentMs, MomentOrZero, Rfc3339
from .enums import IntegerEnum, StringEnum
from .scalars import Boolean, DecimalString, Integer, Number, String, Uuid, Written
from .unset import UNSET, Unset

__all__ = [
    "UNSET",
    "Anything",
    "Array",
    "Boolean",
    "Bytes",
    "Codec",
    "Constant",
    "Content",
    "Day",
    "DecimalString",
    "Discriminated",
    "Either",
    "File",
    "Integer",
    "IntegerEnum",
    "JsonObject",
    "ListOf",
    "MapOf",
    "Moment",
    "MomentMs",
    "MomentOrZero",
    "Nullable",
    "Number",
    "Rfc3339",
    "String",
    "StringEnum",
    "Text",
    "Unset",
    "Upload",
    "Uuid",
    "Written",
    "fits_choice",
]
