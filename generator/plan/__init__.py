"""The plan of a client: the operations, models, enums, codecs and events that the templates print."""

from generator.plan.client import ClientPlan, plan_client
from generator.plan.operations import OperationPlan, TagPlan
from generator.plan.security import SecurityPlan, plan_security

__all__ = ["ClientPlan", "OperationPlan", "SecurityPlan", "TagPlan", "plan_client", "plan_security"]
