"""The guard: every request passes it before anything else sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from studium.web.address import Address
from studium.web.entry import Entry
from studium.web.headers import Headers, with_security

ENTRANCE = "/enter"
"""Where the token is exchanged."""

_METHODS = ("GET", "HEAD", "POST")
_JSON = "application/json"


@dataclass(frozen=True)
class Refusal:
    """Why a request gets nothing.

    Attributes:
        status: Of the response.
        reason: For the reader, in a sentence.
    """

    status: HTTPStatus
    reason: str


class Guard:
    """Lets through what comes from the page itself, opened by the user.

    - The ``Host`` must be ours, so that no other name leads here (DNS rebinding).
    - The session cookie must be there; it is given once, for the token.
    - A request that changes something must name our origin as its own, and must not come from another site.

    Args:
        app: What is guarded.
        address: Where it is served.
        entry: Who may enter.
        security: Headers of every response.
    """

    def __init__(
        self, app: WSGIApplication, address: Address, entry: Entry, security: dict[str, str]
    ) -> None:
        self._app, self._address, self._entry, self._security = app, address, entry, security
        self._cookie = f"studium_{address.port}"  # cookies do not know ports

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or let it through."""

        def start(status: str, headers: Headers, *more: Any) -> Any:
            return start_response(status, with_security(headers, self._security), *more)

        refusal = self._foreign(environ)
        if refusal is not None:
            return _refused(refusal, start)
        if environ.get("PATH_INFO") == ENTRANCE:
            return self._enter(environ, start)
        refusal = self._stranger(environ) or self._forged(environ)
        if refusal is not None:
            return _refused(refusal, start)
        return self._app(environ, start)

    def _foreign(self, environ: WSGIEnvironment) -> Refusal | None:
        """Requests for something that we are not."""
        method = environ["REQUEST_METHOD"]
        if method not in _METHODS:
            return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"the page has no use for {method[:16]}")
        if environ.get("HTTP_HOST", "").lower() not in self._address.hosts:
            return Refusal(
                HTTPStatus.MISDIRECTED_REQUEST, f"this is {self._address.url} and answers to no other name"
            )
        return None

    def _stranger(self, environ: WSGIEnvironment) -> Refusal | None:
        """Requests without the session."""
        if self._entry.admits(_cookie(environ, self._cookie)):
            return None
        return Refusal(
            HTTPStatus.FORBIDDEN,
            "this page opens with the address that `studium serve` printed, in one browser: if it was used in another, "
            "start `studium serve` again",
        )

    def _forged(self, environ: WSGIEnvironment) -> Refusal | None:
        """Requests that another site made the browser send."""
        site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
        navigates = environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        if environ["REQUEST_METHOD"] != "POST":
            if site in ("same-origin", "none") or navigates:
                return None
            return Refusal(HTTPStatus.FORBIDDEN, "another site asked for this")
        if site != "same-origin":
            return Refusal(HTTPStatus.FORBIDDEN, "another site asked for this change")
        if environ.get("HTTP_ORIGIN") != f"http://{environ['HTTP_HOST'].lower()}":
            return Refusal(HTTPStatus.FORBIDDEN, "a change must come from the page itself")
        if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != _JSON:
            return Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"a change must be {_JSON}")
        return None

    def _enter(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return _refused(Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "one enters with GET"), start)
        given = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=4).get("token", [""])[0]
        session = self._entry.exchange(given)
        if session is None:  # a browser that has entered may try again
            refusal = self._stranger(environ)
            return _refused(refusal, start) if refusal is not None else _elsewhere(start, [])
        cookie = f"{self._cookie}={session}; Path=/; HttpOnly; SameSite=Strict"
        return _elsewhere(start, [("Set-Cookie", cookie)])


def _cookie(environ: WSGIEnvironment, name: str) -> str:
    try:
        found = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _elsewhere(start: StartResponse, headers: Headers) -> Iterable[bytes]:
    # To an address without the token, so that it is in no history and no referrer.
    start("303 See Other", [("Location", "/"), ("Content-Length", "0"), *headers])
    return [b""]


def _refused(refusal: Refusal, start: StartResponse) -> Iterable[bytes]:
    body = f"{refusal.status.phrase}: {refusal.reason}.\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    if refusal.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", ", ".join(_METHODS)))
    start(f"{refusal.status.value} {refusal.status.phrase}", headers)
    return [body]
