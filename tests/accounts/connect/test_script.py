"""`/connect.js`: small on the way, for any origin, and the file that its `integrity` names."""

from __future__ import annotations

import base64
import gzip
import hashlib

import pytest
from django.test import Client

from accounts.connect.script import source

MOST_BYTES = 8_000


def test_the_integrity_is_that_of_what_is_run_packed_or_not() -> None:
    plain = Client().get("/connect.js")
    packed = Client().get("/connect.js", headers={"accept-encoding": "br, gzip"})
    assert plain.content == source() == gzip.decompress(packed.content)
    assert packed["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain
    wanted = f"sha384-{base64.b64encode(hashlib.sha384(source()).digest()).decode()}"
    assert plain["X-Integrity"] == packed["X-Integrity"] == wanted
    assert plain["Access-Control-Allow-Origin"] == "*"
    assert plain["Vary"] == "Accept-Encoding"


def test_it_is_small_on_the_way() -> None:
    assert len(Client().get("/connect.js", headers={"accept-encoding": "gzip"}).content) < MOST_BYTES


@pytest.mark.parametrize("refused", ["identity", "gzip;q=0", "br, gzip; q=0.0", ""])
def test_who_does_not_unpack_has_it_as_it_is(refused: str) -> None:
    assert Client().get("/connect.js", headers={"accept-encoding": refused}).content == source()


def test_who_has_it_is_sent_nothing() -> None:
    for accepted in ("gzip", "identity"):
        first = Client().get("/connect.js", headers={"accept-encoding": accepted})
        again = Client().get(
            "/connect.js", headers={"accept-encoding": accepted, "if-none-match": first["ETag"]}
        )
        assert again.status_code == 304 and not again.content
    assert Client().post("/connect.js").status_code == 405
