"""What a toolkit can do, in words: how people connect, how access is kept, and how it ends."""

from __future__ import annotations

from authconfigs.catalogue.toolkit import Identity, Toolkit

_SCHEMES = {
    "OAUTH2": "Sign-in",
    "API_KEY": "API key",
    "BASIC": "User name and password",
    "BEARER_TOKEN": "Access token",
    "NO_AUTH": "Open to all",
}
_SCHEME_SENTENCES = {
    "OAUTH2": "People sign in at {name} and agree there (OAuth 2).",
    "API_KEY": "People paste an API key of theirs.",
    "BASIC": "People type a user name and a password.",
    "BEARER_TOKEN": "People paste an access token of theirs.",
    "NO_AUTH": "{name} lets everybody in; nothing is asked.",
}


def scheme_words(scheme: str) -> str:
    """`OAUTH2` is `Sign-in`; one without words is told as it is."""
    return _SCHEMES.get(scheme, scheme)


def scheme_sentences(toolkit: Toolkit) -> list[tuple[str, str]]:
    """The wire's name of each scheme, and what it means for people."""
    return [
        (scheme, _SCHEME_SENTENCES.get(scheme, "{name} has its own way.").format(name=toolkit.name))
        for scheme in toolkit.auth_schemes
    ]


def kind_words(toolkit: Toolkit) -> str:
    """For the choice of a service: what its people will do."""
    first, *others = (scheme_words(scheme) for scheme in toolkit.auth_schemes)
    return " or ".join([first, *(each if each.startswith("API") else each.lower() for each in others)])


def refresh_words(toolkit: Toolkit) -> str:
    """How long a connection lasts without the person."""
    oauth2 = toolkit.oauth2
    if oauth2 is None:
        return f"Until it is changed or taken back at {toolkit.name}. Nothing has to be renewed."
    words = [f"Flowra renews access by itself where {toolkit.name} gives a refresh token."]
    if oauth2.refresh.idle_days:
        words.append(f"Unused for {oauth2.refresh.idle_days} days, it is gone.")
    if oauth2.refresh.lasts_days:
        words.append(f"{oauth2.refresh.lasts_days} days after the person agreed, it ends whatever is done.")
    return " ".join(words)


def revoke_words(toolkit: Toolkit) -> str:
    """What happens at the service when an account is revoked here."""
    name = toolkit.name
    oauth2 = toolkit.oauth2
    if oauth2 is None:
        return f"Flowra deletes what it was given. {name} is not told: people take a key back there."
    if oauth2.revoke is None:
        return f"Flowra cannot tell {name} to forget a grant. It deletes its tokens; people remove the app there."
    words = f"Flowra can tell {name} to forget a grant."
    if oauth2.revoke.ends_all:
        words += (
            f" {name} then ends all of the person's grants to this client, other connections of theirs too."
        )
    return words


def identity_words(toolkit: Toolkit) -> str:
    """Whether it is known whose account was connected."""
    identity = toolkit.identity
    if identity is None:
        return f"Not known: {toolkit.name} does not tell whose account it is."
    told = [words for words, paths in _told_by(identity) if paths]
    return f"{toolkit.name} tells {_and(told)}." if told else f"Asked of {toolkit.name} after connecting."


def _told_by(identity: Identity) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("an id", identity.id),
        ("a name", identity.name),
        ("an e-mail address", identity.email),
        ("the workspace", identity.workspace),
    )


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
