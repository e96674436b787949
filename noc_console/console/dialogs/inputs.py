"""What an action is asked with: one line for each of its parameters, and a password that nobody sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Input, Static

from noc_console.domain.cpe import Group, Section
from noc_console.domain.jobs import JobKind
from noc_console.domain.secrets import check_pppoe, check_ssid, check_wifi_key

LABELS = {
    "network": "WiFi network",
    "ssid": "new name",
    "on": "switch it",
    "channel": "channel",
    "port": "LAN port",
    "username": "login",
    "file": "file",
    "direction": "direction",
    "url": "server",
    "host": "host",
}
_HINTS = {
    "network": "band, name or path",
    "ssid": "1 to 32 characters",
    "channel": "number, or auto",
    "port": "such as LAN1",
    "file": "name of a file at the ACS",
    "url": "http://..., empty: as configured",
    "host": "name or address, empty: as configured",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values."""

    value: str
    label: str


class CleanInput(Input):
    """A one-line field that takes printable characters only, however they arrive."""

    def __init__(self, placeholder: str, id: str, password: bool = False) -> None:
        super().__init__(placeholder=placeholder, id=id, compact=True, select_on_focus=False, password=password)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        text = "".join(c for c in event.text if c.isprintable())
        if text and not self.disabled:
            self.insert_text_at_cursor(text)


class TickBox(Checkbox):
    """``[x]`` or ``[ ]``: told apart without colours."""

    BUTTON_LEFT, BUTTON_RIGHT = "[", "]"

    @property
    def _button(self) -> Content:
        style = self.get_visual_style("toggle--label")
        return Content.styled(f"[{'x' if self.value else ' '}]", style)


class ChoiceLine(Static, can_focus=True):
    """One of several values; left and right change it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "step(-1)", show=False),
        Binding("right,down,space", "step(1)", show=False),
    ]

    class Changed(Message):
        """Another value was chosen."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._choices: Sequence[Choice] = ()
        self._at = 0

    def offer(self, choices: Sequence[Choice], first: str | None = None) -> None:
        """Offer these; the one with the value ``first`` is chosen, when it is among them."""
        chosen = first if first is not None else self.value
        self._choices = choices
        self._at = next((n for n, choice in enumerate(choices) if choice.value == chosen), 0)
        self._show()

    @property
    def value(self) -> str:
        """The chosen value; empty when nothing is offered."""
        return self._choices[self._at].value if self._choices else ""

    def action_step(self, by: int) -> None:
        """Choose another."""
        if self._choices:
            self._at = (self._at + by) % len(self._choices)
            self._show()
            self.post_message(self.Changed())

    def _show(self) -> None:
        more = f"  ({self._at + 1} of {len(self._choices)})" if len(self._choices) > 1 else ""
        self.update(f"< {self._choices[self._at].label} >{more}" if self._choices else "")


class ParameterFields(Container):
    """The fields of one kind of action.

    Args:
        kind: The action.
        many: It is for many ONTs at once: networks and ports go by band and name, not by one router's paths.
    """

    DEFAULT_CSS = """
    ParameterFields { height: auto; }
    ParameterFields Horizontal { height: 1; margin: 0 1; }
    ParameterFields .label { width: 14; color: $text-muted; }
    ParameterFields ChoiceLine { width: 1fr; height: 1; }
    ParameterFields ChoiceLine:focus { text-style: reverse; }
    ParameterFields Input { width: 1fr; }
    """

    class Edited(Message):
        """A value changed."""

    def __init__(self, kind: JobKind, many: bool = False) -> None:
        super().__init__(id="parameters")
        self._kind = kind
        names = (*kind.spec.parameters, *kind.spec.optional)
        self._fields: dict[str, CleanInput | ChoiceLine] = {name: self._field(name, many) for name in names}
        self._secret = CleanInput(
            "8 to 63 characters" if kind is JobKind.WIFI_PASSWORD else "", "secret", password=True
        )
        self._again = CleanInput("the same once more", "secret-again", password=True)
        self._groups: dict[str, Group] = {}

    def compose(self) -> ComposeResult:
        """A labelled line each."""
        fields: list[tuple[str, CleanInput | ChoiceLine]] = [(LABELS[n], field) for n, field in self._fields.items()]
        if self._kind.spec.secret:
            fields += [("new password", self._secret), ("once more", self._again)]
        for label, field in fields:
            with Horizontal():
                yield Static(label, classes="label", markup=False)
                yield field

    def on_mount(self) -> None:
        """What can be chosen without knowing the router."""
        self._offer("on", (Choice("true", "on"), Choice("false", "off")))
        self._offer("direction", (Choice("download", "download"), Choice("upload", "upload")))
        bands = [Choice(band, band) for band in ("2.4 GHz", "5 GHz", "6 GHz")]
        self._offer("network", bands)
        channel = self._fields.get("channel")
        if isinstance(channel, CleanInput):
            channel.value = "auto"

    def know(self, sections: Sequence[Section]) -> None:
        """Offer what this router has."""
        by_name = {section.name: section for section in sections}
        for name, section in (("network", "wireless"), ("port", "ethernet")):
            groups = [group for group in by_name[section].groups if group.path] if section in by_name else []
            if groups and name in self._fields:
                self._groups |= {group.path: group for group in groups}
                self._offer(name, [Choice(group.path, _described(group)) for group in groups])
        self._suggest_switch()

    def _suggest_switch(self) -> None:
        """The other way round than it is now."""
        target = self._value("network") or self._value("port")
        group = self._groups.get(target)
        now = group.get("enabled") if group else None
        field = self._fields.get("on")
        if isinstance(field, ChoiceLine) and isinstance(now, bool):
            field.offer((Choice("true", "on"), Choice("false", "off")), "false" if now else "true")

    def _offer(self, name: str, choices: Sequence[Choice]) -> None:
        field = self._fields.get(name)
        if isinstance(field, ChoiceLine):
            field.offer(choices)

    def _field(self, name: str, many: bool) -> CleanInput | ChoiceLine:
        if name in ("on", "direction", "network") or (name == "port" and not many):
            return ChoiceLine(f"parameter-{name}")
        return CleanInput(_HINTS.get(name, ""), f"parameter-{name}")

    def _value(self, name: str) -> str:
        field = self._fields.get(name)
        return field.value.strip() if field else ""

    @property
    def parameters(self) -> Mapping[str, str]:
        """What was given, without what is empty."""
        return {name: value for name in self._fields if (value := self._value(name))}

    @property
    def secret(self) -> str | None:
        """The password, for the kinds that have one."""
        return self._secret.value if self._kind.spec.secret else None

    def complaint(self) -> str | None:
        """What is missing or wrong; None when it can be sent."""
        for name in self._kind.spec.parameters:
            if not self._value(name):
                return f"{LABELS[name]} is missing" if name != "port" else "which LAN port? (r reads the router)"
        check = _CHECKS.get(self._kind)
        trouble = check(self) if check else None
        if trouble or not self._kind.spec.secret:
            return trouble
        return None if self._secret.value == self._again.value else "the two passwords differ"

    def first(self) -> CleanInput | ChoiceLine | None:
        """The first field."""
        return next(iter(self._fields.values()), None) or (self._secret if self._kind.spec.secret else None)

    def told(self) -> str:
        """The values in one line, without secrets, for what is confirmed."""
        texts = []
        for name, value in self.parameters.items():
            group = self._groups.get(value)
            texts.append(f"{LABELS[name]} {group.title if group else value}")
        return ", ".join(texts)

    def on_input_changed(self, event: Input.Changed) -> None:
        """A letter more or less."""
        event.stop()
        self.post_message(self.Edited())

    def on_choice_line_changed(self, event: ChoiceLine.Changed) -> None:
        """Another choice."""
        event.stop()
        if self.screen.focused is not self._fields.get("on"):
            self._suggest_switch()
        self.post_message(self.Edited())


def _described(group: Group) -> str:
    enabled, channel, status = (group.get(key) for key in ("enabled", "channel", "status"))
    told = [group.title]
    if isinstance(enabled, bool):
        told.append("on" if enabled else "off")
    if channel is not None:
        told.append(f"channel {channel}")
    return ", ".join([*told, str(status)] if status else told)


_CHECKS: dict[JobKind, Callable[[ParameterFields], str | None]] = {
    JobKind.WIFI_SSID: lambda fields: check_ssid(fields.parameters["ssid"]),
    JobKind.WIFI_PASSWORD: lambda fields: check_wifi_key(fields.secret or ""),
    JobKind.PPPOE: lambda fields: check_pppoe(fields.parameters["username"], fields.secret or ""),
}
