"""Where the platform itself may connect to, when somebody else has named the place: checked by address, not by name.

A name may lead anywhere, and elsewhere tomorrow. So it is resolved here, every address it has is looked at, and whoever
connects is given the address and not the name again. What is said over the connection belongs to the caller.
"""

import ipaddress
import socket
import threading
import time
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from maquette.kit.errors import Invalid

FRESH_S = 30.0

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Where clouds tell a machine its secrets, beyond the link-local addresses that most of them use.
_METADATA = {ipaddress.ip_address(text) for text in ("100.100.100.200", "168.63.129.16", "fd00:ec2::254")}
# Gateways to IPv4: what follows the prefix is the address that is meant.
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class Destination:
    """The host and port of a URL. `private`: it may lie in a private network, or on this machine. Thread-safe.

    Raises Invalid for what is no URL.
    """

    def __init__(self, url: str, *, private: bool) -> None:
        try:
            parts = urlsplit(url)
            self._port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise Invalid("The endpoint is no address such as https://obs.example.com.") from None
        self._host = parts.hostname or ""
        self._private = private
        # Behind a proxy it is the proxy that resolves, and that connects.
        self._proxied = parts.scheme in getproxies() and not proxy_bypass(self._host)
        self._known: tuple[float, str] = (float("-inf"), "")
        self._lock = threading.Lock()

    def address(self) -> str:
        """The address to connect to, half a minute old at most, or the name where a proxy resolves it.

        Raises Invalid when the host has none, or any that is not allowed.
        """
        with self._lock:
            if time.monotonic() - self._known[0] > FRESH_S:
                self._known = (time.monotonic(), self._resolved())
            return self._known[1]

    def _resolved(self) -> str:
        try:
            found = [str(ipaddress.ip_address(self._host))]
        except ValueError:
            if self._proxied:
                return self._host
            try:
                entries = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                raise Invalid(f"The host '{self._host}' has no address. Check its name.") from None
            found = [str(entry[4][0]).partition("%")[0] for entry in entries]
        for address in found:
            if problem := address_problem(address, private=self._private):
                raise Invalid(f"The host '{self._host}' cannot be used: {address} is {problem}. Name another one.")
        return found[0]


def address_problem(text: str, *, private: bool) -> str:
    """Why the platform does not connect to this address, or nothing."""
    address = _meant(ipaddress.ip_address(text))
    if address in _METADATA or address.is_link_local:
        return "one by which clouds tell machines their secrets"
    if address.is_multicast or address.is_unspecified or (address.is_reserved and not address.is_loopback):
        return "no machine's"
    if not private and not address.is_global:
        return "not public, and private_endpoints is false"
    return ""


def _meant(address: _Address) -> _Address:
    """The IPv4 address in an IPv6 one that only stands for it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
