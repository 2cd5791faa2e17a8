"""The guard: what may leave this process for a live server, and how fast."""

from callr_sms_contract.guard.allowed_requests import Allowance, Reads
from callr_sms_contract.guard.guard import Guard, install, is_loopback
from callr_sms_contract.guard.rate_limit import RateLimit

__all__ = ["Allowance", "Guard", "RateLimit", "Reads", "install", "is_loopback"]
