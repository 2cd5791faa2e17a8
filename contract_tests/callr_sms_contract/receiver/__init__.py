"""Tests of a user's own webhook receiver."""

from callr_sms_contract.receiver.judge import SECRET, Target, judge_receiver

__all__ = ["SECRET", "Target", "judge_receiver"]
