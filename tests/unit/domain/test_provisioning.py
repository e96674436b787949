"""Commands that would register an ONT: filled in exactly, never with what could end a word, and never sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from noc_console.cli.wiring import presets
from noc_console.config.model import Config
from noc_console.domain.errors import ActionRefused
from noc_console.domain.identity import OntSerial, PonPort
from noc_console.domain.network import Olt, Ont, Outcome, PollKind, PollMark, Port, Unregistered
from noc_console.domain.plant import Subscriber
from noc_console.domain.provisioning import as_value, free_id
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.registering import Registration, registration
from noc_console.picture.settings import PictureSettings

NOW = 1_000_000.0
HUAWEI: dict[str, Any] = {
    "name": "internet",
    "profile": "huawei-ma5600",
    "values": {"line_profile": 10, "service_profile": 20, "vlan": 100, "gemport": 1},
}
ZTE = {"name": "zte", "profile": "zte-c600", "values": {"onu_type": "F660", "tcont_profile": "1G", "vlan": 100}}
NOKIA = {"name": "nokia", "profile": "nokia-isam"}


def config(*wanted: dict[str, Any]) -> Config:
    olts = [{"name": "olt-1", "address": "192.0.2.1"}]
    return Config.model_validate({"olts": olts, "provisioning": {"presets": list(wanted)}})


def model(serial: str = "HWTC0000ABCD", profile: str = "huawei-ma5600", port: str = "0/1/3", used: int = 2) -> Model:
    made = Model(PictureSettings())
    onts = [Ont(number + 1, 1, port, number, f"HWTC0000000{number}", state="offline") for number in range(used)]
    update = Update(
        olts=[Olt(1, "olt-1", "192.0.2.1", profile=profile, reachable=True, last_ok_at=NOW - 5)],
        ports=[Port(1, port)],
        onts=onts,
        unregistered=[Unregistered(1, port, serial, None, NOW - 60, NOW - 5)],
        marks=[PollMark(1, port, PollKind.STATE, Outcome.COMPLETE, NOW - 5, NOW - 5)],
    )
    list(made.apply(update, lambda: NOW, Delta()))
    return made


def asked(*wanted: dict[str, Any], of: Model | None = None, **how: Any) -> Registration:
    return registration(of or model(), presets(config(*wanted)), NOW, how.pop("serial", "HWTC0000ABCD"), **how)


def test_huawei() -> None:
    told = asked(HUAWEI, serial="48575443-0000abcd", description="Ana Almeida")
    assert told.commands == (
        "interface gpon 0/1",
        'ont add 3 2 sn-auth 485754430000ABCD omci ont-lineprofile-id 10 ont-srvprofile-id 20 desc "Ana Almeida"',
        "quit",
        "service-port vlan 100 gpon 0/1/3 ont 2 gemport 1 multi-service user-vlan 100 tag-transform translate",
    )
    assert (told.ont_id, told.notes) == (2, ())


def test_zte_and_nokia_write_serials_and_interfaces_their_own_way() -> None:
    told = asked(ZTE, of=model("ZTEG00000001", "zte-c600", "1/2/3", used=0), serial="ZTEG00000001")
    assert told.commands[:2] == ("interface gpon_olt-1/2/3", "onu 1 type F660 sn ZTEG00000001")
    assert "not verified on ZTE C600" in told.notes[0]
    told = asked(NOKIA, of=model("ALCL00000001", "nokia-isam", "1/1/4/5", used=3), serial="ALCL00000001")
    assert told.commands[0].startswith("configure equipment ont interface 1/1/4/5/3 ") and "ALCL:00000001" in told.text
    with pytest.raises(ActionRefused, match="no vendor's letters"):
        asked(NOKIA, of=model("0102030400000001", "nokia-isam", "1/1/4/5"), serial="0102030400000001")


def test_the_subscribers_record_is_the_description() -> None:
    made = model()
    subscriber = Subscriber("10442", 'Ana "; reboot', "HWTC0000ABCD")
    list(made.apply(Update(records={"subscribers": [subscriber]}), lambda: NOW, Delta()))
    assert 'desc "10442 Ana __ reboot"' in asked(HUAWEI, of=made).commands[1]


@pytest.mark.parametrize(
    ("wanted", "how", "said"),
    [
        ((), {}, "no preset fits olt-1"),
        ((ZTE,), {}, "no preset fits olt-1"),
        ((HUAWEI, {**HUAWEI, "name": "iptv"}), {}, "which preset? internet, iptv"),
        ((HUAWEI,), {"preset": "iptv"}, "no preset 'iptv' fits olt-1"),
        ((HUAWEI,), {"serial": "HWTC00009999"}, "waits at no OLT"),
        ((HUAWEI,), {"serial": "ana"}, "not a GPON serial number"),
        (({**HUAWEI, "values": {"vlan": 1}},), {}, "no value for gemport, line_profile, service_profile"),
        (({**HUAWEI, "values": {**HUAWEI["values"], "vlan": "1\nreboot"}},), {}, "is not taken into a command"),
        (({**HUAWEI, "values": {**HUAWEI["values"], "vlan": '1" x'}},), {}, "is not taken into a command"),
    ],
)
def test_what_cannot_be_says_why(wanted: tuple[dict[str, Any], ...], how: dict[str, Any], said: str) -> None:
    with pytest.raises(ActionRefused) as refused:
        asked(*wanted, **how)
    assert said.replace(r"\?", "?") in str(refused.value)


def test_a_family_that_nobody_knows_is_told() -> None:
    (preset,) = presets(config({**HUAWEI, "profile": "bdcom-gp3600"}))
    assert "not known how an OLT of profile bdcom-gp3600 registers" in preset.problem


def test_a_full_port_and_another_place_are_told() -> None:
    with pytest.raises(ActionRefused, match="is full"):
        asked(HUAWEI, of=model(used=128))
    made = model()
    list(made.apply(Update(onts=[Ont(99, 1, "0/2/0", 7, "HWTC0000ABCD")]), lambda: NOW, Delta()))
    assert "it is also listed at olt-1, 0/2/0 id 7" in asked(HUAWEI, of=made).notes[0]
    assert "was not read" in registration(made, presets(config(HUAWEI)), NOW + 9000, "HWTC0000ABCD").notes[0]


def test_own_commands_count_as_confirmed_and_are_templates() -> None:
    own = {**ZTE, "commands": ["onu {ont} sn {serial} {{x}}"], "profile": "zte-c600"}
    told = asked(own, of=model("ZTEG00000001", "zte-c600", "1/2/3", used=0), serial="ZTEG00000001")
    assert (told.commands, told.notes) == (("onu 1 sn ZTEG00000001 {x}",), ())
    for wrong in ("{", "{serial.__class__}", "{a b}", "{}"):
        with pytest.raises(ValueError):
            config({**ZTE, "commands": [wrong]})


@given(st.text())
def test_a_name_never_holds_what_could_end_a_word(text: str) -> None:
    value = as_value(text)
    assert not set(value) & set("\"'`;|&$\\\n\r\t!#?<>(){}[]\x1b") and not value.startswith(("-", " "))
    if value:
        (preset,) = presets(config(HUAWEI))
        assert preset.registration(PonPort.parse("0/1/3"), 0, OntSerial.parse("HWTC00000001"), value)


def test_the_lowest_free_id() -> None:
    assert [free_id(used, (0, 2)) for used in ((), (0, 1), (1,), (0, 1, 2))] == [0, 2, 0, None]


def test_the_example_in_the_docs_is_one(request: pytest.FixtureRequest) -> None:
    text = (request.config.rootpath / "docs" / "configuring.md").read_text()
    start = text.index("provisioning:\n")
    found = yaml.safe_load(text[start : text.index("```", start)])
    made = presets(config(*found["provisioning"]["presets"]))
    assert made and not any(one.problem or one.missing() for one in made)
    assert replace(made[0], values={}).missing()
