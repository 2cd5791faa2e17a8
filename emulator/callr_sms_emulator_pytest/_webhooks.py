"""The subscriptions of an account to its events, and their deliveries."""

from __future__ import annotations

import builtins  # noqa: TC003 - `list` is a method here
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from callr_sms_emulator_pytest._records import Delivery, Sms, Webhook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callr_sms_emulator_pytest._control import Control

_PAGE = 500


@dataclass(frozen=True)
class Webhooks:
    """The subscriptions of the account and their deliveries.

    All methods raise `CallrEmulatorError` if the emulator refuses the request.
    """

    _control: Control

    def subscribe(
        self,
        endpoint: str,
        *,
        events: Sequence[Literal["sms.mt.status_update", "sms.mo"]] | None = None,
        hmac_secret: str | None = None,
        hmac_algo: Literal["MD5", "SHA256", "SHA512"] | None = None,
    ) -> Webhook:
        """Subscribe a URL to the events from now on.

        Args:
            endpoint: An http or https URL on this machine or its network.
            events: The types of the events; all by default.
            hmac_secret: The key of the signatures; without it nothing is signed.
            hmac_algo: The hash function of the signatures; SHA256 by default.
        """
        wanted = {
            "endpoint": endpoint,
            "events": None if events is None else [*events],
            "hmac_secret": hmac_secret,
            "hmac_algo": hmac_algo,
        }
        return Webhook.of(self._control.post("/webhooks", wanted))

    def list(self) -> builtins.list[Webhook]:
        """Return the subscriptions, oldest first."""
        return [Webhook.of(each) for each in self._control.get("/webhooks")]

    def remove(self, webhook: Webhook | str) -> None:
        """Delete a subscription, by object or hash; its waiting deliveries are given up."""
        name = webhook.hash if isinstance(webhook, Webhook) else webhook
        self._control.delete(f"/webhooks/{quote(name, safe='')}")

    def deliveries(self, sms: Sms | str | None = None) -> builtins.list[Delivery]:
        """Return the deliveries, oldest first; only those of one SMS if its object or hash is given."""
        query = {"sms": sms.hash if isinstance(sms, Sms) else sms, "limit": _PAGE}
        found = self._control.pages("/webhooks/deliveries", query, "deliveries", "after")
        return [Delivery.of(each) for each in found]

    def resend(self, delivery: Delivery | int) -> Delivery:
        """Deliver an event again, at once, even if it was delivered or given up."""
        number = delivery.id if isinstance(delivery, Delivery) else delivery
        return Delivery.of(self._control.post(f"/webhooks/deliveries/{number}/resend"))
