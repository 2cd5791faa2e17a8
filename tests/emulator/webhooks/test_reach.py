import pytest

from callr_sms_emulator._http_client.resolver import look_up
from callr_sms_emulator._settings.allowed_addresses import DEFAULT_ALLOWED_ADDRESSES, read_allowed_addresses

NEARBY = [
    "127.0.0.1",
    "127.8.9.1",
    "::1",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "fd12::1",
]
WRAPPED = ["::ffff:127.0.0.1", "::ffff:192.168.1.1", "64:ff9b::10.0.0.1", "2002:0a00:0001::1"]
PUBLIC = ["8.8.8.8", "172.32.0.1", "192.169.0.1", "100.64.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8"]
NOBODYS = [
    "0.0.0.0",  # noqa: S104 - it is refused
    "0.1.2.3",
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "fe80::1",
    "fe80::1%eth0",
    "224.0.0.1",
    "255.255.255.255",
    "ff02::1",
    "::",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "fd00:42::42",
    "fd00:a9fe:a9fe::1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "169.254.170.2",
    "169.254.170.23",
    *(
        form.format(high=high, low=low)
        for high, low in (("a9fe", "a9fe"), ("6464", "64c8"), ("a83f", "8110"), ("c000", "00c0"))
        for form in (
            "::ffff:{high}:{low}",
            "::ffff:0:{high}:{low}",
            "::{high}:{low}",
            "64:ff9b::{high}:{low}",
            "64:ff9b:1::{high}:{low}",
            "2002:{high}:{low}::1",
            "2001:db8:64::{high}:{low}",
        )
    ),
    "64:ff9b:1:a9fe:a9:fe00::",
    "2001:0:4136:e378:8000:63bf:5601:5601",  # Teredo, with the inverse of 169.254.169.254
]


@pytest.mark.parametrize("address", [*NEARBY, *WRAPPED])
def test_nearby_addresses_are_called(address: str) -> None:
    assert DEFAULT_ALLOWED_ADDRESSES.allows("receiver", address)


@pytest.mark.parametrize("address", [*PUBLIC, *NOBODYS])
def test_other_addresses_are_not(address: str) -> None:
    assert not DEFAULT_ALLOWED_ADDRESSES.allows("receiver", address)


@pytest.mark.parametrize("address", PUBLIC)
def test_any_allows_the_internet(address: str) -> None:
    assert read_allowed_addresses("any").allows("receiver", address)


@pytest.mark.parametrize("address", NOBODYS)
def test_any_does_not_allow_addresses_that_are_nobodys(address: str) -> None:
    assert not read_allowed_addresses("any").allows("receiver", address)
    assert not read_allowed_addresses("receiver").allows("receiver", address)


@pytest.mark.parametrize("host", ["2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "169.254.43518"])
def test_a_number_in_another_notation_is_the_address_that_the_system_calls(host: str) -> None:
    (address,) = look_up(host, 80)
    assert (address, read_allowed_addresses("any").allows(host, address)) == ("169.254.169.254", False)


def test_an_address_that_is_named_is_allowed_whatever_it_is() -> None:
    assert read_allowed_addresses("169.254.169.254").allows("metadata", "169.254.169.254")


def test_loopback_alone() -> None:
    reach = read_allowed_addresses("loopback")
    assert reach.allows("localhost", "127.0.0.1")
    assert not reach.allows("receiver", "192.168.1.1")


def test_a_list_of_hosts_and_networks() -> None:
    reach = read_allowed_addresses("loopback, Hooks.Example.com,203.0.113.0/24")
    assert reach.allows("hooks.example.com.", "198.51.100.7")
    assert not reach.allows("other.example.com", "198.51.100.7")
    assert reach.allows("other.example.com", "203.0.113.9")
    assert not reach.allows("other.example.com", "10.0.0.1")


@pytest.mark.parametrize(
    "text", ["", "privat e", "http://example.com", "10.0.0.0/33", "300.1.1.1", "a,,b", "*"]
)
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="expected loopback, private, any, or host names"):
        read_allowed_addresses(text)
