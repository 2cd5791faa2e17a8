"""The contract: its document, schemas, formats and segments."""

from callr_sms_contract.contract.document import CONTRACT_PATH, Contract, Operation, Webhook
from callr_sms_contract.contract.edited import ContractError, load_edited
from callr_sms_contract.contract.formats import (
    ZERO_DATETIME,
    is_datetime,
    is_datetime_ms,
    is_datetime_or_zero,
    is_phone_number,
    is_text,
)
from callr_sms_contract.contract.lines import Lines
from callr_sms_contract.contract.schema_points import Node
from callr_sms_contract.contract.schemas import Schemas
from callr_sms_contract.contract.segments import BASIC, MAX_PARTS, STOP_NUMBER, count_parts, is_basic

__all__ = [
    "BASIC",
    "CONTRACT_PATH",
    "MAX_PARTS",
    "STOP_NUMBER",
    "ZERO_DATETIME",
    "Contract",
    "ContractError",
    "Lines",
    "Node",
    "Operation",
    "Schemas",
    "Webhook",
    "count_parts",
    "is_basic",
    "is_datetime",
    "is_datetime_ms",
    "is_datetime_or_zero",
    "is_phone_number",
    "is_text",
    "load_edited",
]
