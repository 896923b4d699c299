"""What the filters of the list offer, and what was chosen, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.dashboard.connections.asked import Asked
from accounts.dashboard.gate import Here
from accounts.models import ConnectedAccount, ExternalUser, Status
from accounts.pages.account_words import service_name
from authconfigs.actions.toolkit_for import toolkits_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from flowra.public_ids import is_id

MOST_OFFERED = 100
MOST_LABELS = 50
# Labels are looked for among so many of the newest accounts.
LOOKED_AT = 500
TROUBLE_WORDS = {"expiring": "Access ends soon", "failing": "Renewal is failing"}
ORDERS = (
    ("createdAt", "desc", "Newest first"),
    ("createdAt", "asc", "Oldest first"),
    ("updatedAt", "desc", "Changed last"),
    ("updatedAt", "asc", "Unchanged for longest"),
)
NAMES = {
    "q": "Search",
    "trouble": "Trouble",
    "revoked": "Revoked",
    "toolkitSlugs": "Service",
    "statuses": "Status",
    "authConfigIds": "Auth config",
    "connectedAccountIds": "Account",
    "eUIDs": "Person",
    "labels": "Label",
    "orderBy": "Order",
    "orderDirection": "Order",
    "limit": "On a page",
    "cursor": "Page",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One box of a filter."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Pick:
    """One filter with its boxes; `chosen` is how many are ticked."""

    name: str
    words: str
    offers: tuple[Offer, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class Chip:
    """One chosen value in words, and the address without it."""

    name: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a project's filters can be put to: services, auth configs and labels by what they are called."""

    toolkits: Mapping[str, Toolkit]
    services: Mapping[str, str]
    auth_configs: Mapping[str, str]
    labels: tuple[str, ...]

    def picks(self, asked: Asked) -> list[Pick]:
        """The filters that are ticked, in the order of their use; what was chosen is among the boxes in any case."""
        statuses = {each.value: str(each.label) for each in Status}
        offered = (
            ("statuses", statuses),
            ("toolkitSlugs", self.services),
            ("authConfigIds", self.auth_configs),
            ("labels", {each: each for each in self.labels}),
        )
        return [_pick(name, words, asked) for name, words in offered]

    def chips(self, here: Here, asked: Asked) -> list[Chip]:
        """All that narrows; one query where people were named by id."""
        ids = [each for each in asked.given.get("eUIDs", ()) if is_id("eu", each)]
        people = dict(
            ExternalUser.objects.filter(project_id=here.project.pk, pk__in=ids).values_list("pk", "name")
            if ids
            else ()
        )
        told = {
            "trouble": TROUBLE_WORDS,
            "revoked": {"yes": "in the last 30 days"},
            "toolkitSlugs": self.services,
            "statuses": {each.value: str(each.label) for each in Status},
            "authConfigIds": self.auth_configs,
            "eUIDs": people,
        }
        return [
            Chip(
                NAMES[name],
                told.get(name, {}).get(value, value),
                f"?{asked.without(name, value).query()}",
            )
            for name, value in asked.pairs()
        ]


def known_of(here: Here, slugs: Iterable[str] = ()) -> Known:
    """By what the project has, some of each, and the toolkits of `slugs` besides; four queries at most."""
    configs = list(
        AuthConfig.objects.filter(project_id=here.project.pk)
        .only("id", "name", "display_name", "toolkit_slug", "deleted_at")
        .order_by("-created_at", "-id")[:MOST_OFFERED]
    )
    used = {each.toolkit_slug for each in configs}
    toolkits = toolkits_for(here.project, used | set(slugs))
    services = {slug: toolkits[slug].name if slug in toolkits else service_name(slug) for slug in used}
    counted: Counter[str] = Counter()
    newest = ConnectedAccount.live.filter(project_id=here.project.pk).order_by("-created_at", "-id")
    for labels in newest.values_list("labels", flat=True)[:LOOKED_AT]:
        counted.update(each for each in labels if isinstance(each, str))
    return Known(
        toolkits=toolkits,
        services=dict(sorted(services.items(), key=lambda each: each[1].lower())),
        auth_configs={
            each.pk: f"{services[each.toolkit_slug]}, {each}{' (deleted)' if each.deleted_at else ''}"
            for each in configs
        },
        labels=tuple(sorted((label for label, _ in counted.most_common(MOST_LABELS)), key=str.lower)),
    )


def _pick(name: str, words: Mapping[str, str], asked: Asked) -> Pick:
    chosen = asked.given.get(name, ())
    values = list(dict.fromkeys([*words, *chosen]))
    return Pick(
        name,
        NAMES[name],
        tuple(Offer(each, words.get(each, each), each in chosen) for each in values),
        len(chosen),
    )
