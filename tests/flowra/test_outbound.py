"""The only way out: which addresses are called, and what becomes of every odd answer."""

from __future__ import annotations

import gzip
import ipaddress
import os
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from flowra import outbound, outbound_guard
from flowra.errors import FlowraError
from flowra.outbound import OutboundFailed, OutboundRefused, OutboundTimedOut
from tests.canned_server import Server, http
from tests.flowra.urls_to_refuse import INWARD, NO_URL


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(answer: Any) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def only_public(settings: Settings) -> None:
    settings.FLOWRA_OUTBOUND_ALLOW = ()


@pytest.mark.usefixtures("only_public")
@pytest.mark.parametrize("host", INWARD)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_spelling_of_an_inward_address_is_called(host: str, scheme: str) -> None:
    url = f"{scheme}://{host}:9/"
    with pytest.raises(OutboundRefused):
        outbound.check_url(url)
    with pytest.raises(OutboundRefused):
        outbound.send("GET", url)


@pytest.mark.parametrize("url", NO_URL)
def test_what_is_no_plain_url_is_refused(url: str) -> None:
    for attempt in (lambda: outbound.check_url(url), lambda: outbound.send("GET", url)):
        with pytest.raises(OutboundRefused):
            attempt()


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert outbound_guard.is_public(ipaddress.ip_address(address))


@pytest.mark.usefixtures("only_public")
def test_a_public_address_is_called_with_tls_only() -> None:
    outbound.check_url("https://8.8.8.8/")
    with pytest.raises(OutboundRefused, match="https"):
        outbound.check_url("http://8.8.8.8/")


def test_a_name_that_does_not_resolve_is_refused() -> None:
    with pytest.raises(OutboundRefused, match="resolve"):
        outbound.check_url("https://no-such-host.invalid/")


def test_a_refusal_of_input_names_its_field(only_public: None) -> None:
    with pytest.raises(FlowraError) as refusal:
        outbound.refuse_inward("oauth2.tokenUrl", "https://127.0.0.1/token")
    assert refusal.value.status == 400
    assert refusal.value.problem_code == "address_refused"
    assert refusal.value.errors[0].field == "oauth2.tokenUrl"


def test_a_name_with_one_inward_address_among_public_ones_is_refused(
    only_public: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
    with pytest.raises(OutboundRefused):
        outbound.send("GET", "https://two-faced.example/")


def test_a_name_that_changes_after_the_check_is_checked_again_where_it_connects(
    serve: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(http())
    port = int(server.url.rsplit(":", 1)[1])
    answers = iter(["8.8.8.8", "127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [(2, 1, 6, "", (next(answers), port))])
    settings.FLOWRA_OUTBOUND_ALLOW = ()
    outbound.check_url(f"https://turning.example:{port}/")
    with pytest.raises(OutboundRefused):
        outbound.send("GET", f"https://turning.example:{port}/")
    assert server.connections == 0


def test_a_proxy_in_the_environment_is_not_used(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = serve(http(b"proxy")), serve(http(b"server"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    assert outbound.send("GET", server.url).text == "server"
    assert proxy.connections == 0


def test_connections_are_pooled_and_cookies_are_not_kept(serve: Any) -> None:
    server = serve(http(b"{}", "200 OK", "Set-Cookie: a=b; Path=/"))
    for _ in range(3):
        outbound.send("GET", server.url)
    assert server.connections == 1
    assert not any(b"cookie:" in request.lower() for request in server.requests)


def test_a_forked_process_resolves_and_connects_by_itself(serve: Any) -> None:
    server = serve(http())
    url = server.url.replace("127.0.0.1", "localhost")
    assert outbound.send("GET", url).status == 200
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if outbound.send("GET", url, timeout=3).status == 200 else 1)
        except BaseException:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert server.connections == 2


def test_bodies_go_out_as_form_json_or_bytes_and_parameters_join_the_url_s(serve: Any) -> None:
    server = serve(http())
    outbound.send("POST", server.url + "/a?x=1", params={"y": "2 3"}, form={"grant_type": "a b"})
    outbound.send("POST", server.url, json={"a": [1]}, basic_auth=("id", "secret"))
    form, as_json = server.requests
    assert b"POST /a?x=1&y=2+3 " in form.replace(b"%20", b"+")
    assert form.endswith(b"grant_type=a+b")
    assert b"application/x-www-form-urlencoded" in form
    assert as_json.endswith(b'{"a":[1]}')
    assert b"Authorization: Basic aWQ6c2VjcmV0" in as_json


def test_redirects_are_off_unless_asked_for(serve: Any) -> None:
    target = serve(http(b"arrived"))
    server = serve(http(b"", "302 Found", f"Location: {target.url}/"))
    assert outbound.send("GET", server.url).status == 302
    assert outbound.send("GET", server.url, follow_redirects=1).text == "arrived"


def test_a_redirect_to_another_origin_takes_no_secret_along(serve: Any) -> None:
    target = serve(http(b"arrived"))
    server = serve(http(b"", "302 Found", f"Location: {target.url}/"))
    outbound.send(
        "GET",
        server.url,
        headers={"Authorization": "Bearer s3cret", "Cookie": "a=s3cret"},
        follow_redirects=2,
    )
    outbound.send("GET", server.url, basic_auth=("id", "s3cret"), follow_redirects=2)
    assert not any(b"s3cret" in request or b"authorization" in request.lower() for request in target.requests)


def test_a_redirect_inward_is_refused(serve: Any, settings: Settings) -> None:
    server = serve(http(b"", "302 Found", "Location: http://169.254.169.254/latest/meta-data"))
    with pytest.raises(OutboundRefused):
        outbound.send("GET", server.url, follow_redirects=3)


def test_an_endless_redirect_ends(serve: Any) -> None:
    server = serve(http(b"", "302 Found", "Location: /again"))
    with pytest.raises(OutboundFailed):
        outbound.send("GET", server.url, follow_redirects=3)
    assert len(server.requests) == 4


def test_a_body_with_a_secret_is_not_sent_on_to_another_server(serve: Any) -> None:
    target = serve(http())
    server = serve(http(b"", "307 Temporary Redirect", f"Location: {target.url}/"))
    with pytest.raises(OutboundRefused):
        outbound.send("POST", server.url, form={"code": "s3cret"}, follow_redirects=2)
    assert target.requests == []


def test_an_answer_that_is_too_large_is_not_taken(serve: Any) -> None:
    server = serve(http(b"x" * 2000))
    with pytest.raises(OutboundFailed):
        outbound.send("GET", server.url, max_bytes=1999)
    assert len(outbound.send("GET", server.url, max_bytes=2000).content) == 2000


def test_a_small_answer_that_unpacks_to_a_large_one_is_not_taken(serve: Any) -> None:
    server = serve(http(gzip.compress(b"x" * 20_000_000), "200 OK", "Content-Encoding: gzip"))
    with pytest.raises(OutboundFailed):
        outbound.send("GET", server.url)


def _drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(100):
        connection.sendall(b"x")
        time.sleep(0.1)


def _silence(connection: socket.socket) -> None:
    time.sleep(5)


@pytest.mark.parametrize("answer", [_drip, _silence])
def test_a_slow_answer_ends_at_the_deadline_however_it_drips(serve: Any, answer: Any) -> None:
    started = time.monotonic()
    with pytest.raises(OutboundTimedOut):
        outbound.send("GET", serve(answer).url, timeout=0.5)
    assert time.monotonic() - started < 2


def test_a_name_server_that_hangs_is_waited_for_as_long_as_the_call_may_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: time.sleep(2))
    started = time.monotonic()
    with pytest.raises(OutboundTimedOut):
        outbound.send("GET", "https://slow-names.example/", timeout=0.3)
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
        b"\x00" * 70_000,
    ],
)
def test_an_answer_that_is_no_http_is_a_failure(serve: Any, answer: bytes) -> None:
    def say(connection: socket.socket) -> None:
        connection.sendall(answer)

    with pytest.raises(OutboundFailed):
        outbound.send("GET", serve(say).url, timeout=3)


def test_a_closed_port_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(OutboundFailed):
        outbound.send("GET", f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "sent",
    [
        {"headers": {"X-A": "b\r\nX-C: d"}},
        {"headers": {"X-A\r\nX-C": "b"}},
        {"headers": {"X-A": "ü\x00"}},
        {"headers": {"": "b"}},
        {"method": "GET /x HTTP/1.1\r\nHost: inner\r\n\r\nGET"},
        {"method": "BÄD"},
    ],
)
def test_nothing_splits_a_request(serve: Any, sent: dict[str, Any]) -> None:
    server = serve(http())
    with pytest.raises(FlowraError):
        outbound.send(sent.pop("method", "GET"), server.url, **sent)
    assert not any(b"inner" in request or b"X-C" in request for request in server.requests)


def test_no_error_quotes_the_url(serve: Any) -> None:
    for url in ("http://127.0.0.1:1/?token=s3cret", "https://no.invalid/s3cret", "ftp://s3cret"):
        with pytest.raises(FlowraError) as refusal:
            outbound.send("GET", url, headers={"Authorization": "Bearer s3cret"})
        assert "s3cret" not in f"{refusal.value!r} {refusal.value.message}"


def test_no_traceback_quotes_a_header(serve: Any) -> None:
    token = "".join(("s3", "cret"))
    with pytest.raises(OutboundRefused) as refusal:
        outbound.send("GET", serve(http()).url, headers={"Authorization": f"Bearer {token}\r\n"})
    assert token not in "".join(traceback.format_exception(refusal.value))


def test_an_answer_does_not_show_itself(serve: Any) -> None:
    answer = outbound.send("GET", serve(http(b'{"access_token": "s3cret"}')).url)
    assert answer.json() == {"access_token": "s3cret"}
    assert "s3cret" not in repr(answer)
