"""The journal: what each account asked of the vendor's API and what it was answered, in memory and bounded.

`_book` is all that a request costs: one tuple. The rest is imported by who looks: `_reading` makes sense of a
tuple, `_redaction` leaves secrets out, `_nearest` says what would have been right, and `_wanted` compares.
"""
