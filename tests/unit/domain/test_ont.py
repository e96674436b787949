"""States of an ONT, and what may be shown of them."""

from __future__ import annotations

import itertools

import pytest

from noc_console.domain.freshness import Freshness
from noc_console.domain.ont import OfflineReason, OntState, effective_state, reason_label


@pytest.mark.parametrize(("reported", "freshness"), itertools.product(OntState, Freshness))
def test_what_is_not_trusted_is_unknown_and_never_offline(reported: OntState, freshness: Freshness) -> None:
    shown = effective_state(reported, freshness)
    assert shown is (reported if freshness.trusted else OntState.UNKNOWN)


@pytest.mark.parametrize("reason", OfflineReason)
def test_every_reason_has_words_that_fit(reason: OfflineReason) -> None:
    assert 0 < len(reason.label) <= 11 and reason.meaning


def test_a_reason_of_another_version_is_shown_as_it_is() -> None:
    assert [reason_label(value) for value in ("dying_gasp", "something_new", None)] == [
        "dying gasp",
        "something_new",
        "no reason given",
    ]
