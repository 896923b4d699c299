"""An auth config's forward proxy: all that Flowra asks of its service goes through it, and nothing else does."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from accounts.actions.revoke_account import revoke_account
from accounts.actions.tell_provider import tell_provider
from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Revocation
from authconfigs.actions.check_auth_config import check_auth_config
from authconfigs.actions.update_auth_config import update_auth_config
from authconfigs.models import AuthConfig
from flowra import outbound
from flowra.errors import InvalidInput, ProviderFailed
from tests.accounts.acme import API_KEY, Acme
from tests.accounts.later import connected, run_out
from tests.caller import make_caller, problem_of
from tests.forward_proxy import ForwardProxy

pytestmark = pytest.mark.django_db


@pytest.fixture
def proxy() -> Iterator[ForwardProxy]:
    running = ForwardProxy()
    yield running
    running.close()


@pytest.fixture
def proxied(acme: Acme, proxy: ForwardProxy) -> Acme:
    stored = AuthConfig.objects.get(pk=acme.auth_config.pk)
    acme.auth_config = update_auth_config(stored, API_KEY, proxy_url=proxy.url)
    return acme


def paths(proxy: ForwardProxy) -> list[str]:
    return [urlsplit(url).path for _, url in proxy.asked]


def test_connecting_renewing_using_and_revoking_all_go_through_it(proxied: Acme, proxy: ForwardProxy) -> None:
    account = connected(proxied)
    assert paths(proxy) == ["/token", "/userinfo"]
    run_out(account)
    usable_credential(account.pk)
    assert paths(proxy)[2:] == ["/token"]
    caller = make_caller(proxied.project)
    answer = caller.get(f"connected_accounts/{account.pk}/proxy/userinfo?a=b")
    assert answer.status_code == 200
    assert proxy.asked[3:] == [("GET", f"{proxied.provider.origin}/userinfo?a=b")]
    revoke_account(ConnectedAccount.objects.get(pk=account.pk), API_KEY, "No longer needed.")
    tell_provider(Revocation.objects.get())
    assert "/revoke" in paths(proxy)[4:]
    # What else came was the person's own browser.
    reached = [call.request.path for call in proxied.provider.calls]
    assert [path for path in reached if path not in ("/authorize", "/login")] == paths(proxy)


def test_trying_the_auth_config_goes_through_it(proxied: Acme, proxy: ForwardProxy) -> None:
    checks = check_auth_config(proxied.auth_config)
    assert {each.outcome for each in checks} == {"passed"}
    assert paths(proxy) == ["/authorize", "/token"]


def test_without_it_nothing_does(acme: Acme, proxy: ForwardProxy) -> None:
    connected(acme)
    assert proxy.asked == []


def test_one_that_is_away_is_a_failure_that_may_pass(proxied: Acme, proxy: ForwardProxy) -> None:
    account = connected(proxied)
    proxy.close()
    run_out(account)
    with pytest.raises(ProviderFailed):
        usable_credential(account.pk)
    assert ConnectedAccount.objects.get(pk=account.pk).status == "ACTIVE"


def test_https_is_tunnelled(proxy: ForwardProxy) -> None:
    with socket.create_server(("127.0.0.1", 0)) as no_tls:
        Thread(target=lambda: no_tls.accept()[0].close(), daemon=True).start()
        port = no_tls.getsockname()[1]
        with pytest.raises(outbound.OutboundFailed):
            outbound.send("GET", f"https://127.0.0.1:{port}/x", through=proxy.url)
    assert proxy.asked == [("CONNECT", f"127.0.0.1:{port}")]


def test_it_is_no_way_inward(proxied: Acme, proxy: ForwardProxy, settings: Any) -> None:
    with pytest.raises(outbound.OutboundRefused):
        outbound.send("GET", "https://169.254.169.254/latest", through=proxy.url)
    assert proxy.asked == []
    settings.FLOWRA_OUTBOUND_ALLOW = []
    with pytest.raises(outbound.OutboundRefused):
        outbound.send("GET", "https://example.com/", through=proxy.url)


@pytest.mark.parametrize(
    "url", ["ftp://proxy.example", "https://user:word@proxy.example", "https://10.0.0.1", "x"]
)
def test_an_address_that_may_not_be_called_is_no_proxy(acme: Acme, url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        update_auth_config(AuthConfig.objects.get(pk=acme.auth_config.pk), API_KEY, proxy_url=url)
    assert refused.value.errors[0].field == "proxyConfig.proxyUrl"


def test_the_api_takes_and_shows_it(acme: Acme, proxy: ForwardProxy) -> None:
    caller = make_caller(acme.project)
    at = f"auth_configs/{acme.auth_config.pk}"
    told = caller.patch(at, {"proxyConfig": {"proxyUrl": proxy.url}}).json()["data"]
    assert told["proxyConfig"] == {"proxyUrl": proxy.url}
    assert caller.patch(at, {"proxyConfig": None}).json()["data"]["proxyConfig"] is None
    problem_of(
        caller.patch(at, {"proxyConfig": {"proxyUrl": "http://10.1.2.3"}}), 400, "proxyConfig.proxyUrl"
    )
