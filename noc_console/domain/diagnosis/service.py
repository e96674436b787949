"""Rules about the service: the router's contact with the ACS, its Internet connection, its speed."""

from __future__ import annotations

from noc_console.domain.cpe import Group
from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.diagnosis.situation import Situation, number
from noc_console.domain.diagnosis.verdict import Found, Rule, Severity
from noc_console.domain.freshness import coarse_age, format_age
from noc_console.domain.jobs import Job, JobKind
from noc_console.domain.ont import OfflineReason, OntState

RECENT_TEST_S = 86400.0
SLACK_S = 900.0
"""Between what belongs together and is told by different clocks."""
ENOUGH_OF_PLAN = 0.8
_AUTH = ("AUTHENTICATION", "ACCOUNT_", "PASSWORD_EXPIRED", "RESTRICTED_LOGON")
_UP = ("connected", "up")
_ASKED = (JobKind.REBOOT, JobKind.FACTORY_RESET, JobKind.FIRMWARE, JobKind.OLT_REBOOT)


def _silent(s: Situation, _: Limits) -> Found | None:
    age_s, cpe = s.inform_age_s, s.cpe
    if cpe is None or s.state is not OntState.ONLINE or age_s is None or age_s <= cpe.silent_after_s:
        return None
    told_s = cpe.inform_interval_s
    expected = f"expected every {format_age(told_s)}" if told_s else "how often one is expected is not told"
    return Found(
        f"The ONT is lit, but its router is silent at the ACS for {format_age(age_s)}",
        (
            f"last Inform {coarse_age(age_s)} ago, {expected}",
            f"the OLT says online, read {s.age(s.state_at)}",
        ),
    )


def _by_itself(s: Situation, limits: Limits) -> Found | None:
    uptime_s = s.cpe.uptime_s if s.cpe else None
    told_at = s.cpe.last_inform_at if s.cpe else None
    if uptime_s is None or told_at is None:
        return None
    up_s = uptime_s + max(0.0, s.now - told_at)
    if up_s > limits.short_uptime_s or _asked(s, up_s):
        return None
    evidence = [f"router up for {format_age(up_s)} (limit {format_age(limits.short_uptime_s)}), nobody asked for it"]
    if s.ont.offline_reason == OfflineReason.DYING_GASP.value and _near(s, up_s):
        return Found(
            "Power was away a short while ago",
            (*evidence, "the OLT heard a dying gasp before"),
            "ask whether the power failed or the plug was pulled",
        )
    return Found("The router has restarted by itself", tuple(evidence))


def _asked(s: Situation, up_s: float) -> bool:
    """Whether one of our jobs was at work when it booted; one of a bulk action may have waited for days before."""
    booted_at = s.now - up_s
    return any(
        job.kind in _ASKED
        and (job.started_at or job.requested_at) - SLACK_S <= booted_at <= (job.finished_at or s.now) + SLACK_S
        for job in s.jobs
    )


def _near(s: Situation, up_s: float) -> bool:
    at = s.ont.online_since_at or s.ont.state_changed_at
    return at is not None and abs((s.now - at) - up_s) < SLACK_S


def _login_refused(s: Situation, _: Limits) -> Found | None:
    wan = _down(s)
    error = str(wan.get("last_error") or "") if wan else ""
    if not wan or not any(word in error.upper() for word in _AUTH):
        return None
    return Found("The Internet login is refused", (_wan_text(wan), _login(wan)))


def _not_connected(s: Situation, _: Limits) -> Found | None:
    wan = _down(s)
    if wan is None:
        return None
    return Found("The Internet connection is down", (_wan_text(wan), _login(wan)))


def _no_address(s: Situation, _: Limits) -> Found | None:
    wan = s.internet()
    if wan is None or str(wan.get("status") or "").lower() not in _UP or wan.get("address") != "none":
        return None  # an address that was not read is not one that is missing
    return Found("Connected, but without an address", (_wan_text(wan),))


def _no_internet(s: Situation, _: Limits) -> Found | None:
    groups = s.groups("wan")
    if not groups or s.internet() is not None or any(group.get("type") == "bridge" for group in groups):
        return None  # behind a bridge the customer's own router has the connection
    names = ", ".join(group.title for group in groups)
    return Found("The router has no Internet connection set up", (f"its connections: {names}",))


def _down(s: Situation) -> Group | None:
    """The Internet connection when the router says that it is not connected."""
    wan = s.internet()
    status = str(wan.get("status") or "").lower() if wan else ""
    return wan if status and status not in (*_UP, "unknown") else None


def _wan_text(wan: Group) -> str:
    told = [f"{wan.title}: {wan.get('status') or 'status not told'}"]
    if error := wan.get("last_error"):
        told.append(f"last error {error}")
    if vlan := wan.get("vlan"):
        told.append(f"VLAN {vlan}")
    return ", ".join(told)


def _login(wan: Group) -> str:
    user = wan.get("username")
    return f"login {user}" if user else "no login set"


def _slow(s: Situation, _: Limits) -> Found | None:
    job = speed_test(s)
    measured, plan = _measured(job)
    if job is None or measured is None or plan is None or measured >= ENOUGH_OF_PLAN * plan:
        return None
    return Found(
        f"The line carries {measured:.0f} of {plan:.0f} Mbit/s",
        (f"speed test {s.age(job.finished_at)}: {measured:.1f} Mbit/s, plan {plan:g} Mbit/s (limit 80 %)",),
    )


def speed_test(s: Situation) -> Job | None:
    """The last day's newest download test that gave a figure."""
    done = s.done(JobKind.SPEED_TEST, RECENT_TEST_S)
    return next((job for job in done if "download_mbps" in job.data), None)


def _measured(job: Job | None) -> tuple[float | None, float | None]:
    if job is None:
        return None, None
    data = {name: value for name, value in job.data.items() if not isinstance(value, str)}
    return number(data.get("download_mbps")), number(data.get("plan_mbps"))


CONTACT = (
    Rule(
        "router_silent",
        Severity.DEGRADED,
        _silent,
        "reboot it through the OLT, or ask the caller to unplug it for 10 s",
        "the fibre is up, so the router hangs or its management connection is down",
        ("state", "acs"),
        source="GenieACS has no online field: Informs tell",
    ),
    Rule(
        "restarts_by_itself",
        Severity.DEGRADED,
        _by_itself,
        "look at its history; replace power supply, then the router",
        "it booted although nobody rebooted it",
        (),
        ("diagnosis.short_uptime_s",),
        "TR-069 DeviceInfo.UpTime",
    ),
)

INTERNET = (
    Rule(
        "login_refused",
        Severity.DOWN,
        _login_refused,
        "compare the PPPoE login with the account; check that it is paid",
        "the access server refuses the name or the password",
        ("wan",),
        source="TR-098 LastConnectionError",
    ),
    Rule(
        "not_connected",
        Severity.DOWN,
        _not_connected,
        "check VLAN and access server; then reboot the router",
        "the router itself says that its Internet session is not up",
        ("wan", "internet status"),
        source="TR-098 ConnectionStatus",
    ),
    Rule(
        "no_address",
        Severity.DOWN,
        _no_address,
        "check DHCP or the address pool for this customer",
        "a connection without an address carries nothing",
        ("wan", "internet status"),
        source="TR-098 ExternalIPAddress",
    ),
    Rule(
        "no_internet_connection",
        Severity.DOWN,
        _no_internet,
        "provision the router again; it may have been reset",
        "only management or voice connections are there",
        ("wan",),
        source="WAN service lists",
    ),
)

SPEED = (
    Rule(
        "slow_line",
        Severity.DEGRADED,
        _slow,
        "check the speed profile at the OLT and the load of the PON port",
        "the test runs between router and server: no WiFi is in it",
        source="TR-143",
    ),
)
