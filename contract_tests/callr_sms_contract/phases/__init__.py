"""The phases of a run: who asks the server, and what."""

from callr_sms_contract.phases.credentials import CredentialsError, require_account
from callr_sms_contract.phases.engine import Engine, add_edges, configuration
from callr_sms_contract.phases.follow_up import Aftermath
from callr_sms_contract.phases.paid_sends import planned
from callr_sms_contract.phases.phase import Phase, RunContext
from callr_sms_contract.phases.probes import Probes
from callr_sms_contract.phases.recorder import Recorder
from callr_sms_contract.phases.state_machine import Machine
from callr_sms_contract.phases.url_limit import longest_query
from callr_sms_contract.phases.webhook_messages import MESSAGES
from callr_sms_contract.phases.webhooks import Hooks, why_left_out

ALL_PHASES: tuple[type[Phase], ...] = (Probes, Hooks, Engine, Machine, Aftermath)
"""In the order in which a run goes through them."""

__all__ = [
    "ALL_PHASES",
    "MESSAGES",
    "Aftermath",
    "CredentialsError",
    "Engine",
    "Hooks",
    "Machine",
    "Phase",
    "Probes",
    "Recorder",
    "RunContext",
    "add_edges",
    "configuration",
    "longest_query",
    "planned",
    "require_account",
    "why_left_out",
]
