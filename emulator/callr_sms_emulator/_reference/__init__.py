"""The reference of the vendor's API: a finished page, served unchanged if it was built."""

from callr_sms_emulator._reference.page import PATH, is_built, read_reference

__all__ = ["PATH", "is_built", "read_reference"]
