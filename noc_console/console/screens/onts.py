"""The ONTs screen: every ONT of the network in one table, under any filter."""

from __future__ import annotations

from noc_console.console.desk import Desk
from noc_console.console.screens.network import NetworkView


class OntsView(NetworkView):
    """The Network screen without its tree: its own filter, order and columns over all that there is."""

    NAME, TITLE = "onts", "ONTs"
    KEYS = "network"
    PANES = ("onts", "detail")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.add_class("-notree", "-treeless")
