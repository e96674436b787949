"""Chart data: one grid, gaps stay gaps, the buffer fills what VictoriaMetrics does not show yet or cannot say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from noc_console.config.model import VictoriaMetrics
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.history import Sample
from noc_console.storage.history.buffer import SampleBuffer
from noc_console.storage.history.charts import FRESH_TAIL_S, Charts
from noc_console.storage.history.victoria import Victoria, selector

NOW = 1_700_000_000.0
HOLD_S = 100.0
ONT = {"ont_serial": "HWTC1"}


class FakeVictoria(Victoria):
    """Answers every query with the same series, or fails."""

    def __init__(self, *series: tuple[dict[str, str], dict[int, float]], fails: bool = False) -> None:
        super().__init__(VictoriaMetrics(url="http://127.0.0.1:1"))
        self.series = list(series)
        self.fails = fails
        self.queries: list[tuple[str, float, float, float]] = []

    async def query_range(
        self, query: str, start_at: float, end_at: float, step_s: float
    ) -> list[tuple[dict[str, str], dict[int, float]]]:
        self.queries.append((query, start_at, end_at, step_s))
        if self.fails:
            raise SourceUnavailable("cannot connect: refused", "victoriametrics")
        return self.series


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[SampleBuffer]:
    made = SampleBuffer(tmp_path / "samples.db", max_mb=10, keep_days=31)
    await made.open()
    yield made
    await made.close()


async def fill(buffer: SampleBuffer, ages_s: Sequence[float], metric: str = "rx", **labels: str) -> None:
    """Samples of these ages, each with its age as value."""
    names = tuple(sorted({**ONT, "pon_port": "0/1/0", **labels}.items()))
    await buffer.append([Sample(metric, names, NOW - age, age) for age in ages_s])


async def test_without_victoriametrics_the_buffer_answers(buffer: SampleBuffer) -> None:
    await fill(buffer, [1000, 900, 500, 100, 0])
    chart = await Charts(None, buffer.path, HOLD_S).chart(["rx", "tx"], ONT, 1000, 11, NOW)
    assert (chart.start_at, chart.step_s, chart.source, chart.note) == (NOW - 1000, 100.0, "buffer", None)
    rx, tx = chart.series
    assert (rx.metric, tx.metric) == ("rx", "tx")
    # Each sample stands for the 100 s after it; then there is a gap.
    assert rx.values == (1000, 900, 900, None, None, 500, 500, None, None, 100, 0)
    assert tx.values == (None,) * 11


async def test_a_sample_just_before_the_range_stands_at_its_start(buffer: SampleBuffer) -> None:
    await fill(buffer, [1050])
    chart = await Charts(None, buffer.path, HOLD_S).chart(["rx"], ONT, 1000, 11, NOW)
    assert chart.series[0].values[:2] == (1050, None)


async def test_a_wide_step_shows_samples_that_are_rarer_than_the_hold(buffer: SampleBuffer) -> None:
    await fill(buffer, [900, 600, 300, 0])
    chart = await Charts(None, buffer.path, 10).chart(["rx"], ONT, 900, 4, NOW)
    assert chart.series[0].values == (900, 600, 300, 0)


async def test_nothing_anywhere_is_said(tmp_path: Path) -> None:
    chart = await Charts(None, tmp_path / "none.db", HOLD_S).chart(["rx"], ONT, 1000, 5, NOW)
    assert (chart.source, chart.series[0].values) == ("none", (None,) * 5)


async def test_an_ont_that_moved_has_one_line(buffer: SampleBuffer) -> None:
    await fill(buffer, [1000, 900, 800], pon_port="0/1/0")
    await fill(buffer, [300, 200], pon_port="0/2/5")
    chart = await Charts(None, buffer.path, 50).chart(["rx"], ONT, 1000, 11, NOW)
    assert chart.series[0].values == (1000, 900, 800, 800, None, None, None, 300, 200, 200, None)


async def test_victoriametrics_is_asked_for_exactly_the_grid(buffer: SampleBuffer) -> None:
    victoria = FakeVictoria(({}, {0: -20.0, 1: -21.0}), ({}, {3: -22.0}))
    chart = await Charts(victoria, buffer.path, HOLD_S).chart(["rx"], {"ont_serial": 'a"b\\c'}, 6 * 3600, 7, NOW)
    assert victoria.queries == [
        ('last_over_time(rx{ont_serial="a\\"b\\\\c"}[3600s])', NOW - 6 * 3600, NOW, 3600.0),
    ]
    assert chart.series[0].values == (-20.0, -21.0, None, -22.0, None, None, None)
    assert (chart.source, chart.note) == ("victoriametrics", None)


async def test_the_newest_end_comes_from_the_buffer_and_nothing_older(buffer: SampleBuffer) -> None:
    await fill(buffer, range(0, 7200, 60))
    victoria = FakeVictoria(({}, {0: -20.0, 9: -21.0}))
    chart = await Charts(victoria, buffer.path, HOLD_S).chart(["rx"], ONT, 3000, 11, NOW)
    steps_in_tail = int(FRESH_TAIL_S / 300)
    values = chart.series[0].values
    assert values[0] == -20.0 and values[1 : 10 - steps_in_tail] == (None,) * (9 - steps_in_tail)
    assert values[10 - steps_in_tail :] == (900, 600, -21.0, 0), "what VictoriaMetrics says goes before the buffer"


async def test_while_victoriametrics_is_down_the_buffer_answers_and_says_so(buffer: SampleBuffer) -> None:
    await fill(buffer, range(0, 7200, 60))
    chart = await Charts(FakeVictoria(fails=True), buffer.path, HOLD_S).chart(["rx"], ONT, 3600, 13, NOW)
    assert chart.source == "buffer"
    assert chart.note and "cannot connect" in chart.note and "local buffer" in chart.note
    assert None not in chart.series[0].values


async def test_down_and_no_buffer_is_an_empty_chart_with_a_note(tmp_path: Path) -> None:
    chart = await Charts(FakeVictoria(fails=True), tmp_path / "none.db", HOLD_S).chart(["rx"], ONT, 3600, 3, NOW)
    assert chart.source == "none" and chart.note and "cannot connect" in chart.note


async def test_a_damaged_buffer_does_not_take_the_chart_away(tmp_path: Path) -> None:
    path = tmp_path / "samples.db"
    path.write_bytes(b"no database" * 1000)
    chart = await Charts(FakeVictoria(({}, {0: -20.0})), path, HOLD_S).chart(["rx"], ONT, 3600, 2, NOW)
    assert chart.series[0].values == (-20.0, None)


@pytest.mark.parametrize("victoria", [None, FakeVictoria(fails=True)])
async def test_sparklines_from_the_buffer(
    buffer: SampleBuffer, victoria: Victoria | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noc_console.storage.history.charts.time.time", lambda: NOW)
    await fill(buffer, [800, 400, 0], ont_serial="HWTC1")
    await fill(buffer, [400], ont_serial="HWTC2")
    charts = Charts(victoria, buffer.path, HOLD_S)
    assert await charts.sparklines("rx", "ont_serial", ["HWTC1", "HWTC2", "HWTC3"], 800, 3) == {
        "HWTC1": [800, 400, 0],
        "HWTC2": [None, 400, 400],  # the step is the longest hold here
    }
    assert await charts.sparklines("rx", "ont_serial", [], 800, 3) == {}


async def test_sparklines_of_moved_onts_are_joined(buffer: SampleBuffer) -> None:
    victoria = FakeVictoria(
        ({"ont_serial": "HWTC1", "pon_port": "0/1/0"}, {0: -20.0, 1: -21.0}),
        ({"ont_serial": "HWTC1", "pon_port": "0/2/0"}, {2: -22.0}),
        ({"ont_serial": "HWTC2"}, {1: -19.0}),
    )
    found = await Charts(victoria, buffer.path, HOLD_S).sparklines("rx", "ont_serial", ["HWTC1", "HWTC2"], 800, 3)
    assert found == {"HWTC1": [-20.0, -21.0, -22.0], "HWTC2": [None, -19.0, None]}


def test_labels_are_quoted() -> None:
    assert selector("rx", {"a": 'x"}', "b": "ü"}) == 'rx{a="x\\"}",b="ü"}'
