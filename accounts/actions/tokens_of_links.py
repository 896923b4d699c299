"""Random tokens of the connect flow: made here, stored as hashes only."""

from __future__ import annotations

import base64
import hashlib
import secrets


def random_token() -> str:
    """256 random bits, URL-safe, 43 characters."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """SHA-256 in hex: enough for 256 random bits, and fast."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def code_challenge(code_verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
