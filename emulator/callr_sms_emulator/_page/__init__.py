"""The pages for people: the inbox, and the reference of the vendor's API if it was built."""

from callr_sms_emulator._page.files import is_page, read_page
from callr_sms_emulator._page.reference import REFERENCE_PATH, is_reference_built, read_reference

__all__ = ["REFERENCE_PATH", "is_page", "is_reference_built", "read_page", "read_reference"]
