"""The plan of a client: the operations, models, enums, codecs and events that the templates print."""

from generator.plan.argument import ArgumentPlan
from generator.plan.client import ClientPlan, plan_client
from generator.plan.models import PropertyPlan
from generator.plan.needs import lost_needs
from generator.plan.operations import OperationPlan, TagPlan
from generator.plan.pages import PagesPlan
from generator.plan.security import NO_CREDENTIALS, SecurityPlan, plan_security

__all__ = [
    "NO_CREDENTIALS",
    "ArgumentPlan",
    "ClientPlan",
    "OperationPlan",
    "PagesPlan",
    "PropertyPlan",
    "SecurityPlan",
    "TagPlan",
    "lost_needs",
    "plan_client",
    "plan_security",
]
