"""A project's colour is readable wherever it stands, however it was chosen."""

from __future__ import annotations

import random

import pytest

from flowra.actions.update_branding import update_branding
from flowra.branding import DARK_GROUNDS, LIGHT_GROUNDS, branding_of, contrast, stylesheet
from flowra.errors import InvalidInput
from flowra.events.record import SYSTEM
from flowra.models import Event
from tests.factories import make_project
from tests.readme import ROOT

some = random.Random(4)
COLOURS = [f"#{some.randrange(2**24):06x}" for _ in range(3000)] + [
    "#000000",
    "#ffffff",
    "#808080",
    "#ffff00",
]


def test_contrast_is_what_the_guidelines_say() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#1f57c3", "#1f57c3") == 1


def test_every_colour_can_be_read_on_every_page() -> None:
    for colour in COLOURS:
        brand = branding_of(colour)
        for shade, grounds in ((brand.light, LIGHT_GROUNDS), (brand.dark, DARK_GROUNDS)):
            assert all(contrast(shade.accent, ground) >= 4.5 for ground in grounds), colour
            assert contrast(shade.on_accent, shade.accent) >= 4.5, colour
            assert contrast(shade.on_accent, shade.pressed) >= 4.5, colour


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert branding_of("#1f57c3").light.accent == "#1f57c3"
    assert branding_of("#86b1ff").dark.accent == "#86b1ff"
    assert branding_of("#ffff00").words[0].startswith("On light pages it is darkened to #")


def test_the_grounds_are_those_of_the_stylesheet() -> None:
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text()
    light, dark = tokens.split("@media (prefers-color-scheme: dark)")[:2]
    for part, (surface, ground) in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        assert f"--surface: {surface};" in part and f"--ground: {ground};" in part


@pytest.mark.parametrize("bad", ["red", "#fff", "#1f57c3;}", "#1F57C3", "", "#1f57c3\n"])
def test_nothing_but_a_colour_gets_into_a_stylesheet(bad: str) -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        stylesheet(bad)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"accent": "red"}, "accent"),
        ({"accent": "#12345"}, "accent"),
        ({"website": "http://acme.example"}, "website"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"support_contact": "nobody"}, "supportContact"),
        ({"support_contact": "http://acme.example/help"}, "supportContact"),
        ({"support_contact": "a@b"}, "supportContact"),
        ({"terms_url": "javascript:alert(1)"}, "termsUrl"),
        ({"privacy_url": "https://acme.example/" + "x" * 500}, "privacyUrl"),
    ],
)
def test_what_a_page_could_not_show_is_refused_by_name(db: None, wish: dict[str, str], field: str) -> None:
    project = make_project()
    with pytest.raises(InvalidInput) as refusal:
        update_branding(project, SYSTEM, **wish)  # type: ignore[arg-type]
    assert refusal.value.errors[0].field == field
    assert not Event.objects.exists()


def test_another_site_has_yet_to_be_verified(db: None) -> None:
    from django.utils import timezone

    project = make_project(website="https://acme.example", website_verified_at=timezone.now())
    update_branding(project, SYSTEM, accent="#FF0000", website="https://other.example")
    project.refresh_from_db()
    assert (project.accent, project.website, project.website_verified_at) == (
        "#ff0000",
        "https://other.example",
        None,
    )
    assert Event.objects.get().data["accent"] == {"from": "", "to": "#ff0000"}
