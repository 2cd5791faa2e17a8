"""The phases of a run: each makes requests of one kind."""

from callr_sms_contract.phases.engine import Engine, add_edge_cases, configuration, known_checks
from callr_sms_contract.phases.follow_up import FollowUp
from callr_sms_contract.phases.paid_sends import PaidSends, planned_sends
from callr_sms_contract.phases.phase import Phase, RunContext
from callr_sms_contract.phases.probes import Probes
from callr_sms_contract.phases.recorder import Recorder
from callr_sms_contract.phases.server_check import CredentialsError, misplaced, require_account
from callr_sms_contract.phases.state_machine import StateMachine
from callr_sms_contract.phases.url_limit import longest_query
from callr_sms_contract.phases.watch import RunStopped
from callr_sms_contract.phases.webhook_messages import MESSAGES
from callr_sms_contract.phases.webhooks import Webhooks, reason_to_skip_webhooks

ALL_PHASES: tuple[type[Phase], ...] = (Probes, Webhooks, Engine, StateMachine, FollowUp, PaidSends)
"""In the order in which a run goes through them."""

__all__ = [
    "ALL_PHASES",
    "MESSAGES",
    "CredentialsError",
    "Engine",
    "Phase",
    "Recorder",
    "RunContext",
    "RunStopped",
    "StateMachine",
    "add_edge_cases",
    "configuration",
    "known_checks",
    "longest_query",
    "misplaced",
    "planned_sends",
    "reason_to_skip_webhooks",
    "require_account",
]
