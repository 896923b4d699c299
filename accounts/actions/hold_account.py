"""The account's row is locked before any other of its rows: transactions that meet wait in a line, not for each other."""

from __future__ import annotations

from accounts.models import ConnectedAccount


def hold_account(account_id: str) -> None:
    """First thing in a transaction that changes several of its rows: account, credential, links, revocation.

    Whoever does the same waits until that ends; who reads the account, or refers to it, does not. On SQLite all writers
    wait for each other anyway.
    """
    list(ConnectedAccount.objects.filter(pk=account_id).select_for_update(no_key=True).values_list("pk"))
