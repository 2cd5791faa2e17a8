"""What is sent: strategies, edge cases, texts and samples."""

from callr_sms_contract.generation.edge_cases import EDGES, Edge
from callr_sms_contract.generation.samples import draw, messages
from callr_sms_contract.generation.strategies import STRATEGIES, recent_datetimes
from callr_sms_contract.generation.texts import OUTSIDE, TEXTS

__all__ = ["EDGES", "OUTSIDE", "STRATEGIES", "TEXTS", "Edge", "draw", "messages", "recent_datetimes"]
