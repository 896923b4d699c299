"""Scopes: told apart whatever a service calls them, and said in plain words."""

from __future__ import annotations

from authconfigs.catalogue.load import all_toolkits
from authconfigs.catalogue.scopes import granted_scopes, missing_scopes, what_is_shared
from authconfigs.catalogue.toolkit import OAuth2

GMAIL = "https://www.googleapis.com/auth/gmail."


def oauth2_of(slug: str) -> OAuth2:
    found = all_toolkits()[slug].oauth2
    assert found
    return found


def test_google_answers_email_by_its_long_name() -> None:
    answered = ["https://www.googleapis.com/auth/userinfo.email", "openid"]
    assert granted_scopes(oauth2_of("gmail"), ["openid", "email"], answered) == ("email", "openid")


def test_a_scope_that_was_asked_for_by_its_long_name_keeps_it() -> None:
    long = "https://www.googleapis.com/auth/userinfo.email"
    assert granted_scopes(oauth2_of("gmail"), [long], [long]) == (long,)


def test_outlook_never_names_offline_access_and_names_the_rest_by_either_name() -> None:
    asked = ["openid", "offline_access", "Mail.Read"]
    granted = granted_scopes(oauth2_of("outlook"), asked, ["https://graph.microsoft.com/Mail.Read"])
    assert granted == ("Mail.Read", "openid", "offline_access")
    assert missing_scopes(oauth2_of("outlook"), asked, granted) == ()


def test_github_leaves_out_what_a_wider_scope_contains() -> None:
    github = oauth2_of("github")
    assert granted_scopes(github, ["user", "user:email"], ["user"]) == ("user", "user:email")
    assert granted_scopes(github, ["user:email"], ["user:email"]) == ("user:email",)
    assert missing_scopes(github, ["user", "user:email", "repo", "public_repo"], ["user", "repo"]) == ()
    assert missing_scopes(github, ["admin:org", "read:org"], ["admin:org"]) == ()


def test_what_was_refused_is_missing() -> None:
    assert missing_scopes(oauth2_of("github"), ["repo", "user:email"], ["user:email"]) == ("repo",)
    assert missing_scopes(None, ["a", "b", "a"], ["b"]) == ("a",)


def test_a_wider_scope_never_stands_for_a_narrower_grant() -> None:
    assert missing_scopes(oauth2_of("github"), ["repo"], ["public_repo"]) == ("repo",)


def test_what_matters_most_is_said_first() -> None:
    github = all_toolkits()["github"]
    shared = what_is_shared(github, ["user:email", "read:org", "public_repo", "delete_repo", "repo"])
    assert [each.kind for each in shared.can] == ["delete", "change", "change", "read", "identity"]
    assert [each.sensitive for each in shared.can][1:3] == [True, False]


def test_what_surely_cannot_be_done_is_said_only_where_it_is_true() -> None:
    gmail = all_toolkits()["gmail"]
    assert what_is_shared(gmail, ["email", GMAIL + "send"]).cannot == (
        "delete your mail for good",
        "read your mail",
    )
    assert what_is_shared(gmail, [GMAIL + "readonly"]).cannot == (
        "delete your mail for good",
        "send mail as you",
    )
    assert what_is_shared(gmail, [GMAIL + "modify"]).cannot == ("delete your mail for good",)
    assert what_is_shared(gmail, ["https://mail.google.com/"]).cannot == ()


def test_nothing_is_promised_about_a_scope_that_has_no_words() -> None:
    shared = what_is_shared(all_toolkits()["slack"], ["chat:write", "admin.everything"])
    assert shared.unknown == ("admin.everything",)
    assert shared.cannot == ()
    assert [each.text for each in shared.can] == ["send messages"]


def test_the_same_words_are_said_once() -> None:
    shared = what_is_shared(all_toolkits()["github"], ["repo", "repo"])
    assert len(shared.can) == 1
