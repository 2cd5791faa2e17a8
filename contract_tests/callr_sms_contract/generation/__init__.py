"""The values and requests that are sent: strategies, edge cases, texts and samples."""

from callr_sms_contract.generation.edge_cases import EDGE_CASES, EdgeCase
from callr_sms_contract.generation.samples import draw, messages
from callr_sms_contract.generation.strategies import STRATEGIES, recent_datetimes
from callr_sms_contract.generation.texts import NON_GSM_CHARACTERS, TEXTS

__all__ = [
    "EDGE_CASES",
    "NON_GSM_CHARACTERS",
    "STRATEGIES",
    "TEXTS",
    "EdgeCase",
    "draw",
    "messages",
    "recent_datetimes",
]
