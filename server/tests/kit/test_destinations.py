"""Which places the platform connects to when somebody names them."""

import socket
from typing import Any

import pytest

from maquette.kit import destinations
from maquette.kit.destinations import Destination, address_problem
from maquette.kit.errors import Invalid


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "240.0.0.1",
    ],
)
def test_nobody_connects_there(address: str) -> None:
    assert address_problem(address, private=True)
    assert address_problem(address, private=False)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "192.168.0.1",
        "fd12::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::ffff:127.0.0.1",
        "100.64.0.1",
    ],
)
def test_private_ones_are_a_setting(address: str) -> None:
    assert not address_problem(address, private=True)
    assert address_problem(address, private=False)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::808:808"])
def test_public_ones_are_always_open(address: str) -> None:
    assert not address_problem(address, private=True)
    assert not address_problem(address, private=False)


def test_every_address_of_a_name_must_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["93.184.216.34", "169.254.169.254"]
    asked: list[Any] = []

    def resolve(*question: Any, **_: Any) -> list[Any]:
        asked.append(question)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in found]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    monkeypatch.setattr(destinations, "getproxies", dict)
    destination = Destination("https://s3.example.com", private=True)
    with pytest.raises(Invalid, match=r"169\.254\.169\.254"):
        destination.address()
    found.pop()
    assert destination.address() == "93.184.216.34"
    found[:] = ["8.8.8.8"]
    assert destination.address() == "93.184.216.34", "kept for a while: the name is not asked for each request"
    assert len(asked) == 2
    monkeypatch.setattr(destinations, "FRESH_S", -1.0)
    assert destination.address() == "8.8.8.8"


def test_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    monkeypatch.setattr(destinations, "getproxies", dict)
    with pytest.raises(Invalid, match="no address"):
        Destination("https://s3.example.com", private=True).address()


def test_a_proxy_resolves_names_but_opens_no_forbidden_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destinations, "getproxies", lambda: {"https": "http://proxy:3128"})
    monkeypatch.setattr(destinations, "proxy_bypass", lambda _: False)
    assert Destination("https://s3.example.com", private=True).address() == "s3.example.com"
    with pytest.raises(Invalid):
        Destination("https://169.254.169.254", private=True).address()
