"""Every service refuses to renew in its own way, as its shape plays it: the person has withdrawn, the secret is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actions.usable_credential import usable_credential
from accounts.models import ConnectedAccount, Status
from authconfigs.catalogue import load
from authconfigs.models import AuthConfig
from tests.accounts.acme import Acme, reread
from tests.accounts.later import cool_down_over, refused, run_out, secrets_of
from tests.accounts.test_every_toolkit import BY_BROWSER, CONNECTION_DATA, RUNS_OUT, app, registered

__all__ = ["app"]

RENEWED = [(slug, RUNS_OUT.get(slug, {})) for slug in BY_BROWSER]


def connected_at(app: Acme, slug: str, client_facts: dict[str, Any]) -> ConnectedAccount:
    """A connection whose token has just run out."""
    app.auth_config = registered(app, load.all_toolkits()[slug], **client_facts)
    account = reread(app.connect(connection_data=CONNECTION_DATA.get(slug)).account)
    run_out(account)
    return account


@pytest.mark.parametrize(("slug", "client_facts"), RENEWED)
def test_a_person_who_has_withdrawn_there_must_connect_again(
    app: Acme, slug: str, client_facts: dict[str, Any]
) -> None:
    account = connected_at(app, slug, client_facts)
    app.provider.end_grant(app.provider.grants[0])
    assert refused(account).problem_code == "account_expired"
    after = reread(account)
    assert (after.status, after.status_reason) == (Status.EXPIRED, "grant_revoked")
    assert AuthConfig.objects.get(pk=app.auth_config.pk).failing_since is None


@pytest.mark.parametrize(("slug", "client_facts"), RENEWED)
def test_a_wrong_client_secret_is_the_app_s_trouble_and_nobody_has_to_connect_again(
    app: Acme, slug: str, client_facts: dict[str, Any]
) -> None:
    account = connected_at(app, slug, client_facts)
    right = dict(app.auth_config.secrets)
    app.auth_config.secrets = {"client_secret": "wrong-secret-000000"}
    app.auth_config.save()
    assert refused(account).problem_code == "auth_config_failing"
    assert reread(account).status == Status.ACTIVE
    assert AuthConfig.objects.get(pk=app.auth_config.pk).failing_since is not None
    app.auth_config.secrets = right
    app.auth_config.save()
    cool_down_over(account)
    usable_credential(account.pk)
    assert app.provider.is_token_live(secrets_of(account)["access_token"])
    assert AuthConfig.objects.get(pk=app.auth_config.pk).failing_since is None


def test_slack_renews_a_person_s_own_token_too_where_it_has_no_bot(app: Acme) -> None:
    """The first answer has it under `authed_user`, the later ones have it above."""
    app.auth_config = registered(app, load.all_toolkits()["slack"], **RUNS_OUT["slack"])
    app.auth_config.settings = {**app.auth_config.settings, "scopes": [], "user_scopes": ["search:read"]}
    app.auth_config.save()
    account = reread(app.connect().account)
    before = secrets_of(account)
    assert before["refresh_token"]
    run_out(account)
    usable = usable_credential(account.pk)
    assert usable.secrets["access_token"] != before["access_token"]
    token = app.provider.token(usable.secrets["access_token"])
    assert token is not None
    assert (token.is_live, token.role, token.scopes) == (True, "user", ("search:read",))
    assert reread(account).scopes_granted == ["search:read"]
