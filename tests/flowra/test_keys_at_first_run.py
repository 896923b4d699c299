"""The installation's keys: made once, readable by their owner alone, never made anew beside a database."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from flowra.encryption_keys import Key, KeyRing
from flowra.keys_at_first_run import FILE_NAME, Keys, keys_of_installation


def keys_in(directory: Path, **environment: str) -> Keys:
    return keys_of_installation(environment, directory, directory / "flowra.sqlite3")


def test_the_first_run_makes_keys_that_only_their_owner_reads(tmp_path: Path) -> None:
    directory = tmp_path / "var"
    keys = keys_in(directory)
    assert stat.S_IMODE((directory / FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert len(base64.urlsafe_b64decode(keys.encryption[0])) == 32
    assert len(keys.secret) >= 50
    assert os.listdir(directory) == [FILE_NAME]


def test_the_second_run_reads_them_again(tmp_path: Path) -> None:
    first = keys_in(tmp_path)
    (tmp_path / "flowra.sqlite3").write_text("a database")
    assert keys_in(tmp_path) == first


def test_no_keys_are_made_beside_a_database_that_has_lost_its_own(tmp_path: Path) -> None:
    (tmp_path / "flowra.sqlite3").write_text("a database")
    with pytest.raises(ImproperlyConfigured, match=r"keys\.env is missing.*Restore that file"):
        keys_in(tmp_path)
    assert os.listdir(tmp_path) == ["flowra.sqlite3"]


def test_of_many_first_runs_at_once_one_makes_the_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: keys_in(tmp_path), range(16)))
    assert len(set(made)) == 1
    assert os.listdir(tmp_path) == [FILE_NAME]


def test_given_keys_win_and_nothing_is_written(tmp_path: Path) -> None:
    keys = keys_in(tmp_path, FLOWRA_ENCRYPTION_KEYS=" new , old ", FLOWRA_SECRET_KEY="secret")
    assert (keys.encryption, keys.secret) == (("new", "old"), "secret")
    assert os.listdir(tmp_path) == []


def test_another_database_than_the_embedded_one_needs_them_given(tmp_path: Path) -> None:
    with pytest.raises(
        ImproperlyConfigured, match=r"FLOWRA_ENCRYPTION_KEYS and FLOWRA_SECRET_KEY must be given.*python -c"
    ):
        keys_of_installation({}, tmp_path, None)
    with pytest.raises(ImproperlyConfigured, match="^FLOWRA_SECRET_KEY must be given"):
        keys_of_installation({"FLOWRA_ENCRYPTION_KEYS": "x"}, tmp_path, None)


def test_a_file_that_lacks_one_of_them_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("FLOWRA_SECRET_KEY=x\n")
    with pytest.raises(ImproperlyConfigured, match="has no FLOWRA_ENCRYPTION_KEYS"):
        keys_in(tmp_path)


def test_what_is_shown_of_keys_has_no_key(tmp_path: Path) -> None:
    keys = keys_in(tmp_path)
    assert repr(keys) == "Keys(1 encryption keys)"


GOOD = os.urandom(32)


@pytest.mark.parametrize(
    "text",
    [GOOD.hex(), base64.b64encode(GOOD).decode(), base64.urlsafe_b64encode(GOOD).decode().rstrip("=")],
    ids=["hex", "base64", "URL-safe, without padding"],
)
def test_a_key_is_the_same_however_it_is_written(text: str) -> None:
    assert Key.from_text(f" {text} ").id == Key.from_text(GOOD.hex()).id


@pytest.mark.parametrize(
    "text",
    ["short", "x" * 64, base64.b64encode(b"a" * 31).decode(), base64.b64encode(b"a" * 33).decode(), "é" * 43],
)
def test_a_malformed_key_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="malformed") as refused:
        KeyRing.from_texts([GOOD.hex(), text])
    assert text not in str(refused.value)


@pytest.mark.parametrize("master", [b"\0" * 32, b"password" * 4, b"ab" * 16])
def test_a_key_that_nobody_drew_is_refused(master: bytes) -> None:
    with pytest.raises(ImproperlyConfigured, match="not random"):
        Key.from_text(master.hex())


def test_no_key_at_all_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"is empty.*python -c"):
        KeyRing.from_texts([])


def test_the_first_key_writes_and_all_are_known() -> None:
    texts = [os.urandom(32).hex() for _ in range(3)]
    ring = KeyRing.from_texts(texts)
    assert ring.newest.id == Key.from_text(texts[0]).id
    assert ring.ids() == tuple(Key.from_text(text).id for text in texts)
    assert ring.get("00000000") is None
    assert texts[0] not in repr(ring)
    assert texts[0] not in repr(ring.newest)
