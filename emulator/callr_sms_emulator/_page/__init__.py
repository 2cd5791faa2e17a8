"""The inbox page: files that a browser runs, served unchanged but for the address of the emulator."""

from callr_sms_emulator._page.files import is_page, read_page

__all__ = ["is_page", "read_page"]
