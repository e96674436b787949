"""Verdicts: readings in, verdict and evidence out. Each case names where its rule comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from incident_samples import blind, incident

from noc_console.domain.changes import Severity as C
from noc_console.domain.cpe import Field, Group, Section, Value
from noc_console.domain.diagnosis.judge import RULES, judge
from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.diagnosis.situation import Neighbour, Situation
from noc_console.domain.diagnosis.verdict import Severity
from noc_console.domain.freshness import Freshness
from noc_console.domain.incidents.incident import Cause, Scope
from noc_console.domain.incidents.words import KnownOutage
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Cpe, Olt, Ont, Port, Unregistered
from noc_console.domain.ont import OntState
from noc_console.domain.targets import Target

NOW = 1_763_733_931.0
ONLINE, OFFLINE, UNKNOWN = OntState.ONLINE, OntState.OFFLINE, OntState.UNKNOWN
LOS, GASP = "loss_of_signal", "dying_gasp"


def group(title: str, **values: Value) -> Group:
    return Group(title, tuple(Field(key, key, value) for key, value in values.items()))


def section(name: str, *groups: Group, age_s: float = 30.0, **values: Value) -> Section:
    fields = tuple(Field(key, key, value) for key, value in values.items())
    return Section(name, name, NOW - age_s, fields, groups)


INTERNET = {"internet": True, "status": "Connected", "ip": "100.64.3.9", "username": "user000042"}
HEALTHY = {
    "system": section("system", model="EG8145V5", firmware="V5R020C00S280", cpu_percent=14, memory_percent=50),
    "wan": section("wan", group("Internet", **INTERNET), group("TR069", internet=False, status="Connected")),
    "wireless": section("wireless", group("5 GHz home", band="5 GHz", enabled=True, security="WPA2", noise_dbm=-92.0)),
    "ethernet": section("ethernet", group("LAN1", status="Up", enabled=True, speed=1000, duplex="Full")),
}


def ont(**more: Any) -> Ont:
    base = Ont(
        1, 1, "0/1/3", 7, serial="HWTC7D4630C3", state="online", admin="active", config_state="normal",
        match_state="match", state_changed_at=NOW - 86400, onu_rx_dbm=-19.0, olt_rx_dbm=-21.0, onu_tx_dbm=2.2,
    )  # fmt: skip
    return replace(base, **more)


def at_home(**more: Any) -> Situation:
    """A customer with nothing wrong."""
    base = Situation(
        now=NOW,
        ont=ont(),
        state=ONLINE,
        state_at=NOW - 20,
        optics=Freshness.FRESH,
        olt=Olt(1, "olt-03", "192.0.2.3", reachable=True),
        port=Port(1, "0/1/3", oper="up", tx_dbm=4.0),
        neighbours=[Neighbour(ONLINE, onu_rx_dbm=-20.0)] * 11,
        cpe=Cpe("x", serial="HWTC7D4630C3", last_inform_at=NOW - 60, inform_interval_s=300, uptime_s=500_000),
        managed=True,
        sections=HEALTHY,
    )
    return replace(base, **more)


def down(reason: str | None, ago_s: float = 120.0, **more: Any) -> Situation:
    fallen = ont(state="offline", offline_reason=reason, state_changed_at=NOW - ago_s, onu_rx_dbm=None, **more)
    return at_home(ont=fallen, state=OFFLINE, optics=Freshness.FRESH)


def lost(reason: str | None, *ago_s: float) -> list[Neighbour]:
    return [Neighbour(OFFLINE, reason, NOW - ago) for ago in ago_s]


def weak_area(count: int) -> list[Neighbour]:
    return [Neighbour(ONLINE, onu_rx_dbm=-26.5)] * count + [Neighbour(ONLINE, onu_rx_dbm=-20.0)] * (11 - count)


def with_section(name: str, *groups: Group, age_s: float = 30.0, **values: Value) -> Situation:
    return at_home(sections={**HEALTHY, name: section(name, *groups, age_s=age_s, **values)})


def wan(**values: Value) -> Situation:
    return with_section("wan", group("Internet", **{**INTERNET, **values}))


def job(kind: JobKind, ago_s: float, state: JobState = JobState.VERIFIED, **data: float) -> Job:
    at = NOW - ago_s
    place = (Target.ont(1), "HWTC7D4630C3", "olt-03", "0/1/3")
    return Job(1, kind, state, *place, "", "amy", "", at, at, finished_at=at, data=data)


def booted(ago_s: float, **more: Any) -> Situation:
    cpe = Cpe("x", last_inform_at=NOW - 60, inform_interval_s=300, uptime_s=ago_s - 60)
    return at_home(cpe=cpe, **more)


@dataclass(frozen=True)
class Case:
    """Readings in, verdict out."""

    name: str
    given: Callable[[], Situation]
    code: str
    says: str
    """In the headline or the evidence."""
    do: str = ""
    """In the next step."""
    source: str = ""
    also: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


CASES = [
    Case(
        "all is well",
        lambda: at_home(),
        "nothing_wrong",
        "Rx at ONT -19.0 dBm",
        "run a speed test",
        "operator's CPE guide C",
    ),
    Case(
        "all is well, and proven",
        lambda: at_home(jobs=[job(JobKind.SPEED_TEST, 600, download_mbps=941.0, plan_mbps=1000.0)]),
        "nothing_wrong",
        "941.0 Mbit/s",
        "customer's own device",
        "operator's CPE guide C",
    ),
    Case(
        "the line is slower than paid for",
        lambda: at_home(jobs=[job(JobKind.SPEED_TEST, 600, download_mbps=41.0, plan_mbps=300.0)]),
        "slow_line",
        "41 of 300 Mbit/s",
        "speed profile",
        "TR-143",
    ),
    Case(
        "an old speed test proves nothing",
        lambda: at_home(jobs=[job(JobKind.SPEED_TEST, 90_000, download_mbps=1.0, plan_mbps=300.0)]),
        "nothing_wrong",
        "online",
        "run a speed test",
        "TR-143",
    ),
    Case(
        "an outage that is known",
        lambda: replace(down(LOS), outage=KnownOutage(incident(17))),
        "incident",
        "38 lost the light (LOS)",
        "the outage is known; do NOT reboot",
        "ux study 5",
    ),
    Case(
        "light that fades behind one splice",
        lambda: at_home(outage=KnownOutage(incident(17, cause=Cause.LIGHT))),
        "incident_light",
        "lost the light",
        "not to this home",
        "ux study 4",
    ),
    Case(
        "street dark: fibre",
        lambda: replace(down(LOS), neighbours=lost(LOS, 121, 122, 119) + [Neighbour(ONLINE)] * 8),
        "area_outage",
        "4 of 12 ONTs of the port lost within 3s",
        "do NOT reboot; send a fibre crew",
        "ux study 1",
    ),
    Case(
        "street dark: power",
        lambda: replace(down(GASP), neighbours=lost(GASP, 100, 140, 160, 90) + [Neighbour(ONLINE)] * 7),
        "area_outage",
        "power cut; 5 ONTs lost together",
        "power company",
        "ux study 1",
    ),
    Case(
        "three are no area yet",
        lambda: replace(down(LOS), neighbours=lost(LOS, 121, 122) + [Neighbour(ONLINE)] * 9),
        "drop_fibre_cut",
        "9 of 11 other ONTs",
        "send a fibre tech",
        "limit area_onts",
    ),
    Case(
        "three are an area where the config says so",
        lambda: replace(down(LOS), neighbours=lost(LOS, 121, 122)),
        "area_outage",
        "limit: 3",
        "",
        "limit area_onts",
        limits=Limits(area_onts=3),
    ),
    Case(
        "others fell hours ago",
        lambda: replace(down(LOS), neighbours=lost(LOS, 9000, 9001, 9002, 9003)),
        "drop_fibre_cut",
        "loss of signal 2m00s ago",
        "",
        "limit area_window_s",
    ),
    Case(
        "others that nobody could read are not counted as lost",
        lambda: replace(down(LOS), neighbours=[Neighbour(UNKNOWN, LOS, NOW - 120)] * 8),
        "drop_fibre_cut",
        "0 of 8",
        "",
        "unknown is never offline",
    ),
    Case(
        "the whole port is down",
        lambda: replace(
            down(LOS),
            port=Port(1, "0/1/3", oper="down", last_down_cause="LOS"),
            neighbours=[Neighbour(OFFLINE, LOS, NOW - 86400)] * 11,
        ),
        "port_down",
        "last cause LOS",
        "do NOT reboot",
        "IF-MIB",
    ),
    Case("one home without power", lambda: down(GASP), "power", "dying gasp 2m00s ago", "plug", "G.988"),
    Case(
        "one home without light",
        lambda: down(LOS, last_onu_rx_dbm=-26.9, last_rx_at=NOW - 700),
        "drop_fibre_cut",
        "last light -26.9 dBm, 11m40s ago",
        "do not swap",
        "G.984.3",
    ),
    Case("rogue", lambda: down("rogue"), "rogue", "rogue ONT", "replace", "G.984.3"),
    Case("restarting now", lambda: down("reset", 40), "restarting", "reset 40s ago", "wait", "last-down cause"),
    Case(
        "a restart that never ended",
        lambda: down("reset", 4000),
        "offline",
        "reset",
        "lights of the ONT",
        "last-down cause",
    ),
    Case("offline, nobody says why", lambda: down(None), "offline", "no reason given", "", "missing is blank"),
    Case(
        "switched off at the OLT",
        lambda: replace(down("deactivated"), ont=ont(state="offline", admin="deactivated")),
        "deactivated",
        "deactivated",
        "billing",
        "G.988",
    ),
    Case("identity refused", lambda: down("auth_failed"), "auth_failed", "auth failed", "serial number", "G.984.3"),
    Case(
        "waits unregistered on another port",
        lambda: replace(
            down(LOS),
            unregistered=Unregistered(1, "0/1/5", "HWTC7D4630C3", first_seen_at=NOW - 900, last_seen_at=NOW - 20),
        ),
        "unregistered",
        "waits to be registered at 0/1/5, not at 0/1/3",
        "register it",
        "autofind",
    ),
    Case(
        "deleted at the OLT",
        lambda: at_home(ont=ont(vanished_at=NOW - 3600), state=UNKNOWN),
        "not_listed",
        "gone since 1h00m ago",
        "who deleted",
        "ONT table",
    ),
    Case(
        "hardware does not match",
        lambda: at_home(ont=ont(match_state="mismatch")),
        "mismatch",
        "match state mismatch",
        "profile",
        "HUAWEI-XPON-MIB",
    ),
    Case(
        "OLT silent, router speaks",
        lambda: at_home(state=UNKNOWN, state_at=NOW - 730, olt=Olt(1, "olt-07", "x", error="no answer")),
        "olt_silent",
        "the router spoke to the ACS 1m00s ago",
        "likely up",
        "contradiction of sources",
    ),
    Case(
        "OLT silent, router silent",
        lambda: at_home(state=UNKNOWN, state_at=NOW - 730, cpe=None, managed=None),
        "olt_silent",
        "last reading of this port 12m10s ago",
        "OLT first",
        "unknown is never offline",
    ),
    Case(
        "dirty connector",
        lambda: at_home(ont=ont(onu_rx_dbm=-25.4, olt_rx_dbm=-27.3)),
        "drop_fibre_weak",
        "-25.4 dBm is below -25 dBm",
        "do not swap",
        "operator's CPE guide A",
    ),
    Case(
        "exactly at the limit is good",
        lambda: at_home(ont=ont(onu_rx_dbm=-25.0, olt_rx_dbm=-26.9)),
        "nothing_wrong",
        "-25.0",
        "",
        "operator's CPE guide A",
    ),
    Case(
        "almost no light",
        lambda: at_home(ont=ont(onu_rx_dbm=-29.0, olt_rx_dbm=-31.0)),
        "drop_fibre_weak",
        "Far too little",
        "fibre tech",
        "class B+",
    ),
    Case(
        "the splitter, not the home",
        lambda: at_home(ont=ont(onu_rx_dbm=-26.0, olt_rx_dbm=-28.0), neighbours=weak_area(7)),
        "shared_fibre_weak",
        "8 of 12 ONTs",
        "splitter or feeder",
        "shared span",
    ),
    Case(
        "too much light",
        lambda: at_home(ont=ont(onu_rx_dbm=-6.5, olt_rx_dbm=-8.6)),
        "light_too_strong",
        "above -8 dBm",
        "attenuator",
        "G.984.2",
    ),
    Case(
        "ONT hears too little",
        lambda: at_home(ont=ont(onu_rx_dbm=-29.0, olt_rx_dbm=-20.0)),
        "ends_disagree",
        "downstream loses 33.0 dB, upstream 22.2 dB",
        "power meter",
        "classes B+ and C+",
        ("drop_fibre_weak",),
    ),
    Case(
        "OLT hears too little",
        lambda: at_home(ont=ont(onu_rx_dbm=-17.0, olt_rx_dbm=-30.0)),
        "ends_disagree",
        "OLT's receiver",
        "",
        "classes B+ and C+",
    ),
    Case(
        "ends that may agree do not disagree",
        lambda: at_home(ont=ont(onu_rx_dbm=-24.0, olt_rx_dbm=-20.0, onu_tx_dbm=None), port=None),
        "nothing_wrong",
        "-24.0",
        "",
        "what is not told suits the line best",
    ),
    Case(
        "old light proves nothing",
        lambda: at_home(ont=ont(onu_rx_dbm=-29.0), optics=Freshness.STALE),
        "not_enough_known",
        "not everything",
        "refresh",
        "stale data",
    ),
    Case(
        "login refused",
        lambda: wan(status="Disconnected", ip="", last_error="ERROR_AUTHENTICATION_FAILURE"),
        "login_refused",
        "login user000042",
        "PPPoE login",
        "TR-098",
    ),
    Case(
        "account expired",
        lambda: wan(status="Disconnected", last_error="ERROR_ACCOUNT_EXPIRED"),
        "login_refused",
        "ACCOUNT_EXPIRED",
        "paid",
        "TR-098",
    ),
    Case(
        "access server silent",
        lambda: wan(status="Connecting", last_error="ERROR_ISP_TIME_OUT", vlan=100),
        "not_connected",
        "Connecting, last error ERROR_ISP_TIME_OUT, VLAN 100",
        "VLAN",
        "TR-098",
    ),
    Case("no address", lambda: wan(ip="", address="none"), "no_address", "Connected", "DHCP", "TR-098"),
    Case("an IPv6 address is one", lambda: wan(ip="", ipv6="2001:db8::1"), "nothing_wrong", "online", "", "TR-181"),
    Case(
        "nothing but management",
        lambda: with_section("wan", group("TR069", internet=False, status="Connected")),
        "no_internet_connection",
        "TR069",
        "provision",
        "service lists",
    ),
    Case(
        "router silent at the ACS",
        lambda: at_home(cpe=Cpe("x", last_inform_at=NOW - 7200, inform_interval_s=300, uptime_s=1e6)),
        "router_silent",
        "silent at the ACS for 2h00m",
        "through the OLT",
        "GenieACS",
    ),
    Case(
        "a slow informer is not silent",
        lambda: at_home(cpe=Cpe("x", last_inform_at=NOW - 7200, inform_interval_s=3600, uptime_s=1e6)),
        "nothing_wrong",
        "online",
        "",
        "PeriodicInformInterval",
    ),
    Case(
        "restarted by itself",
        lambda: booted(300),
        "restarts_by_itself",
        "router up for 5m00s",
        "power supply",
        "DeviceInfo.UpTime",
    ),
    Case(
        "restarted because we asked",
        lambda: booted(300, jobs=[job(JobKind.REBOOT, 400)]),
        "nothing_wrong",
        "online",
        "",
        "jobs",
    ),
    Case(
        "restarted after a power cut",
        lambda: booted(300, ont=ont(offline_reason=GASP, state_changed_at=NOW - 350)),
        "restarts_by_itself",
        "dying gasp",
        "plug",
        "G.988",
    ),
    Case(
        "noise",
        lambda: with_section("wireless", group("2.4 GHz home", band="2.4 GHz", noise_dbm=-62.0)),
        "wifi_congestion",
        "noise -62 dBm (limit -75)",
        "do not swap",
        "operator's CPE guide B",
    ),
    Case(
        "busy channel",
        lambda: with_section("wireless", group("2.4 GHz home", band="2.4 GHz", utilization_percent=88)),
        "wifi_congestion",
        "88 % busy",
        "channel",
        "operator's CPE guide B",
    ),
    Case(
        "noise on a network that is off",
        lambda: with_section(
            "wireless", group("2.4 GHz", enabled=False, noise_dbm=-50.0), group("5 GHz", enabled=True)
        ),
        "nothing_wrong",
        "online",
        "",
        "operator's CPE guide B",
    ),
    Case(
        "WiFi off",
        lambda: with_section("wireless", group("2.4 GHz home", enabled=False)),
        "wifi_off",
        "off",
        "switch it on",
        "TR-181",
    ),
    Case(
        "mesh node too far",
        lambda: with_section("mesh", group("Attic", backhaul="Wi-Fi", backhaul_signal_dbm=-83.0)),
        "mesh_backhaul",
        "Attic: hears its parent at -83 dBm",
        "closer",
        "operator's CPE guide B",
    ),
    Case(
        "mesh link busy",
        lambda: with_section("mesh", group("Attic", backhaul="Wi-Fi", backhaul_utilization_percent=91)),
        "mesh_backhaul",
        "backhaul 91 % busy",
        "closer",
        "operator's CPE guide B",
    ),
    Case(
        "a cabled mesh node has no signal",
        lambda: with_section("mesh", group("Attic", backhaul="Ethernet", backhaul_signal_dbm=-95.0)),
        "nothing_wrong",
        "online",
        "",
        "TR-181 MultiAP",
    ),
    Case(
        "slow port",
        lambda: with_section("ethernet", group("LAN2", status="Up", speed=100, duplex="Full")),
        "slow_lan_port",
        "LAN2: 100 Mbit/s",
        "cable",
        "IEEE 802.3",
    ),
    Case(
        "a slow port with nothing in it",
        lambda: with_section("ethernet", group("LAN2", status="NoLink", speed=100)),
        "nothing_wrong",
        "online",
        "",
        "IEEE 802.3",
    ),
    Case(
        "a port that says up and has never carried anything",
        lambda: with_section("ethernet", group("LAN2", status="Up", speed=10, bytes_received=0, bytes_sent=0)),
        "nothing_wrong",
        "online",
        "",
        "IEEE 802.3",
    ),
    Case(
        "a port that is off by its setting and carries traffic",
        lambda: with_section("ethernet", group("LAN3", status="Up", enabled=False, bytes_received=5000)),
        "nothing_wrong",
        "online",
        "",
        "TR-098",
    ),
    Case(
        "a router on which no WAN connection was found",
        lambda: with_section("wan", line_status="Up"),
        "not_enough_known",
        "Rx at ONT -19.0",
        "refresh",
        "never a guess",
    ),
    Case(
        "half duplex",
        lambda: with_section("ethernet", group("LAN2", status="Up", speed=1000, duplex="Half")),
        "slow_lan_port",
        "half duplex",
        "",
        "IEEE 802.3",
    ),
    Case(
        "far devices",
        lambda: with_section("clients", group("phone", signal_dbm=-81.0), group("tv", signal_dbm=-50.0)),
        "wifi_far_clients",
        "1 of 2 WiFi devices",
        "mesh node",
        "operator's CPE guide",
    ),
    Case(
        "busy router",
        lambda: with_section("system", cpu_percent=97, memory_percent=50),
        "router_overloaded",
        "CPU 97 % (limit 90 %)",
        "",
        "ProcessStatus",
    ),
    Case(
        "old firmware",
        lambda: at_home(),
        "ageing_firmware",
        "older than V5R020C10",
        "install",
        "operator's list",
        limits=Limits(old_firmware={"EG8145": "V5R020C10"}),
    ),
    Case(
        "numbers in firmware names count as numbers",
        lambda: at_home(),
        "nothing_wrong",
        "online",
        "",
        "operator's list",
        limits=Limits(old_firmware={"EG8145": "V5R9C00S280"}),
    ),
    Case(
        "open WiFi",
        lambda: with_section("wireless", group("2.4 GHz home", enabled=True, security="None")),
        "wifi_open",
        "security None",
        "password",
        "BeaconType",
    ),
    Case(
        "port switched off",
        lambda: with_section("ethernet", group("LAN3", status="Disabled", enabled=False)),
        "lan_port_off",
        "LAN3",
        "switch it on",
        "TR-098",
    ),
    Case(
        "not managed",
        lambda: at_home(managed=False, cpe=None, sections={}),
        "not_enough_known",
        "Rx at ONT -19.0",
        "refresh",
        "never a guess",
    ),
    Case(
        "an autofind list that is old proves nothing",
        lambda: replace(
            down(LOS),
            unregistered=Unregistered(1, "0/1/3", "HWTC7D4630C3", first_seen_at=NOW - 9e4, last_seen_at=NOW - 8e4),
        ),
        "drop_fibre_cut",
        "loss of signal",
        "",
        "stale data",
    ),
    Case(
        "waits at another OLT on a port of the same name",
        lambda: replace(
            down(LOS), unregistered=Unregistered(2, "0/1/3", "HWTC7D4630C3", first_seen_at=NOW, last_seen_at=NOW - 20)
        ),
        "unregistered",
        "waits to be registered at 0/1/3 of another OLT",
        "register it",
        "autofind",
    ),
    Case(
        "online is not switched off",
        lambda: at_home(ont=ont(admin="deactivated")),
        "nothing_wrong",
        "online",
        "",
        "states of different readings",
    ),
    Case(
        "a mismatch of before does not hide that there is no power now",
        lambda: replace(down(GASP, match_state="mismatch"), config_at=NOW - 9000),
        "power",
        "dying gasp",
        "plug",
        "one cause, the one that is now",
    ),
    Case(
        "a mismatch that was read before the ONT came back proves nothing",
        lambda: at_home(ont=ont(match_state="mismatch", state_changed_at=NOW - 600), config_at=NOW - 9000),
        "nothing_wrong",
        "online",
        "",
        "stale data",
    ),
    Case(
        "a fresh reading that does not tell the state",
        lambda: at_home(ont=ont(state="unknown"), state=UNKNOWN),
        "olt_silent",
        "does not tell the ONT's state",
        "on the OLT itself",
        "unknown is never offline",
    ),
    Case(
        "both ONTs of a small port",
        lambda: replace(down(LOS), neighbours=lost(LOS, 121)),
        "area_outage",
        "2 of 2 ONTs of the port lost within 1s (all of them",
        "do NOT reboot",
        "few neighbours",
    ),
    Case(
        "one of them could not be read: not all",
        lambda: replace(down(LOS), neighbours=[*lost(LOS, 121), Neighbour(UNKNOWN)]),
        "drop_fibre_cut",
        "0 of 2",
        "look at the port",
        "few neighbours",
    ),
    Case(
        "nothing fell together that is further apart than the limit",
        lambda: replace(down(LOS, 1000), neighbours=lost(LOS, 410, 420, 1580, 1590) + [Neighbour(ONLINE)] * 7),
        "drop_fibre_cut",
        "7 of 11",
        "",
        "limit area_window_s",
    ),
    Case(
        "what was down when it was first read fell nobody knows when",
        lambda: replace(
            down(LOS, 30, first_seen_at=NOW - 30), neighbours=lost(LOS, 30, 30, 30, 30, 30) + [Neighbour(ONLINE)] * 6
        ),
        "drop_fibre_cut",
        "loss of signal before it was first read",
        "",
        "simultaneity that nobody saw is none",
    ),
    Case(
        "a port that was down and carries others now",
        lambda: replace(down(LOS), port=Port(1, "0/1/3", oper="down")),
        "drop_fibre_cut",
        "11 of 11",
        "",
        "states of different readings",
    ),
    Case(
        "no router is silent while the ACS is",
        lambda: at_home(cpe=Cpe("x", last_inform_at=NOW - 7200, inform_interval_s=300, uptime_s=1e6), acs_ok=False),
        "not_enough_known",
        "not everything",
        "refresh",
        "stale data",
    ),
    Case(
        "restarted by a bulk action that was asked for yesterday",
        lambda: booted(
            300, jobs=[replace(job(JobKind.REBOOT, 90_000), started_at=NOW - 320, finished_at=NOW - 200, batch_id=1)]
        ),
        "nothing_wrong",
        "online",
        "",
        "jobs",
    ),
    Case("a connection in an unknown state is not down", lambda: wan(status="Unknown"), "not_enough_known", "online"),
    Case("no state and no address is not no address", lambda: wan(status="", ip=""), "not_enough_known", "online"),
    Case(
        "a bridge has no connection of its own",
        lambda: with_section("wan", group("br", internet=False, type="bridge", status="Connected")),
        "nothing_wrong",
        "online",
    ),
    Case(
        "an upload after it does not hide the download",
        lambda: at_home(
            jobs=[
                job(JobKind.SPEED_TEST, 60, upload_mbps=30.0),
                job(JobKind.SPEED_TEST, 600, download_mbps=41.0, plan_mbps=300.0),
            ]
        ),
        "slow_line",
        "41 of 300",
        "",
        "TR-143",
    ),
    Case(
        "a speed that is none",
        lambda: with_section("ethernet", group("LAN1", status="Up", speed=-1)),
        "nothing_wrong",
        "online",
    ),
    Case(
        "a router that was read long ago proves nothing",
        lambda: with_section("wan", group("Internet", internet=True, status="Disconnected"), age_s=7200),
        "not_enough_known",
        "not everything",
        "refresh",
        "stale data",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case: Case) -> None:
    verdict = judge(case.given(), case.limits)
    finding = verdict.finding
    assert finding.code == case.code, finding
    assert case.says in " | ".join((finding.headline, *finding.evidence))
    assert case.do in finding.next_step
    assert finding.reason
    for code in case.also:
        assert code in [other.code for other in verdict.also]


def test_every_rule_has_a_case_and_a_source() -> None:
    assert {rule.code for rule in RULES} <= {case.code for case in CASES} | {
        code for case in CASES for code in case.also
    }
    assert all(rule.source and rule.reason and rule.next_step for rule in RULES)
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_limits_that_are_named_exist() -> None:
    known = {f"diagnosis.{name}" for name in Limits.__slots__}
    known |= {f"thresholds.{name}" for name in ("rx_warning_dbm", "rx_critical_dbm", "rx_overload_dbm")}
    assert {limit for rule in RULES for limit in rule.limits} <= known


def test_what_is_missing_is_named() -> None:
    verdict = judge(at_home(managed=False, cpe=None, sections={}, optics=Freshness.STALE), Limits())
    assert verdict.finding.severity is Severity.UNKNOWN
    assert verdict.needs == (
        "a fresh light reading (the last is stale)",
        "the router itself: the ACS does not know it",
    )


def test_what_can_never_be_known_is_said_as_such() -> None:
    epon = ont(serial=None, mac="00:6D:61:EE:0B:F3")
    verdict = judge(at_home(ont=epon, managed=None, cpe=None, sections={}), Limits())
    assert verdict.needs == ("the router itself: the OLT gives no serial number to find it by",)
    verdict = judge(at_home(managed=True, cpe=None, sections={}), Limits())
    assert verdict.needs == ("which router it is: the ACS knows several with this serial number",)
    verdict = judge(at_home(acs_ok=False), Limits())
    assert verdict.needs == ("the ACS, which does not answer just now",)


def test_while_the_line_is_down_nothing_is_said_about_the_home() -> None:
    broken = {**HEALTHY, "wireless": section("wireless", group("2.4 GHz", noise_dbm=-50.0))}
    verdict = judge(replace(down(LOS), sections=broken), Limits())
    assert (verdict.finding.code, verdict.also, verdict.needs) == ("drop_fibre_cut", (), ())


def test_several_findings_come_in_the_order_of_their_weight() -> None:
    sections = {
        **HEALTHY,
        "wireless": section("wireless", group("2.4 GHz home", band="2.4 GHz", noise_dbm=-60.0)),
        "ethernet": section("ethernet", group("LAN1", status="Up", speed=10)),
    }
    verdict = judge(at_home(sections=sections, ont=ont(onu_rx_dbm=-26.0, olt_rx_dbm=-28.0)), Limits())
    assert [verdict.finding.code, *(f.code for f in verdict.also)] == [
        "drop_fibre_weak",
        "wifi_congestion",
        "slow_lan_port",
    ]


def without(name: str, key: str) -> Situation:
    """A home that is well, of which the router does not tell one field."""
    whole = HEALTHY[name]
    groups = tuple(replace(g, fields=tuple(f for f in g.fields if f.key != key)) for g in whole.groups)
    cut = replace(whole, fields=tuple(f for f in whole.fields if f.key != key), groups=groups)
    return at_home(sections={**HEALTHY, name: cut})


TELLS = sorted(
    {(name, f.key) for name, s in HEALTHY.items() for g in (s, *s.groups) for f in g.fields}
)  # fmt: skip


@pytest.mark.parametrize(("name", "key"), TELLS)
def test_what_is_not_told_is_never_a_fault(name: str, key: str) -> None:
    verdict = judge(without(name, key), Limits())
    assert verdict.finding.code in ("nothing_wrong", "not_enough_known") or (name, key) == ("wan", "internet")
    assert verdict.also == ()


def test_a_connection_whose_status_is_not_told_is_not_called_well() -> None:
    verdict = judge(without("wan", "status"), Limits())
    assert verdict.finding.code == "not_enough_known"
    assert verdict.needs == ("whether the Internet connection is up (the router does not tell)",)


def test_what_no_rule_could_see_is_named_beside_nothing_wrong() -> None:
    bare = {name: replace(s, fields=(), groups=tuple(replace(g, fields=g.fields[:0]) for g in s.groups))
            for name, s in HEALTHY.items() if name != "wan"}  # fmt: skip
    verdict = judge(at_home(sections={**bare, "wan": HEALTHY["wan"]}), Limits())
    assert verdict.finding.code == "nothing_wrong"
    told = verdict.finding.evidence[-1] + verdict.finding.evidence[-2]
    for what in ("CPU and memory", "whether WiFi is on", "WiFi security"):
        assert what in told, told


@pytest.mark.parametrize("sections", [{}, {"wan": section("wan", line_status="Up")}])
def test_a_router_on_which_no_wan_connection_was_found_is_not_called_well(sections: dict[str, Section]) -> None:
    others = {name: s for name, s in HEALTHY.items() if name != "wan"}
    verdict = judge(at_home(sections={**others, **sections}), Limits())
    assert verdict.finding.severity is Severity.UNKNOWN
    assert any("WAN connection (none stands" in need for need in verdict.needs)


def test_a_wan_section_of_which_a_part_was_refused_judges_nothing() -> None:
    refused = replace(
        section("wan", group("TR069", internet=False)), trouble="the router does not read out X: fault 9005"
    )
    verdict = judge(at_home(sections={**HEALTHY, "wan": refused}), Limits())
    assert verdict.finding.code == "not_enough_known" and "9005" in verdict.needs[0]


@pytest.mark.parametrize(("security", "open_"), [("None", True), ("WEP-64", True), ("Basic", True), ("Open", True),
                                                 ("11i", False), ("WPA2-Personal", False)])  # fmt: skip
@pytest.mark.parametrize("enabled", [True, False, None])
def test_only_a_network_that_says_it_is_on_is_called_open(security: str, open_: bool, enabled: bool | None) -> None:
    values = {"security": security} | ({} if enabled is None else {"enabled": enabled})
    wireless = section("wireless", group("guest", **values), group("home", security="11i", enabled=True))
    verdict = judge(at_home(sections={**HEALTHY, "wireless": wireless}), Limits())
    assert (verdict.finding.code == "wifi_open") is (open_ and enabled is True)


@pytest.mark.parametrize(("interval_s", "age_s", "silent"), [(300.0, 800, False), (300.0, 1000, True),
                                                             (None, 80_000, False), (None, 90_000, True)])  # fmt: skip
def test_silence_is_judged_by_the_interval_that_was_told(interval_s: float | None, age_s: float, silent: bool) -> None:
    cpe = Cpe("a", last_inform_at=NOW - age_s, inform_interval_s=interval_s)
    verdict = judge(at_home(cpe=cpe), Limits())
    assert (verdict.finding.code == "router_silent") is silent
    assert not silent or interval_s or "not told" in verdict.finding.evidence[0]


DARK = {"state": OFFLINE, "ont": ont(state="offline", offline_reason=LOS, state_changed_at=NOW - 184)}


@pytest.mark.parametrize(
    ("known", "more", "code"),
    [
        (KnownOutage(incident(17)), DARK, "incident"),
        (KnownOutage(incident(17, scope=Scope.ONT)), DARK, "drop_fibre_cut"),
        (KnownOutage(incident(17)), {}, "nothing_wrong"),  # it is back
        (KnownOutage(incident(17, cause=Cause.LIGHT, severity=C.WARNING)), {}, "incident_light"),
        (KnownOutage(incident(17), part=False), DARK, "drop_fibre_cut"),
        (KnownOutage(blind(16), part=False), {"state": UNKNOWN}, "olt_silent"),
        (KnownOutage(incident(17)), {**DARK, "state": UNKNOWN}, "olt_silent"),
    ],
)
def test_a_known_outage_comes_first(known: KnownOutage, more: dict[str, Any], code: str) -> None:
    verdict = judge(at_home(outage=known, **more), Limits())
    assert verdict.finding.code == code
    if code == "olt_silent":
        assert any(known.record.name in text for text in verdict.finding.evidence)


def test_a_known_outage_says_who_has_it_and_what_was_noted() -> None:
    known = KnownOutage(incident(17), True, "amy", ("amy at 14:20: crew ETA 15:10",))
    finding = judge(at_home(outage=known, **DARK), Limits()).finding
    assert finding.headline.startswith("Part of INC-17: fibre cut olt-1 0/1/2 SP-7, 41 down of 64 since ")
    assert finding.headline.endswith(", acknowledged by amy. Do not reboot.")
    assert finding.evidence[-1] == "amy at 14:20: crew ETA 15:10"
    assert "do NOT reboot" in finding.next_step
