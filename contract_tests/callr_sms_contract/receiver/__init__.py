"""Tests of a user's own webhook receiver."""

from callr_sms_contract.receiver.judge import SECRET, ReceiverRun, Target

__all__ = ["SECRET", "ReceiverRun", "Target"]
