"""Theme files: the shipped ones are readable and tell states apart; bad ones are reported, never fatal."""

from __future__ import annotations

from math import dist
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem, ColorType

from noc_console.console.palette import ROLES
from noc_console.console.themes import choose_theme, load_themes

SHIPPED = load_themes({"XDG_CONFIG_HOME": "/nonexistent"})
THEMES = ["ansi16", "cvd", "dark", "hc", "light", "mono"]
COLOURED = [name for name in THEMES if name != "mono"]
# Overlays, not text: they set a background under other text, which is measured below.
NOT_TEXT = {"cursor", "cursor-blur"}
TEXT_ROLES = sorted(ROLES - NOT_TEXT)
SEVERITIES = ["sev-critical", "sev-major", "sev-minor", "sev-warning"]
# Linear RGB as eyes without one kind of cone see it (Machado, Oliveira, Fernandes 2009, severity 1).
COLOUR_BLIND = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: Color) -> list[float]:
    parts = [value / 255 for value in colour.get_truecolor()]
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    red, green, blue = (min(1.0, max(0.0, part)) for part in rgb)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def luminance(colour: Color) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: Color, second: Color) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_all_are_shipped_without_problems_and_name_every_role() -> None:
    assert sorted(SHIPPED.found) == THEMES
    assert SHIPPED.problems == []
    for theme in SHIPPED.found.values():
        assert set(theme.palette._styles) == ROLES


@pytest.mark.parametrize("role", TEXT_ROLES)
@pytest.mark.parametrize("theme", COLOURED)
def test_text_is_readable(theme: str, role: str) -> None:
    style = SHIPPED.found[theme].palette.style(role)
    assert style.color is not None and style.bgcolor is not None
    assert contrast(style.color, style.bgcolor) >= (7.0 if theme == "hc" else 4.5)


@pytest.mark.parametrize("role", TEXT_ROLES)
@pytest.mark.parametrize("cursor", ["cursor", "cursor-blur"])
@pytest.mark.parametrize("theme", ["cvd", "dark", "hc", "light"])
def test_text_is_readable_under_the_cursor(theme: str, cursor: str, role: str) -> None:
    palette = SHIPPED.found[theme].palette
    style = palette.under(role, palette.overlay(cursor))
    assert style.color is not None and style.bgcolor is not None
    # Dimmed text is what the eye may miss: 3:1 under the cursor, except where contrast is the theme's purpose.
    dimmed = role in ("dim", "stale", "sev-cleared")
    assert contrast(style.color, style.bgcolor) >= (7.0 if theme == "hc" else 3.0 if dimmed else 4.5)


@pytest.mark.parametrize("eyes", COLOUR_BLIND)
def test_cvd_keeps_states_apart_for_colour_blind_eyes(eyes: str) -> None:
    palette = SHIPPED.found["cvd"].palette
    seen = []
    for role in ("online", "offline", "warning"):
        colour = palette.style(role).color
        assert colour is not None
        seen.append(lab([sum(a * b for a, b in zip(row, linear(colour), strict=True)) for row in COLOUR_BLIND[eyes]]))
    for at, first in enumerate(seen):
        for second in seen[at + 1 :]:
            assert dist(first, second) >= 14
    # Never colour alone: the worst state has an attribute too.
    assert palette.style("offline").underline and not palette.style("warning").underline


@pytest.mark.parametrize("theme", THEMES)
def test_severities_look_different(theme: str) -> None:
    assert len({SHIPPED.found[theme].palette.style(role) for role in SEVERITIES}) == len(SEVERITIES)


def test_ansi16_uses_only_the_terminals_own_colours() -> None:
    for role in ROLES:
        style = SHIPPED.found["ansi16"].palette.style(role)
        for colour in (style.color, style.bgcolor):
            assert colour is not None and colour.type is ColorType.STANDARD


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


@pytest.mark.parametrize(
    ("wanted", "env", "chosen"),
    [
        (None, {}, "dark"),
        (None, {"NO_COLOR": "1"}, "mono"),
        (None, {"NO_COLOR": "1", "TERM": "linux"}, "mono"),
        ("mono", {}, "mono"),
        ("dark", {"NO_COLOR": "1"}, "dark"),
        ("light", {"TERM": "linux"}, "light"),
        ("gone", {"TERM": "linux"}, "ansi16"),
        (None, {"TERM": "linux"}, "ansi16"),
        (None, {"TERM": "screen"}, "ansi16"),
        (None, {"TERM": "vt220"}, "ansi16"),
        (None, {"TERM": "xterm-16color"}, "ansi16"),
        (None, {"TERM": "xterm-color"}, "ansi16"),
        (None, {"TERM": "screen", "COLORTERM": "truecolor"}, "dark"),
        (None, {"TERM": "screen-256color"}, "dark"),
        (None, {"TERM": "screen.xterm-256color"}, "dark"),
        (None, {"TERM": "xterm-256color"}, "dark"),
        (None, {"TERM": "xterm"}, "dark"),
    ],
)
def test_choice(wanted: str | None, env: dict[str, str], chosen: str) -> None:
    assert choose_theme(wanted, load_themes({"XDG_CONFIG_HOME": "/nonexistent"}), env) == chosen
