"""Helpers: what the additional methods of a client repeat requests by, pagination by time and polling."""

from .pagination import FIRST_WINDOW, Pagination, Progress
from .polling import Poll, around, check_text

__all__ = ["FIRST_WINDOW", "Pagination", "Poll", "Progress", "around", "check_text"]
