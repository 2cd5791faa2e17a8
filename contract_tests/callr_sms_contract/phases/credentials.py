"""The account of a run: a server that rejects it is not tested."""

from contextlib import closing
from datetime import UTC, datetime

from callr_sms_contract.oracle import UNAUTHORIZED
from callr_sms_contract.phases.follow_up import _FORM
from callr_sms_contract.settings import Settings
from callr_sms_contract.wire import Client


class CredentialsError(RuntimeError):
    """The server rejects the account."""


def require_account(settings: Settings) -> None:
    """Raise CredentialsError when the server rejects the account.

    Two valid reads must get a 401: a 401 to only one of them is a fault of the server, which the run reports.
    """
    now = datetime.now(UTC).strftime(_FORM)
    window = [("type", "OUT"), ("from", now), ("to", now)]
    with closing(Client(settings.base_url, settings.login, settings.password)) as client:
        for path, query in (("/sms", window), ("/sms/ZZZZZZZZ", None)):
            _, response, _ = client.send("GET", path, query)
            if response is None or response.status != UNAUTHORIZED:
                return
    raise CredentialsError(
        "CALLR_LOGIN, CALLR_PASSWORD: rejected by the server (401); expected those of an API account"
    )
