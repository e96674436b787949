"""A GenieACS look-alike with customers' routers behind it, on a real socket.

``SimulatedAcs`` is the server, ``SimulatedCpe`` one router. Neither knows the OLTs: whoever builds the network ties
them together with the hooks of ``SimulatedCpe`` (``on_reboot``, ``on_factory_reset``, ``on_boot``) and by setting its
``state`` (light, addresses, hosts) and ``online``.

    acs = SimulatedAcs()
    cpe = SimulatedCpe(OntSerial.parse("HWTC0A1B2C01"), HUAWEI_EG8145V5, pppoe_user="user01")
    acs.add(cpe, refreshed=True)
    await acs.start()          # acs.port
"""

from noc_console.demo.acs.cpe import CpeState, Diagnosing, Fault, Host, OnContact, SimulatedCpe
from noc_console.demo.acs.server import SimulatedAcs, Timing
from noc_console.demo.acs.sessions import VirtualParameter
from noc_console.demo.acs.templates import HUAWEI_EG8145V5, MODELS, TPLINK_XX230V, ZTE_F670L, Model

__all__ = [
    "HUAWEI_EG8145V5",
    "MODELS",
    "TPLINK_XX230V",
    "ZTE_F670L",
    "CpeState",
    "Diagnosing",
    "Fault",
    "Host",
    "Model",
    "OnContact",
    "SimulatedAcs",
    "SimulatedCpe",
    "Timing",
    "VirtualParameter",
]
