"""What events are about, by name, each with its page: a number of queries that does not grow with the events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from accounts.dashboard.gate import Here
from accounts.models import ConnectedAccount, ExternalUser
from accounts.pages.account_words import service_name
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.models import AuthConfig
from flowra.models import ApiKey, Event, WebhookDelivery, WebhookEndpoint

Names = dict[str, "Subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What something is called; `url` of its page, empty where it has none (any more)."""

    words: str
    url: str = ""


def subjects_of(here: Here, events: Iterable[Event]) -> Mapping[tuple[str, str], Subject]:
    """By kind and id, the subjects of these events; what is gone is called what the event called it, or by its id."""
    about = {(each.subject_kind, each.subject_id): each for each in events}
    known = _known(here, about)
    return {
        pair: known.get(pair) or Subject(_called(here, event), _url(here, pair[0]))
        for pair, event in about.items()
    }


def subjects_of_deliveries(here: Here, deliveries: Iterable[WebhookDelivery]) -> Mapping[str, Subject]:
    """By the delivery's id; what is gone is called by its id."""
    about = {each.pk: (each.subject_kind, each.subject_id) for each in deliveries}
    known = _known(here, about.values())
    return {pk: known.get(pair) or Subject(pair[1]) for pk, pair in about.items()}


def _known(here: Here, about: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Subject]:
    """Those that are still there, by kind and id; one look for each kind."""
    ids: dict[str, set[str]] = {}
    for kind, id in about:
        ids.setdefault(kind, set()).add(id)
    return {
        (kind, id): subject
        for kind, named in ids.items()
        if kind in _FINDERS
        for id, subject in _FINDERS[kind](here, sorted(named)).items()
    }


def _url(here: Here, kind: str) -> str:
    """The page where such things are, of those that have none of their own."""
    if kind in ("member", "invitation"):
        return here.url("team")
    return here.url("settings") if kind == "project" and here.may_own else ""


def _called(here: Here, event: Event) -> str:
    if event.subject_kind == "project":
        return here.project.name
    data = event.data if isinstance(event.data, dict) else {}
    called = next((data[name] for name in ("name", "email", "url", "slug") if data.get(name)), "")
    return called if isinstance(called, str) and called else event.subject_id


def _accounts(here: Here, ids: list[str]) -> Names:
    found = ConnectedAccount.objects.filter(project_id=here.project.pk, pk__in=ids)
    accounts = list(found.select_related("external_user"))
    services = _services(here, {each.toolkit_slug for each in accounts})
    return {
        each.pk: Subject(
            f"{services[each.toolkit_slug]}, {each.identity_label or each.display_name or each.external_user.name}",
            here.url("account", each.pk),
        )
        for each in accounts
    }


def _auth_configs(here: Here, ids: list[str]) -> Names:
    known = AuthConfig.objects.filter(project_id=here.project.pk, pk__in=ids).defer("secrets", "settings")
    found = list(known)
    services = _services(here, {each.toolkit_slug for each in found})
    return {
        each.pk: Subject(
            f"{services[each.toolkit_slug]}, {each}",
            "" if each.deleted_at else here.url("auth_config", each.pk),
        )
        for each in found
    }


def _services(here: Here, slugs: set[str]) -> dict[str, str]:
    """What the services are called, the project's own as well; one query at most."""
    known = toolkits_for(here.project, slugs)
    return {slug: known[slug].name if slug in known else service_name(slug) for slug in slugs}


def _users(here: Here, ids: list[str]) -> Names:
    found = ExternalUser.objects.filter(project_id=here.project.pk, pk__in=ids)
    return {each.pk: Subject(each.name, here.url("person", each.pk)) for each in found}


def _keys(here: Here, ids: list[str]) -> Names:
    found = ApiKey.objects.filter(project_id=here.project.pk, pk__in=ids)
    url = here.url("keys") if here.may_develop else ""
    return {each.pk: Subject(str(each), url) for each in found}


def _endpoints(here: Here, ids: list[str]) -> Names:
    found = WebhookEndpoint.live.filter(project_id=here.project.pk, pk__in=ids).defer("secrets")
    return {
        each.pk: Subject(str(each), here.url("webhook", each.pk) if here.may_develop else "")
        for each in found
    }


def _deliveries(here: Here, ids: list[str]) -> Names:
    found = WebhookDelivery.objects.filter(
        project_id=here.project.pk, pk__in=ids, endpoint__deleted_at__isnull=True
    )
    return {
        pk: Subject(type, here.url("delivery", pk) if here.may_develop else "")
        for pk, type in found.values_list("pk", "event_type")
    }


_FINDERS: Mapping[str, Callable[[Here, list[str]], Names]] = {
    "account": _accounts,
    "auth_config": _auth_configs,
    "user": _users,
    "api_key": _keys,
    "webhook_endpoint": _endpoints,
    "webhook_delivery": _deliveries,
}
