"""An account as a developer has it after a while: for screenshots, and for tests that look at the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.emulator.support import Client

EVENING = 1_711_831_320_000
"""2024-03-30 20:42:00 UTC, in milliseconds since 1970."""

ALICE = "+33639981234"
CODE = (
    "Votre code « 4711 » est valable 10 minutes. Ne le donnez à personne, même pas à quelqu\u2019un qui dit "
    "appeler de notre part."
)
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"> \u202egnp.exe\u202c <b>bold</b>"
ARABIC = "مرحبا، موعدك غدا الساعة 9:30. للإلغاء أرسل كلمة إلغاء إلى هذا الرقم."
LONG = (
    "Thank you for your visit! "
    + "Tell us how it was, it takes a minute. " * 12
    + "https://example.com/a?b=c"
)


def fill(client: Client) -> str:
    """Fill an empty account whose clock is frozen; return the hash of the SMS to look at."""
    client.send(to="+447700900310", body=LONG, **{"from": "Clinic"})
    _pass(client, "20h")
    client.send(to="+33639987701", body=ARABIC)
    _pass(client, "3h")
    client.send(to="+33639980030", body="Table for four at 20:00 is confirmed.", **{"from": "Bistro"})
    client.send(to="+33639980020", body="Your invoice is ready. Reply HELP for help.", **{"from": "Billing"})
    _pass(client, "2m")
    client.send(to="+12125550142", body="Your order 8812 has shipped 📦 Track it: https://example.com/t/8812")
    client.send(to="+33639980010", body="Reminder: tomorrow at 9:30.", **{"from": "Clinic"})
    client.set("/sms/incoming", text="STOP", **{"from": "+447700900123"})
    _pass(client, "40m")
    client.send(to=ALICE, body="Bonjour, votre commande est arrivée. STOP au %STOPNUM%", **{"from": "Shop"})
    _pass(client, "3m")
    client.set("/sms/incoming", text="Merci ! Vous êtes ouverts demain ?", **{"from": ALICE})
    client.send(to=ALICE, body="Demain de 9 h à 18 h. Belle journée !")
    client.post({"to": "0639981234", "body": "Bonjour"})
    client.post({"to": ALICE, "from": "Shop & Co", "body": "Bonjour"})
    _pass(client, "12m")
    client.set("/webhooks", endpoint="http://127.0.0.1:1/callr", hmac_secret="sesame")
    sms_hash = client.send(to=ALICE, body=CODE, **{"from": "Shop"})
    _pass(client, "3100ms")
    return sms_hash


def _pass(client: Client, time: str) -> None:
    client.set("/clock", advance=time)
