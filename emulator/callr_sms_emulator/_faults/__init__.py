"""Faults: what goes wrong on purpose, for who asked for it.

A **rule** belongs to an account. It says what it is for (an operation, a recipient, a header, a share of the
requests) and what happens then; a request may also ask for a fault of its own with a header. Rules are kept
in memory: after a restart nothing goes wrong any more, and of several processes on one database each has its
own.

Where no account has a rule and no request asks for a fault, nothing of this is even imported.
"""
