"""A console that is given a picture shows it at once, and reads only what came since."""

from __future__ import annotations

from dataclasses import replace

from noc_console.console.app import NocApp
from noc_console.console.settings import ConsoleSettings
from noc_console.domain.errors import SourceUnavailable
from noc_console.picture.feed_client import FeedClient
from noc_console.picture.model import Model

from .fake_backend import AMY, FakeBackend
from .harness import Desk


async def _rested(backend: FakeBackend, settings: ConsoleSettings) -> FeedClient:
    feed = FeedClient(backend, Model(settings.picture), backend.now)
    while await feed._once():
        pass
    feed.model.pack()
    return feed


async def test_known_picture_is_shown_without_a_database_and_followed_once_it_is_there() -> None:
    backend, settings = FakeBackend(), ConsoleSettings(site="metro-1", operator=AMY, screen="network")
    known = await _rested(backend, settings)
    asked: list[dict[str, int]] = []
    answers = backend.update

    async def away(since: dict[str, int]) -> None:
        asked.append(dict(since))
        raise SourceUnavailable("connection refused", "database")

    backend.update = away  # type: ignore[method-assign, assignment]
    app = NocApp(backend, settings, now=backend.now, known=known)
    async with app.run_test(size=(120, 40)) as pilot:
        desk = Desk(app, pilot, backend)
        await desk.shows("1 of 96")
        await desk.shows("connection refused")
        assert asked[0] == known.revisions and asked[0]
        backend.update = answers  # type: ignore[method-assign]
        ont = next(ont for ont in backend.onts.values() if ont.serial in desk.screen())
        backend.put_ont(replace(ont, description="Moved Mill"))
        await desk.shows("Moved Mill")
        assert app.model is known.model and app.feed is not known


async def test_packing_changes_nothing_that_is_seen() -> None:
    backend, settings = FakeBackend(), ConsoleSettings(screen="network")
    packed = (await _rested(backend, settings)).model
    plain = FeedClient(backend, Model(settings.picture), backend.now)
    while await plain._once():
        pass
    assert packed.rows_under(None) == plain.model.rows_under(None)
    assert packed.counts() == plain.model.counts()
    for olt_id in packed.sorted_olts():
        assert packed.sorted_ports(olt_id) == plain.model.sorted_ports(olt_id)
        assert all(packed.port_states[port.olt_id, port.name] is port for port in packed.sorted_ports(olt_id))
