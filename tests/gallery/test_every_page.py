"""Every page, in both colour schemes and three widths: nothing stands in anyone's way, nothing jumps, nothing is heavy."""

from __future__ import annotations

import pytest

from tests.gallery.looking import Looking
from tests.gallery.place import Place
from tests.gallery.places import PLACES
from tests.gallery.stage import Stage


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_nothing_stands_in_the_way_of_anyone(stage: Stage, place: Place) -> None:
    page = stage.stranger() if place.who == "stranger" else stage.as_user(getattr(stage, place.who))
    looking = Looking(page)
    place.open(stage, page)
    page.wait_for_load_state("networkidle")
    weight, requests = looking.weight(), looking.requests()
    assert looking.findings(place.name, place.moved) == []
    assert weight <= place.most
    assert requests <= place.requests
