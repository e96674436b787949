"""Actions by name: what is wrong is said at once, with the exit code of wrong usage."""

from __future__ import annotations

import pytest

from noc_console.cli.kinds import check, parse_parameters
from noc_console.cli.output import Exit
from noc_console.domain.jobs import JobKind


@pytest.mark.parametrize(
    ("kind", "parameters", "secret", "why"),
    [
        (JobKind.WIFI_SSID, {"network": "5 GHz"}, None, "wifi-ssid needs ssid"),
        (JobKind.WIFI_SSID, {"network": "5 GHz", "ssid": "a" * 40}, None, "1 to 32 bytes"),
        (JobKind.WIFI_PASSWORD, {"network": "5 GHz"}, "tooshrt", "8 to 63 characters"),
        (JobKind.PPPOE, {"username": "ana"}, "a" * 65, "1 to 64 characters"),
        (JobKind.LAN_PORT, {"port": "1", "on": "yes"}, None, "on is true or false"),
        (JobKind.SPEED_TEST, {"direction": "sideways"}, None, "direction is download or upload"),
        (JobKind.SPEED_TEST, {"direction": "upload", "url": "http://u:p@x/"}, None, "url must hold no user name"),
        (JobKind.SPEED_TEST, {"direction": "upload", "url": "ftp://x/"}, None, "url starts with http"),
        (JobKind.PING, {"host": "a b"}, None, "host is a name or an address"),
        (JobKind.WIFI_CHANNEL, {"network": "5 GHz", "channel": "-1"}, None, "channel is a number or auto"),
        (JobKind.REBOOT, {"on": "true"}, None, "reboot takes no on"),
    ],
)
def test_what_cannot_be_is_wrong_usage(
    kind: JobKind, parameters: dict[str, str], secret: str | None, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        check(kind, parameters, secret)
    told = capsys.readouterr()
    assert ended.value.code == Exit.USAGE and why in told.err and told.out == ""
    assert secret is None or secret not in told.err


def test_what_can_be_passes() -> None:
    check(JobKind.PPPOE, {"username": "ana@isp"}, "geheim & lang")
    check(JobKind.PING, {"host": "2001:db8::1"}, None)
    check(JobKind.SPEED_TEST, {"direction": "download", "url": "http://192.0.2.1/100M.bin"}, None)
    check(JobKind.WIFI_CHANNEL, {"network": "2.4 GHz", "channel": "Auto"}, None)


def test_parameters_are_names_with_values(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse_parameters(["ssid=a=b", "network=5 GHz"]) == {"ssid": "a=b", "network": "5 GHz"}
    for wrong in ("ssid", "ssid="):
        with pytest.raises(SystemExit):
            parse_parameters([wrong])
