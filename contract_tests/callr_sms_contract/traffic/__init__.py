"""Recorded traffic: HAR files, and the responses that a repro script received."""

from callr_sms_contract.traffic.har import HarError, read_har
from callr_sms_contract.traffic.judge import TrafficError, entries_of, judge_entries, judge_har, still_wrong

__all__ = ["HarError", "TrafficError", "entries_of", "judge_entries", "judge_har", "read_har", "still_wrong"]
