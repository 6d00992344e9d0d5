"""Which addresses are of the internet, and that only those are ever dialled."""

import socket
import threading
import time

import httpcore2
import pytest
from raw_server import raw_server, whole
from web import PUBLIC, Web

from rag.dial import MOST_ADDRESSES, Network, is_public
from rag.errors import AddressRefused, FetchFailed
from rag.fetch import fetch

INSIDE = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200"),
    *("127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1"),
    *("192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250"),
    *("240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8"),
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::7f00:1", "100::1", "2001::1"),
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1"),
    *("2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:808:808::1", "3fff::1"),
    *("2607:f8b0::5efe:7f00:1", "2607:f8b0::200:5efe:a00:1", "4000::1", "5f00::1"),
    *("fc00::1", "fd00:ec2::254", "fd20:ce::254", "fe80::1", "fe80::1%eth0", "fec0::1"),
    *("ff02::1", "ff0e::1", "2607:f8b0::1%eth0", "localhost", "127.1", "2130706433", "", "8.8.8"),
]
OUTSIDE = [
    *("1.1.1.1", "8.8.8.8", PUBLIC, "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1"),
    *("126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.1", "192.0.1.1", "192.167.0.1"),
    *("223.255.255.255", "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700::1111"),
    *("2a00:1450:4001::1", "3ffe::1"),
]


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_that_can_mean_a_machine_inside_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [each for each in INSIDE if each])
def test_a_name_that_leads_inside_is_not_dialled(address: str) -> None:
    for answers in ([address], [PUBLIC, address], [address, PUBLIC]):
        web = Web(names={"news.example": [answers]})
        with pytest.raises(AddressRefused, match="not on the public internet"):
            fetch("http://news.example/", network=web)
        assert web.dialled == []


SPELLINGS = [
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1"),
    *("0177.1", "017700000001", "0", "0.0", "0x0", "0xa9fea9fe", "2852039166", "10.1", "192.168.1"),
    *(
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
    ),
    *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]", "[ff02::1]"),
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_socket_is_opened_to_an_address_inside_however_it_is_spelled(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: connected.append(address))
    for scheme in ("http", "https"):
        with pytest.raises(AddressRefused):
            fetch(f"{scheme}://{host}/")
    assert connected == []


def test_every_address_of_a_name_is_known() -> None:
    assert Network().resolve("127.1", 80) == ["127.0.0.1"]
    assert Network().resolve("::1", 443) == ["::1"]


def test_a_name_that_changes_its_mind_is_dialled_where_it_was_checked() -> None:
    with raw_server([whole(b"News", kind="text/plain")]) as server:
        web = Web(server.base_url, {"news.example": [[PUBLIC], ["127.0.0.1"]]})
        assert fetch("http://news.example/", network=web).content == b"News"
        assert (web.asked, web.dialled) == (["news.example"], [(PUBLIC, 80)])
        with pytest.raises(AddressRefused):
            fetch("http://news.example/", network=web)
    assert web.dialled == [(PUBLIC, 80)]


def test_a_redirect_to_a_name_that_changed_its_mind_is_not_followed() -> None:
    with raw_server(
        [b"HTTP/1.1 302 X\r\nLocation: /secret\r\nContent-Length: 0\r\n\r\n"]
    ) as server:
        web = Web(server.base_url, {"news.example": [[PUBLIC], ["169.254.169.254"]]})
        with pytest.raises(AddressRefused, match="redirects to /secret, which is not on the pub"):
            fetch("http://news.example/", network=web)
    assert web.dialled == [(PUBLIC, 80)]
    assert len(server.requests) == 1


class Deaf(Web):
    """No address answers but the last; ``seconds`` are what each was given to."""

    seconds: list[float]

    def dial(self, address: str, port: int, *, timeout: float) -> httpcore2.NetworkStream:
        self.seconds = [*getattr(self, "seconds", []), timeout]
        if len(self.seconds) < MOST_ADDRESSES:
            self.dialled.append((address, port))
            raise httpcore2.ConnectTimeout
        return super().dial(address, port, timeout=timeout)


def test_an_address_that_does_not_answer_leaves_time_for_the_others() -> None:
    addresses = [f"2606:4700::{number}" for number in range(1, 20)]
    with raw_server([whole(b"News", kind="text/plain")]) as server:
        web = Deaf(server.base_url, {"news.example": [addresses]})
        assert fetch("http://news.example/", network=web).content == b"News"
    assert [address for address, _ in web.dialled] == addresses[:MOST_ADDRESSES]
    assert web.seconds[0] <= 10 / MOST_ADDRESSES
    assert web.seconds == sorted(web.seconds)


def test_a_lookup_that_takes_too_long_is_left_behind() -> None:
    asked, ends = threading.Event(), threading.Event()

    class Slow(Web):
        def resolve(self, host: str, port: int) -> list[str]:
            asked.set()
            ends.wait(timeout=30)
            return ["127.0.0.1"]

    began = time.monotonic()
    web = Slow()
    with pytest.raises(FetchFailed, match=r"took longer than 0\.2 s"):
        fetch("http://news.example/", seconds=0.2, network=web)
    took = time.monotonic() - began
    ends.set()
    assert asked.is_set()
    assert 0.2 <= took < 0.7
    assert web.dialled == []
