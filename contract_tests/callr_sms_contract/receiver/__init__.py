"""The user's own webhook receiver, held to the contract."""

from callr_sms_contract.receiver.judge import SECRET, Target, judge_receiver

__all__ = ["SECRET", "Target", "judge_receiver"]
