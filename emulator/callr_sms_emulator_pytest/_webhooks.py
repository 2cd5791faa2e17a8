"""The webhooks of an account: who is told of its events, and what was told."""

from __future__ import annotations

import builtins  # noqa: TC003 - `list` is a method here
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from callr_sms_emulator_pytest._records import Delivery, Sms, Webhook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callr_sms_emulator_pytest._control import Control

_PAGE = 500


class Webhooks:
    """Subscriptions of the test's account, and their deliveries.

    All methods raise `CallrEmulatorError` for what the emulator refuses.
    """

    def __init__(self, control: Control) -> None:
        self._control = control

    def subscribe(
        self,
        endpoint: str,
        *,
        events: Sequence[Literal["sms.mt.status_update", "sms.mo"]] | None = None,
        hmac_secret: str | None = None,
        hmac_algo: Literal["MD5", "SHA256", "SHA512"] | None = None,
    ) -> Webhook:
        """Have a URL told of what happens from now on; of all events when none are named.

        Args:
            endpoint: An http or https URL on this machine or its network.
            events: What it is told of.
            hmac_secret: Signs the bodies when given.
            hmac_algo: How they are signed; SHA256 when left out.
        """
        wanted = {
            "endpoint": endpoint,
            "events": None if events is None else [*events],
            "hmac_secret": hmac_secret,
            "hmac_algo": hmac_algo,
        }
        return Webhook.of(self._control.post("/webhooks", wanted))

    def list(self) -> builtins.list[Webhook]:
        """Give the subscriptions, oldest first."""
        return [Webhook.of(each) for each in self._control.get("/webhooks")]

    def remove(self, webhook: Webhook | str) -> None:
        """End a subscription, given as such or by its hash; what was still to be told to it is not."""
        name = webhook.hash if isinstance(webhook, Webhook) else webhook
        self._control.delete(f"/webhooks/{quote(name, safe='')}")

    def deliveries(self, sms: Sms | str | None = None) -> builtins.list[Delivery]:
        """Give what was told to whom and what waits, oldest first; of one SMS, or its hash, when given."""
        query = {"sms": sms.hash if isinstance(sms, Sms) else sms, "limit": _PAGE}
        found = self._control.pages("/webhooks/deliveries", query, "deliveries", "after")
        return [Delivery.of(each) for each in found]

    def resend(self, delivery: Delivery | int) -> Delivery:
        """Tell an event once more, at once, also one that was delivered or given up."""
        number = delivery.id if isinstance(delivery, Delivery) else delivery
        return Delivery.of(self._control.post(f"/webhooks/deliveries/{number}/resend"))
