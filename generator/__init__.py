"""Generates the client `callr_sms_client` from the contract: `python -m generator generate` and `check`."""

__version__ = "1.0.0"
