"""The customers' routers behind the simulated ACS, tied to the ONTs that they are."""

from __future__ import annotations

import random

from noc_console.demo.acs import HUAWEI_EG8145V5, TPLINK_XX230V, ZTE_F670L, SimulatedAcs, SimulatedCpe
from noc_console.demo.plant import Cause, SimOnt
from noc_console.demo.world import World

RESTART_S = (18.0, 32.0)
"""From the reboot to the ONT's light."""
INFORM_DELAY_S = (4.0, 9.0)
"""From the ONT's light to the router's Inform."""
_REFRESHED_SHARE = 0.9
_MODELS = {"HWTC": HUAWEI_EG8145V5, "ZTEG": ZTE_F670L, "TPLG": TPLINK_XX230V}
_COLD_CAUSES = (Cause.DYING_GASP, Cause.RESET_BY_COMMAND, Cause.RESET_BY_ONT)


class Routers:
    """Follows the ONTs: without light no Inform, after power or a reboot ``1 BOOT``; a reboot takes the ONT down.

    Args:
        world: Where the ONTs live; becomes its observer.
        acs: Where the routers register.
        seed: For delays, and for what the ACS has read so far.
    """

    def __init__(self, world: World, acs: SimulatedAcs, seed: int = 0) -> None:
        self.cpes: dict[str, SimulatedCpe] = {}
        """By GPON serial."""
        self._world = world
        self._acs = acs
        self._random = random.Random(seed)
        self._cold: dict[str, tuple[str, ...]] = {}
        """Routers that will boot, with the events of their Inform besides ``1 BOOT``."""
        for ont in world.plant.onts:
            if ont.managed and ont.model.vendor in _MODELS:
                self._add(ont)
        world.observer = self

    def state_changed(self, ont: SimOnt) -> None:
        """The ONT went online or offline: so does its router."""
        cpe = self.cpes.get(ont.serial.text)
        if cpe is None:
            return
        if ont.online:
            self._world.agenda.after(self._random.uniform(*INFORM_DELAY_S), lambda: self._return(ont, cpe))
            return
        cpe.online = False
        if ont.cause in _COLD_CAUSES:
            self._cold.setdefault(ont.serial.text, ())

    def light_changed(self, ont: SimOnt, at: float) -> None:
        """The router measures the same light."""
        cpe = self.cpes.get(ont.serial.text)
        if cpe:
            cpe.state.rx_dbm = round(ont.rx_dbm(at), 2)
            cpe.state.tx_dbm = ont.model.tx_dbm

    def _add(self, ont: SimOnt) -> None:
        cpe = SimulatedCpe(ont.serial, _MODELS[ont.model.vendor])
        cpe.state.firmware = ont.model.firmware
        cpe.state.booted_at = ont.last_up_at or self._world.clock()
        cpe.online = ont.online
        cpe.returns = False  # it comes back when its ONT does
        cpe.on_reboot = lambda _: self._restart(ont, ("M Reboot",))
        cpe.on_factory_reset = lambda _: self._restart(ont, ("0 BOOTSTRAP",))
        self._acs.add(cpe, refreshed=self._random.random() < _REFRESHED_SHARE)
        if not ont.online and ont.last_down_at is not None:
            self._acs.records[cpe.device_id].informed_at = ont.last_down_at
        self.cpes[ont.serial.text] = cpe
        self.light_changed(ont, self._world.clock())

    def _restart(self, ont: SimOnt, events: tuple[str, ...]) -> None:
        self._cold[ont.serial.text] = events
        self._world.restart(ont, self._random.uniform(*RESTART_S))

    def _return(self, ont: SimOnt, cpe: SimulatedCpe) -> None:
        if not ont.online or cpe.online:
            return
        events = self._cold.pop(ont.serial.text, None)
        if events is None:
            cpe.online = True
            cpe.inform()
        else:
            cpe.boot(*events)
