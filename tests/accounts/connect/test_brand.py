"""The connect page looks like the app's, as far as the app has said how that is."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from tests.accounts.acme import Acme


def page(acme: Acme, client: Client, **fields: object) -> str:
    for name, value in fields.items():
        setattr(acme.project, name, value)
    acme.project.save()
    return client.get(f"/connect/{acme.link().token}").content.decode()


def test_the_apps_colour_comes_as_a_stylesheet_of_its_own(acme: Acme, client: Client) -> None:
    assert "/connect/brand/" not in page(acme, client)
    assert f'href="/connect/brand/{acme.project.pk}.css?v=b3261e"' in page(acme, client, accent="#b3261e")
    sheet = client.get(f"/connect/brand/{acme.project.pk}.css")
    assert sheet["Content-Type"] == "text/css" and "--accent:#b3261e" in sheet.content.decode()


def test_a_project_without_a_colour_has_no_stylesheet(acme: Acme, client: Client) -> None:
    assert client.get(f"/connect/brand/{acme.project.pk}.css").status_code == 404
    assert client.get("/connect/brand/pr_1.css").status_code == 404
    assert client.post(f"/connect/brand/{acme.project.pk}.css").status_code == 405


def test_whom_to_ask_and_what_to_read_stand_at_the_foot(acme: Acme, client: Client) -> None:
    said = page(
        acme,
        client,
        support_contact="help@acme.example",
        terms_url="https://acme.example/terms",
        privacy_url="https://acme.example/privacy",
    )
    assert 'href="mailto:help@acme.example"' in said
    assert 'href="https://acme.example/terms"' in said and 'href="https://acme.example/privacy"' in said


def test_the_products_name_may_go_and_the_host_stays(acme: Acme, client: Client) -> None:
    said = page(acme, client, shows_flowra=False)
    assert "This page is Flowra" not in said and "This page at <bdi>testserver</bdi>" in said


def test_only_a_site_that_was_verified_is_shown(acme: Acme, client: Client) -> None:
    assert "site.example" not in page(acme, client, website="https://site.example")
    shown = page(acme, client, website_verified_at=timezone.now())
    assert "site.example" in shown and "verified" in shown
