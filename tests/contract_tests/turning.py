"""Proxies that are right for some requests and then turn into another server."""

import dataclasses

from callr_sms_contract import Settings, run_suite
from callr_sms_contract.results import Record
from tests.contract_tests.lying_proxy import Proxy, Request, Response


class Turning:
    """A proxy that is right for some requests with an SMS, and then turns."""

    def __init__(self, settings: Settings, right: int = 60) -> None:
        self.settings, self.right, self.turned = settings, right, 0
        self.proxy = Proxy(settings.base_url, self.before, self.after)

    def is_over(self) -> bool:
        return len(self.proxy.asked) > self.right

    def before(self, asked: Request) -> Request:
        return asked

    def after(self, told: Response, _: Request) -> Response:
        return told

    def record(self, phase: str = "account", *operations: str) -> Record:
        """Return the record of a run through it."""
        with self.proxy.listening() as proxy:
            chosen = dataclasses.replace(
                self.settings,
                base_url=proxy.base_url,
                phases=(phase,),
                operations=operations or ("sendSms", "getSms"),
                profile=dataclasses.replace(self.settings.profile, account_calls=300),
            )
            return run_suite(chosen).record
