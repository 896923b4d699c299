"""What the pages of auth configs and toolkits look up."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count

from accounts.dashboard.gate import Here
from accounts.models import ConnectedAccount, Status
from accounts.pages.account_words import service_name
from authconfigs.actions.toolkit_for import read_own
from authconfigs.catalogue.load import all_toolkits
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.errors import NotFound
from flowra.models import Project

# As the list of accounts has them, what needs somebody first.
_ORDER = (
    ("needs the user", "careful", (Status.EXPIRED,)),
    ("failed", "bad", (Status.FAILED,)),
    ("waiting", "waiting", (Status.INITIALIZING, Status.INITIATED)),
    ("switched off", "off", (Status.INACTIVE,)),
    ("active", "good", (Status.ACTIVE,)),
)
Counts = list[tuple[int, str, str]]


def auth_config_of(here: Here, id: str) -> AuthConfig:
    """The project's auth config of that id, with its project; raises NotFound, also for a deleted one."""
    found = AuthConfig.live.filter(project=here.project, pk=id).first() if id.isprintable() else None
    if found is None:
        raise NotFound("There is no such auth config in this project.", code="auth_config_not_found")
    found.project = here.project
    return found


def accounts_by_state(ids: Sequence[str]) -> dict[str, Counts]:
    """For each of these auth configs: how many accounts, in which word, of which colour; one query."""
    rows = (
        ConnectedAccount.live.filter(auth_config_id__in=ids)
        .values_list("auth_config_id", "status")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counted: dict[str, dict[str, int]] = {id: {} for id in ids}
    for id, status, count in rows:
        counted[id][status] = count
    return {
        id: [
            (number, word, kind)
            for word, kind, statuses in reversed(_ORDER)
            if (number := sum(each.get(status, 0) for status in statuses))
        ]
        for id, each in counted.items()
    }


def toolkits_of(project: Project) -> list[Toolkit]:
    """All that the project sees, its own in place of the catalogue's of the same slug, by name; one query."""
    found = dict(all_toolkits().items())
    for own in ProjectToolkit.objects.filter(project=project):
        found[own.slug] = read_own(own)
    return sorted(found.values(), key=lambda each: (each.name.lower(), each.slug))


def switched_off(project: Project) -> frozenset[str]:
    """The slugs of the project's own toolkits that take no new auth configs; one query."""
    rows = ProjectToolkit.objects.filter(project=project, is_active=False).values_list("slug", flat=True)
    return frozenset(rows)


def matching_toolkits(toolkits: Sequence[Toolkit], words: str, category: str) -> list[Toolkit]:
    """Those of the category in which every word is found."""
    wanted = words.lower().split()
    return [
        each
        for each in toolkits
        if (not category or category in each.categories)
        and all(word in f"{each.slug} {each.name} {each.description}".lower() for word in wanted)
    ]


def categories_in(toolkits: Sequence[Toolkit]) -> list[tuple[str, str]]:
    """Slug and words of each category, sorted."""
    slugs = sorted({category for each in toolkits for category in each.categories})
    return [(slug, category_words(slug)) for slug in slugs]


def category_words(slug: str) -> str:
    """`developer-tools` is `Developer tools`."""
    return slug.upper() if slug in ("ai", "crm") else slug.replace("-", " ").capitalize()


def toolkit_of(project: Project, auth_config: AuthConfig, known: dict[str, Toolkit]) -> Toolkit:
    """The toolkit, or a stand-in with its name where it is gone: what was connected must still be seen."""
    slug = auth_config.toolkit_slug
    return known.get(slug) or Toolkit(
        slug=slug, name=service_name(slug), base_url="", auth_schemes=(auth_config.auth_scheme,)
    )
