"""WAN addresses that routers told the ACS, to be counted by range."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address

from noc_console.domain.network import Cpe


class Addresses:
    """Sorted when somebody asks after a change.

    Args:
        cpes: The routers as they are known now.
    """

    def __init__(self, cpes: Callable[[], Iterable[Cpe]]) -> None:
        self._cpes = cpes
        self._sorted: dict[int, list[int]] | None = None

    def forget(self) -> None:
        """Some router's address changed."""
        self._sorted = None

    def count(self, network: IPv4Network | IPv6Network) -> int:
        """How many different addresses lie in a range."""
        if self._sorted is None:
            self._sorted = self._read()
        known = self._sorted[network.version]
        first, last = int(network.network_address), int(network.broadcast_address)
        return bisect_left(known, last + 1) - bisect_left(known, first)

    def _read(self) -> dict[int, list[int]]:
        found: dict[int, set[int]] = {4: set(), 6: set()}
        for text in {cpe.wan_ip for cpe in self._cpes()} - {None}:
            try:
                address = ip_address(str(text))
            except ValueError:
                continue  # what a router says is data: some say nonsense
            found[address.version].add(int(address))
        return {version: sorted(numbers) for version, numbers in found.items()}
