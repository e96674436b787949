"""The sections of a router in the TR-069 tab: chosen, folded, read again one by one."""

from __future__ import annotations

from noc_console.domain.jobs import JobKind

from .harness import Desk, console


async def open_tab(desk: Desk) -> None:
    await desk.shows("1 of 96")
    await desk.command("tab tr")
    await desk.until(lambda: desk.backend.submitted)
    desk.backend.finish_reads()
    await desk.until(lambda: "Internet" in desk.detail())


async def test_a_section_is_folded_and_stays_so_for_the_next_router() -> None:
    async with console(size=(160, 50)) as desk:
        await open_tab(desk)
        lines = len(desk.network.detail.body.lines)
        await desk.press("J")
        name = desk.network.detail.parts.chosen
        assert name == desk.network.detail.sections()[0].name
        await desk.command("fold")
        await desk.until(lambda: "lines folded" in desk.detail())
        assert len(desk.network.detail.body.lines) < lines
        await desk.press("j")
        assert desk.network.detail.parts.folded == {name}
        await desk.press("k", "d")
        await desk.until(lambda: desk.network.panes.current == "detail")
        await desk.press("enter")
        assert desk.network.detail.parts.folded == set()


async def test_the_chosen_section_comes_into_view_and_ends_at_the_last() -> None:
    async with console(size=(80, 24)) as desk:
        await open_tab(desk)
        await desk.press("d")
        names = [section.name for section in desk.network.detail.sections()]
        for _ in range(len(names) + 2):
            await desk.press("J")
        assert desk.network.detail.parts.chosen == names[-1]
        title = desk.network.detail.sections()[-1].title
        await desk.shows(f">{title}")
        await desk.press("K")
        assert desk.network.detail.parts.chosen == names[-2]


async def test_one_section_alone_is_read_again() -> None:
    async with console(size=(120, 40)) as desk:
        await open_tab(desk)
        await desk.until(lambda: len(desk.backend.submitted) > 1)
        desk.backend.finish_reads()
        before = len(desk.backend.submitted)
        name = desk.network.detail.sections()[1].name
        await desk.command(f"section {name}")
        await desk.until(lambda: len(desk.backend.submitted) > before)
        asked = desk.backend.submitted[-1]
        assert (asked.kind, asked.sections) == (JobKind.REFRESH, (name,))
        await desk.command("section nothing")
        assert any("no section 'nothing'" in text for text in desk.toasts("warning"))


async def test_elsewhere_it_is_told_where_sections_are() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        await desk.press("J")
        assert any("sections are in the TR-069 tab" in text for text in desk.toasts("warning"))
