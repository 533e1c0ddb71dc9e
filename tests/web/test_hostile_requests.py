"""Hostile requests, to the program as it really runs: each is refused, and nothing of the page is in the answer."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studium.web.library import run_id
from tests.runs.tiny import tiny_run
from tests.web.serving import Served, read_answer, serving

RUN, LINKED = run_id("run"), run_id("linked")
CALL = json.dumps(
    {
        "output": "content.children",
        "outputs": {"id": "content", "property": "children"},
        "inputs": [{"id": "url", "property": "pathname", "value": "/"}],
        "state": [{"id": "url", "property": "search", "value": ""}],
        "changedPropIds": ["url.pathname"],
    }
).encode()
REPORT = "<!DOCTYPE html><title>Report</title><p>what was found</p>"
CALLBACK = "/_dash-update-component"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("runs")
    shutil.copytree(tiny_run().path, root / "run")
    (root.parent / "secret").mkdir(exist_ok=True)
    (root.parent / "secret" / "run.json").write_text("secret of the machine")
    (root / "run" / "report.html").write_text(REPORT)
    (root / "linked").mkdir()
    shutil.copy(root / "run" / "run.json", root / "linked")
    (root / "linked" / "report.html").symlink_to(root.parent / "secret" / "run.json")
    with serving(root) as page:
        page.enter()
        yield page


def test_the_page_itself_is_answered(served: Served) -> None:
    for path in (
        "/",
        "/compare",
        f"/run/{RUN}",
        f"/run/{RUN}/net",
        f"/run/{RUN}/fc/inside",
        f"/run/{RUN}/report.html",
        "/_dash-layout",
        "/look.css",
    ):
        assert served.ask("GET", path).status == 200, path
    answer = served.ask("POST", CALLBACK, body=CALL)
    assert answer.status == 200
    assert RUN in answer.body.decode()


# What is asked, and the status of the refusal. Headers are those of the page itself, changed as said; None leaves one out.
HOSTILE: dict[str, tuple[str, str, dict[str, str | None], int]] = {
    # another name for this machine (DNS rebinding), and tricks with ports
    "foreign host": ("GET", "/", {"Host": "evil.example"}, 421),
    "foreign host, our port": ("GET", "/", {"Host": "evil.example:{port}"}, 421),
    "our host, other port": ("GET", "/", {"Host": "127.0.0.1:1"}, 421),
    "our host, no port": ("GET", "/", {"Host": "127.0.0.1"}, 421),
    "our host, two ports": ("GET", "/", {"Host": "127.0.0.1:{port}:80"}, 421),
    "our host, port with zeros": ("GET", "/", {"Host": "127.0.0.1:0{port}"}, 421),
    "our host as user name": ("GET", "/", {"Host": "127.0.0.1:{port}@evil.example"}, 421),
    "our host as prefix": ("GET", "/", {"Host": "127.0.0.1:{port}.evil.example"}, 421),
    "our host in another notation": ("GET", "/", {"Host": "2130706433:{port}"}, 421),
    "our host with a dot": ("GET", "/", {"Host": "localhost.:{port}"}, 421),
    "unspecified host": ("GET", "/", {"Host": "0.0.0.0:{port}"}, 421),
    "no host": ("GET", "/", {"Host": None}, 421),
    "empty host": ("GET", "/", {"Host": ""}, 421),
    "foreign host behind a proxy": ("GET", "/", {"Host": "evil.example", "X-Forwarded-Host": "127.0.0.1:{port}"}, 421),
    # no session
    "no cookie": ("GET", "/", {"Cookie": None}, 403),
    "no cookie, a run": ("GET", f"/run/{RUN}", {"Cookie": None}, 403),
    "no cookie, a report": ("GET", f"/run/{RUN}/report.html", {"Cookie": None}, 403),
    "no cookie, the page's layout": ("GET", "/_dash-layout", {"Cookie": None}, 403),
    "no cookie, a script": ("GET", "/_dash-component-suites/dash/deps/react@18.3.1.min.js", {"Cookie": None}, 403),
    "no cookie, a change": ("POST", CALLBACK, {"Cookie": None}, 403),
    "wrong cookie": ("GET", "/", {"Cookie": "studium_{port}=wrong"}, 403),
    "empty cookie": ("GET", "/", {"Cookie": "studium_{port}="}, 403),
    "cookie of another port": ("GET", "/", {"Cookie": "studium_1=wrong"}, 403),
    "cookie that is none": ("GET", "/", {"Cookie": ";;==,"}, 403),
    "cookie that is not ASCII": ("GET", "/", {"Cookie": "studium_{port}=\xe4\xf6"}, 403),
    # the token
    "wrong token": ("GET", "/enter?token=wrong", {"Cookie": None}, 403),
    "empty token": ("GET", "/enter?token=", {"Cookie": None}, 403),
    "no token": ("GET", "/enter", {"Cookie": None}, 403),
    "many tokens": ("GET", "/enter?" + "&".join(["token=x"] * 3), {"Cookie": None}, 403),
    "token that is not ASCII": ("GET", "/enter?token=%FF%FE", {"Cookie": None}, 403),
    "token that was used": ("GET", "{entrance}", {"Cookie": None}, 403),
    "token by POST": ("POST", "{entrance}", {}, 405),
    "token by HEAD": ("HEAD", "{entrance}", {}, 405),
    # changes that another site makes the browser send, with the cookie
    "cookie without origin": ("POST", CALLBACK, {"Origin": None}, 403),
    "null origin": ("POST", CALLBACK, {"Origin": "null"}, 403),
    "foreign origin": ("POST", CALLBACK, {"Origin": "http://evil.example"}, 403),
    "origin of another port": ("POST", CALLBACK, {"Origin": "http://127.0.0.1:1"}, 403),
    "origin with another scheme": ("POST", CALLBACK, {"Origin": "https://127.0.0.1:{port}"}, 403),
    "origin that begins like ours": ("POST", CALLBACK, {"Origin": "http://127.0.0.1:{port}.evil.example"}, 403),
    "origin that is another of our names": ("POST", CALLBACK, {"Origin": "http://localhost:{port}"}, 403),
    "two origins": ("POST", CALLBACK, {"Origin": "http://127.0.0.1:{port}, http://evil.example"}, 403),
    "change from another site": ("POST", CALLBACK, {"Sec-Fetch-Site": "cross-site"}, 403),
    "change from the same site": ("POST", CALLBACK, {"Sec-Fetch-Site": "same-site"}, 403),
    "change from nowhere": ("POST", CALLBACK, {"Sec-Fetch-Site": "none"}, 403),
    "change as a form": ("POST", CALLBACK, {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "change as text": ("POST", CALLBACK, {"Content-Type": "text/plain"}, 415),
    "change without a type": ("POST", CALLBACK, {"Content-Type": None}, 415),
    "script for another site": ("GET", "/look.css", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
    # methods
    **{
        f"method {method}": (method, "/", {}, 405)
        for method in ("TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "PROPFIND")
    },
    "change of a page": ("POST", "/", {}, 405),
    "preflight": ("OPTIONS", CALLBACK, {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}, 405),
    # paths in place of ids
    **{
        f"traversal {place}": ("GET", path, {}, 404)
        for place, path in enumerate(
            (
                "/run/..",
                "/run/../../secret",
                "/run/..%2f..%2fsecret",
                "/run/%2e%2e/%2e%2e/secret",
                "/run/....//secret",
                f"/run/{RUN}/../../../secret",
                f"/run/{RUN}/..%2f..%2f..%2fsecret",
                f"/run/{RUN}/..",
                f"/run/{RUN}/.",
                f"/run/{RUN}/net/../inside",
                f"/run/{RUN}/net%00",
                f"/run/{RUN}%00",
                f"/run/{RUN}/net/inside/..%2f..",
                "/run/run",
                "/run/secret",
                "/run//etc/passwd",
                "/run/C:%5Cwindows",
                "//etc/passwd",
                "/etc/passwd",
                "/assets/../../pyproject.toml",
                "/assets/..%2f..%2fapp.py",
                "/assets/%2e%2e/app.py",
                "/_dash-component-suites/dash/../../../etc/passwd",
                "/_dash-component-suites/dash/..%2f..%2f..%2fetc%2fpasswd",
                "/_dash-component-suites/os/path.py",
                f"/run/{'0' * 16}",
                f"/run/{RUN.upper()}",
                "/_mcp",
                "/_dash-unknown",
                "/_dash_ws",
                "/_reload-hash",
                f"/run/{RUN}/secret",
                "/run/run/report.html",
                "/run/..%2fsecret/report.html",
                f"/run/{'0' * 16}/report.html",
                f"/run/{RUN}/net/report.html",
                f"/run/{RUN}/report.html/..",
                f"/run/{LINKED}/report.html",
            )
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused(served: Served, name: str) -> None:
    method, path, headers, status = HOSTILE[name]
    known = {"port": served.port, "entrance": served.entrance}
    sent = {key: None if value is None else value.format(**known) for key, value in headers.items()}
    body = CALL if method == "POST" else b""
    answer = served.ask(method, path.format(**known) if path == "{entrance}" else path, sent, body)
    assert answer.status == status
    assert RUN not in answer.body.decode("utf-8", "replace")
    assert b"secret of the machine" not in answer.body
    assert "access-control-allow-origin" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert served.ask("GET", "/").status == 200  # and the page lives


def test_traversal_in_callbacks_leads_nowhere(served: Served) -> None:
    call: dict[str, Any] = json.loads(CALL)
    for path in (
        "/run/../../secret",
        "/run/..",
        f"/run/{'0' * 16}",
        f"/run/{RUN}/../../secret",
        f"/run/{RUN}/secret/inside",
    ):
        call["inputs"][0]["value"] = path
        answer = served.ask("POST", CALLBACK, body=json.dumps(call).encode())
        assert b"secret of the machine" not in answer.body
        assert (
            b"nothing at this address" in answer.body
            or b"choose one" in answer.body
            or b"no such run" in answer.body
        )


def test_two_hosts_or_two_cookies_do_not_confuse_it(served: Served) -> None:
    two = f"GET / HTTP/1.1\r\nHost: {served.host}\r\nHost: evil.example\r\nCookie: {served.cookie}\r\n\r\n"
    assert served.send(two).status == 421
    wrong = f"{served.cookie.partition('=')[0]}=wrong"
    both = f"GET / HTTP/1.1\r\nHost: {served.host}\r\nCookie: {wrong}; {wrong}\r\n\r\n"
    assert served.send(both).status == 403


def test_a_request_for_another_server_is_judged_by_its_host(served: Served) -> None:
    absolute = f"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nCookie: {served.cookie}\r\n\r\n"
    assert served.send(absolute).status == 421


def test_ten_gigabytes_are_refused_before_they_are_sent(served: Served) -> None:
    before, started = served.memory(), time.monotonic()
    answer = served.ask("POST", CALLBACK, {"Content-Length": str(10 << 30)})
    assert answer.status == 413
    assert time.monotonic() - started < 2
    assert served.memory() - before < 20 << 20


def test_an_endless_body_in_chunks_is_cut_off(served: Served) -> None:
    before = served.memory()
    head = (
        f"POST {CALLBACK} HTTP/1.1\r\nHost: {served.host}\r\nCookie: {served.cookie}\r\nOrigin: {served.url}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    sent = 0
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as wire:
        wire.sendall(head.encode())
        answers: list[int] = []
        reader = threading.Thread(target=lambda: answers.append(_status(wire)))
        reader.start()
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        while sent < 200 and not answers:
            try:
                wire.sendall(chunk)
            except OSError:  # it has closed the connection
                break
            sent += 1
        reader.join(10)
    assert sent < 60  # megabytes, some of them in the buffers between
    assert answers in ([413], [0])  # 0: closed before the answer could be read
    assert served.memory() - before < 60 << 20
    assert served.ask("GET", "/").status == 200


def test_a_body_without_length_of_one_endless_chunk_is_cut_off(served: Served) -> None:
    head = (
        f"POST {CALLBACK} HTTP/1.1\r\nHost: {served.host}\r\nTransfer-Encoding: chunked\r\n\r\n"
        "fffffffffffffff\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as wire:
        wire.sendall(head.encode())
        sent = 0
        try:
            while sent < 200:
                wire.sendall(b"x" * (1 << 20))
                sent += 1
        except OSError:
            pass
    assert sent < 60
    assert served.ask("GET", "/").status == 200


def test_every_answer_protects_itself(served: Served) -> None:
    for answer in (
        served.ask("GET", "/"),
        served.ask("GET", "/_dash-layout"),
        served.ask("POST", CALLBACK, body=CALL),
        served.ask("GET", "/", {"Cookie": None}),
        served.ask("GET", "/nothing"),
        served.ask("TRACE", "/"),
    ):
        policy = dict(
            part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
        assert policy["connect-src"] == "'self'"
        assert "unsafe" not in policy["script-src"]
        assert "http" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "server" not in answer.headers


def test_a_report_has_no_origin_to_act_in_and_may_load_nothing(served: Served) -> None:
    answer = served.ask("GET", f"/run/{RUN}/report.html")
    policy = dict(
        part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy["sandbox"].split() == ["allow-scripts", "allow-downloads"]
    assert policy["default-src"] == "'none'"
    assert "connect-src" not in policy
    assert "'self'" not in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.body.decode() == REPORT


def test_the_session_is_a_cookie_that_no_script_and_no_other_site_gets(tmp_path: Path) -> None:
    with serving(tmp_path) as page:
        answer = page.send(f"GET {page.entrance} HTTP/1.1\r\nHost: {page.host}\r\n\r\n")
        assert (answer.status, answer.headers["location"]) == (303, "/")
        parts = [part.strip() for part in answer.headers["set-cookie"].split(";")]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(parts)
        token = page.entrance.partition("token=")[2]
        assert token not in answer.headers["set-cookie"]
        page.cookie = parts[0]
        assert page.ask("GET", "/").status == 200
        assert page.ask("GET", page.entrance).status == 303  # whoever is in may use the address again
        assert page.ask("GET", page.entrance, {"Cookie": None}).status == 403
        page.ask("POST", CALLBACK, body=b"{")  # something to log
        assert page.stop() == 0
        log = page.log.read_text()
        assert log.count(token) == 1  # where it was given to the user
        assert page.cookie.partition("=")[2] not in log


def _status(wire: socket.socket) -> int:
    try:
        return read_answer(wire).status
    except (OSError, IndexError):
        return 0
