"""The customers' routers behind the simulated ACS, tied to the ONTs that they are."""

from __future__ import annotations

import random

from noc_console.demo.acs import (
    HUAWEI_EG8145V5,
    TPLINK_XX230V,
    ZTE_F670L,
    Diagnosing,
    SimulatedAcs,
    SimulatedCpe,
    VirtualParameter,
)
from noc_console.demo.acs.invented import has_trait
from noc_console.demo.acs.transfers import FIRMWARE
from noc_console.demo.plant import Cause, SimOnt
from noc_console.demo.world import World

RESTART_S = (18.0, 32.0)
"""From the reboot to the ONT's light."""
INFORM_DELAY_S = (4.0, 9.0)
"""From the ONT's light to the router's Inform."""
RESTLESS_S = 840.0
"""How often a router that restarts by itself does so."""
_REFRESHED_SHARE = 0.9
_FIRMWARE = (
    ("EG8145V5_V5R022C10S150.bin", HUAWEI_EG8145V5, "V5R022C10S150"),
    ("F670L_V9.0.12P2N8.bin", ZTE_F670L, "V9.0.12P2N8"),
    ("XX230v_0.10.0.bin", TPLINK_XX230V, "0.10.0 0.1 v9.2"),
)
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
        self._lost: set[str] = set()
        """Routers that have forgotten where their ACS is, and never inform again."""
        _furnish(acs)
        for ont in world.plant.onts:
            if ont.managed and ont.model.vendor in _MODELS:
                self._add(ont)
        world.observer = self

    def state_changed(self, ont: SimOnt) -> None:
        """The ONT went online or offline: so does its router. A dead uplink keeps it from the ACS, and it runs on."""
        cpe = self.cpes.get(ont.serial.text)
        if cpe is None:
            return
        if self._reaches_acs(ont):
            self._world.agenda.after(self._random.uniform(*INFORM_DELAY_S), lambda: self._return(ont, cpe))
            return
        cpe.online = False
        if not ont.online and ont.cause in _COLD_CAUSES:
            self._cold.setdefault(ont.serial.text, ())

    def light_changed(self, ont: SimOnt, at: float) -> None:
        """The router measures the same light."""
        cpe = self.cpes.get(ont.serial.text)
        if cpe:
            cpe.state.bytes_down, cpe.state.bytes_up = map(int, ont.bytes_at(at))
            cpe.state.rx_dbm = round(ont.rx_dbm(at), 2)
            cpe.state.tx_dbm = ont.model.tx_dbm

    def _add(self, ont: SimOnt) -> None:
        restless = ont.online and has_trait(ont.serial, "restless", 60)
        if restless:
            self._has_just_restarted(ont)
        cpe = SimulatedCpe(ont.serial, _MODELS[ont.model.vendor])
        if has_trait(ont.serial, "endless tests", 50):
            cpe.diagnosing = Diagnosing(ends=False)
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
        if restless:
            self._world.agenda.every(RESTLESS_S, lambda: self._restart(ont, ()) if ont.online else None)

    def _has_just_restarted(self, ont: SimOnt) -> None:
        now = self._world.clock()
        ont.last_down_at, ont.last_up_at, ont.cause = now - 220, now - 180, Cause.RESET_BY_ONT
        self._world.tables[ont.olt].refresh_ont(ont)

    def _restart(self, ont: SimOnt, events: tuple[str, ...]) -> None:
        self._cold[ont.serial.text] = events
        self._world.restart(ont, self._random.uniform(*RESTART_S))

    def _reaches_acs(self, ont: SimOnt) -> bool:
        return ont.online and not self._world.is_cut_off(ont)

    def _return(self, ont: SimOnt, cpe: SimulatedCpe) -> None:
        if cpe.online or not self._reaches_acs(ont):
            return
        events = self._cold.pop(ont.serial.text, None)
        if events == ("0 BOOTSTRAP",) and has_trait(ont.serial, "loses its ACS", 40):
            self._lost.add(ont.serial.text)
        if ont.serial.text in self._lost:
            return
        if events is None:
            cpe.online = True
            cpe.inform()
        else:
            cpe.boot(*events)


def _furnish(acs: SimulatedAcs) -> None:
    """What an operator has put into the ACS: firmware, and parameters of its own."""
    for name, model, version in _FIRMWARE:
        acs.transfers.put(
            name,
            21_000_000,
            file_type=FIRMWARE,
            oui=model.oui,
            product_class=model.product_class,
            version=version,
        )
    acs.virtual_parameters["RXPower"] = VirtualParameter(lambda cpe: f"{cpe.state.rx_dbm:.2f}")
    acs.virtual_parameters["pppoeUsername"] = VirtualParameter(lambda cpe: cpe.state.pppoe_user)
