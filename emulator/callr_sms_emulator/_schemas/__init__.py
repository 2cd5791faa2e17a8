"""Schemas of the control API's requests and of the lines of an import, and errors in words.

The validator, jsonschema-rs, is imported when it is first used: the vendor's API never needs it.
"""

from callr_sms_emulator._schemas.document import FILE, read_document
from callr_sms_emulator._schemas.expectations import matching
from callr_sms_emulator._schemas.parameters import read_parameters
from callr_sms_emulator._schemas.validation import find_flaw, read_struct

__all__ = ["FILE", "find_flaw", "matching", "read_document", "read_parameters", "read_struct"]
