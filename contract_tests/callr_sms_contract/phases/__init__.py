"""The phases of a run: who asks the server, and what."""

from callr_sms_contract.phases.collector import Collector
from callr_sms_contract.phases.credentials import CredentialsError, require_account
from callr_sms_contract.phases.engine import add_edges, configuration, event_stream
from callr_sms_contract.phases.follow_up import Aftermath
from callr_sms_contract.phases.paid_sends import planned, send_paid
from callr_sms_contract.phases.probes import Probes
from callr_sms_contract.phases.state_machine import Machine
from callr_sms_contract.phases.url_limit import longest_query
from callr_sms_contract.phases.webhook_judge import EventJudge
from callr_sms_contract.phases.webhook_messages import MESSAGES
from callr_sms_contract.phases.webhooks import Hooks, why_left_out

__all__ = [
    "MESSAGES",
    "Aftermath",
    "Collector",
    "CredentialsError",
    "EventJudge",
    "Hooks",
    "Machine",
    "Probes",
    "add_edges",
    "configuration",
    "event_stream",
    "longest_query",
    "planned",
    "require_account",
    "send_paid",
    "why_left_out",
]
