"""What is wrong with a server's TLS, in words: from what the libraries raise, however deep it is in there."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

# OpenSSL's X509_V_ERR_…; what it quotes besides may name more than a message should.
_WORDS = {
    9: "it is not valid yet",
    10: "it has run out",
    18: "it is signed by nobody but itself",
    19: "it is signed by nobody but itself",
    20: "it is signed by somebody whom nobody here trusts, or comes without the certificates between",
    21: "it is signed by somebody whom nobody here trusts, or comes without the certificates between",
    23: "it was revoked",
    62: "it is for another host",
    64: "it is for another address",
}


def untrusted_words(error: BaseException) -> str | None:
    """A sentence about its certificate, or that it speaks no TLS; None where TLS was not what failed."""
    for each in _chain(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return f"The service's certificate is not good: {_WORDS.get(each.verify_code, 'it cannot be checked')}."
        if isinstance(each, ssl.SSLError) and each.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
            return "The service does not speak TLS at this address."
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__
