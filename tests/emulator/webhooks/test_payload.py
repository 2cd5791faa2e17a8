import json

from callr_sms_emulator._webhooks.payload import write_body


def test_an_event_has_the_members_of_the_vendor_in_their_order() -> None:
    body = write_body("9f4e", 1_462_368_692_340, "H45HC0D3", 2, "sms.mo", '{"type":"IN","text":"é"}')
    assert list(json.loads(body).items()) == [
        ("event_id", "9f4e"),
        ("event_at", "2016-05-04T13:31:32.340Z"),
        ("hook_hash", "H45HC0D3"),
        ("try", 2),
        ("type", "sms.mo"),
        ("data", {"type": "IN", "text": "é"}),
    ]


def test_the_webhook_of_an_sms_has_no_hash() -> None:
    assert json.loads(write_body("1", 0, None, 0, "sms.mo", "{}"))["hook_hash"] is None
