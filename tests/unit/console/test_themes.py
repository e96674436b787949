"""Theme files: the shipped ones are readable and tell states apart; bad ones are reported, never fatal."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.color import Color, ColorSystem

from noc_console.console.palette import ROLES
from noc_console.console.themes import choose_theme, load_themes

SHIPPED = load_themes({"XDG_CONFIG_HOME": "/nonexistent"})
TEXT_ROLES = sorted(ROLES - {"cursor", "cursor-blur", "base", "spark"})


def luminance(colour: Color) -> float:
    parts = [value / 255 for value in colour.get_truecolor()]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: Color, second: Color) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


RGB = ("dark", "light", "hc", "cvd")
LEAST = {"hc": 7.0}
SEVERITIES = ["sev-critical", "sev-major", "sev-minor", "sev-warning", "sev-unknown", "sev-cleared"]


def test_all_are_shipped_without_problems_and_name_every_role() -> None:
    assert set(SHIPPED.found) == {*RGB, "ansi16", "mono"}
    assert SHIPPED.problems == []
    for theme in SHIPPED.found.values():
        assert set(theme.palette._styles) == ROLES


@pytest.mark.parametrize("name", RGB)
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_text_is_readable(name: str, role: str) -> None:
    style = SHIPPED.found[name].palette.style(role)
    assert style.color is not None and style.bgcolor is not None
    assert contrast(style.color, style.bgcolor) >= LEAST.get(name, 4.5)


@pytest.mark.parametrize("name", RGB)
@pytest.mark.parametrize(
    "role", ["base", "dim", "online", "offline", "unknown", "warning", "critical", "overload", "strong"]
)
def test_text_is_readable_under_the_cursor(name: str, role: str) -> None:
    palette = SHIPPED.found[name].palette
    style = palette.style(role) + palette.overlay("cursor")
    assert style.color is not None and style.bgcolor is not None
    assert contrast(style.color, style.bgcolor) >= (3.0 if role == "dim" else LEAST.get(name, 4.5))


@pytest.mark.parametrize("name", sorted(SHIPPED.found))
def test_no_two_severities_look_alike(name: str) -> None:
    looks = [SHIPPED.found[name].palette.style(role) for role in SEVERITIES]
    apart = {str(style) for style in looks}
    # Without colour there are fewer looks than severities: the letter tells those that are left.
    assert len(apart) >= (5 if name == "mono" else 6)


def test_colour_blind_operators_never_need_red_against_green() -> None:
    palette = SHIPPED.found["cvd"].palette
    for role in ROLES:
        colour = palette.style(role).color
        assert colour is not None
        red, green, blue = colour.get_truecolor()
        assert not (green > 1.15 * red and green > 1.15 * blue), role  # no green
        assert not (red > 1.5 * green and red > 1.5 * blue and green < 90), role  # no pure red


def test_sixteen_colours_are_the_terminals_own() -> None:
    for role in ROLES:
        style = SHIPPED.found["ansi16"].palette.style(role)
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.is_default or (colour.number is not None and colour.number < 16)


@pytest.mark.parametrize(
    ("env", "chosen"),
    [
        ({"TERM": "xterm-256color"}, "dark"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
        ({"TERM": "linux"}, "ansi16"),
        ({"TERM": "screen"}, "ansi16"),
        ({"TERM": "screen-256color"}, "dark"),
        ({"TERM": "vt220"}, "ansi16"),
        ({"TERM": "vt220", "COLORTERM": "truecolor"}, "dark"),
        ({"TERM": "xterm-16color"}, "ansi16"),
        ({"TERM": "linux", "NO_COLOR": "1"}, "mono"),
    ],
)
def test_the_terminal_chooses(env: dict[str, str], chosen: str) -> None:
    assert choose_theme(None, SHIPPED, env) == chosen
    assert choose_theme("light", SHIPPED, env) == "light"


@pytest.mark.parametrize("system", [ColorSystem.EIGHT_BIT, ColorSystem.STANDARD])
def test_dark_states_stay_apart_with_fewer_colours(system: ColorSystem) -> None:
    palette = SHIPPED.found["dark"].palette
    colours = [palette.style(role).color for role in ("online", "offline", "warning")]
    assert len({colour.downgrade(system) for colour in colours if colour}) == 3


def test_mono_uses_no_colour() -> None:
    for role in ROLES:
        style = SHIPPED.found["mono"].palette.style(role)
        for colour in (style.color, style.bgcolor):
            assert colour is None or colour.is_default


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not toml [", "broken.toml"),
        ('name = "x"\n[colors]\nprimary = "#zzz"\n[roles]\nbase = "none"', "no colour"),
        ('name = "x"\n[colors]\nprimary = "red"\n[roles]\nbase = "none"\nbogus = "red"', "unknown role 'bogus'"),
        ('name = "x"\n[colors]\nprimary = "red"\n[roles]\nbase = "not a style at all"', "roles:"),
        ("[roles]", "needs a name"),
        ('name = "x"', "needs at least"),
    ],
)
def test_a_bad_file_is_reported_by_name_and_reason(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "broken.toml").write_text(text)
    themes = load_themes({"NOC_THEMES": str(tmp_path), "XDG_CONFIG_HOME": "/nonexistent"})
    assert "dark" in themes.found
    assert len(themes.problems) == 1
    assert "broken.toml" in themes.problems[0]
    assert says in themes.problems[0]


def test_a_users_theme_replaces_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "dark"\n[colors]\nprimary = "red"\n[roles]\nbase = "white on black"')
    themes = load_themes({"NOC_THEMES": str(tmp_path), "XDG_CONFIG_HOME": "/nonexistent"})
    assert themes.found["dark"].palette.style("offline") == themes.found["dark"].palette.base


def test_choice() -> None:
    assert choose_theme(None, SHIPPED, {}) == "dark"
    assert choose_theme(None, SHIPPED, {"NO_COLOR": "1"}) == "mono"
    assert choose_theme("mono", SHIPPED, {}) == "mono"
    assert choose_theme("dark", SHIPPED, {"NO_COLOR": "1"}) == "dark"
