"""What using an account costs: its credentials beside the one-row floor, the proxy beside the service itself."""

from __future__ import annotations

import json
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.bench.figures import Figure, Table
from tests.bench.installation import free_port, make_installation
from tests.bench.load import Exchange, per_second, request_bytes

ACCOUNTS = "/api/v1/connected_accounts"
ROUNDS = 5
TIMES = 400


def measure_use(database: str, directory: Path, url: str, table: Table, *, seconds: float) -> None:
    """One web process, one upstream, a hundred fresh accounts."""
    installation = make_installation(directory / f"use{database}", url, FLOWRA_OUTBOUND_ALLOW="127.0.0.0/8")
    upstream, port = free_port(), free_port()
    installation.run("-m", "django", "migrate", "--verbosity", "0")
    facts = json.loads(
        installation.run("-m", "tests.bench.use", f"http://127.0.0.1:{upstream}").splitlines()[-1]
    )
    key, ids = facts["key"], facts["ids"]
    with ExitStack() as stack:
        stack.enter_context(
            installation.serving(["-m", "tests.bench.upstream", str(upstream)], upstream, "/")
        )
        stack.enter_context(installation.serving(["-m", "tests.bench.serving", str(port)], port))
        loads = {
            "floor": [request_bytes(f"/floor/{id}") for id in ids],
            "get by id": [request_bytes(f"{ACCOUNTS}/{id}", key=key) for id in ids],
            "credentials": [request_bytes(f"{ACCOUNTS}/{id}/credentials", key=key) for id in ids],
            "proxy": [request_bytes(f"{ACCOUNTS}/{id}/proxy/users/me", key=key) for id in ids],
        }
        table.title(f"{database}: using an account, one caller alone")
        direct, through = _alone(upstream, port, loads["proxy"])
        table.add(Figure("the service itself, p50", f"{direct:.2f} ms"))
        table.add(
            Figure(
                "added by the proxy, p50, in ms", f"{through - direct:.2f} ms", through - direct, at_most=2
            )
        )
        table.title(f"{database}: using an account, answers a second to 16 callers")
        rounds = [
            {name: per_second(port, load, seconds) for name, load in loads.items()}
            | {"upstream": per_second(upstream, [request_bytes("/users/me")], seconds)}
            for _ in range(ROUNDS)
        ]
    for name, than, least in (
        ("floor", "floor", None),
        ("credentials", "floor", 0.5),
        ("get by id", "floor", None),
        ("proxy", "get by id", 0.5),
        ("proxy", "upstream", None),
    ):
        rate = statistics.median(each[name] for each in rounds)
        ratio = statistics.median(each[name] / each[than] for each in rounds)
        label = name if name == than else f"{name}, times {than}'s"
        table.add(Figure(label, f"{rate:.0f}/s", None if name == than else ratio, at_least=least))


def _alone(upstream: int, port: int, asked: list[bytes]) -> tuple[float, float]:
    """The medians of calling the service itself and through the proxy, in turns, in milliseconds."""
    direct: list[float] = []
    through: list[float] = []
    plain = request_bytes("/users/me")
    with Exchange(upstream) as one, Exchange(port) as other:
        for number in range(TIMES):
            direct.append(one.milliseconds(plain))
            through.append(other.milliseconds(asked[number % len(asked)]))
    return statistics.median(direct), statistics.median(through)


def seed(upstream: str, count: int = 100) -> dict[str, object]:
    """An app with that many accounts at the upstream, whose tokens are good for a day."""
    from datetime import timedelta

    from django.utils import timezone

    from accounts.actions.store_credential import Grant, store_credential
    from authconfigs.actions.toolkit_for import toolkit_for
    from flowra.models.api_key import DEFAULT_SCOPES
    from tests.factories import make_account, make_auth_config, make_key, make_project, make_toolkit

    project = make_project()
    _, key = make_key(project, scopes=[*DEFAULT_SCOPES, "credentials:read"])
    oauth2 = {"authorizationUrl": f"{upstream}/authorize", "tokenUrl": f"{upstream}/token"}
    make_toolkit(project, "desk", baseUrl=upstream, authSchemes=["OAUTH2"], oauth2=oauth2)
    config = make_auth_config(project, "desk")
    now = timezone.now()
    ids = []
    for number in range(count):
        secrets = {"access_token": f"token-{number:030}", "refresh_token": f"refresh-{number:030}"}
        account = make_account(config, expires_at=now + timedelta(days=1))
        type(account).objects.filter(pk=account.pk).update(secret_names=sorted(secrets))
        store_credential(account.pk, Grant(secrets, now, account.expires_at), toolkit_for(project, "desk"))
        ids.append(account.pk)
    return {"key": key, "ids": ids}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(seed(sys.argv[1])))
