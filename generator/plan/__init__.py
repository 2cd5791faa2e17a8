"""What the templates print: operations, models, types and events, worked out of the contract."""

from generator.plan.client import ClientPlan, plan_client
from generator.plan.operations import OperationPlan
from generator.plan.security import SecurityPlan, plan_security

__all__ = ["ClientPlan", "OperationPlan", "SecurityPlan", "plan_client", "plan_security"]
