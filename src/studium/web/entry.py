"""Who may enter: a token that opens the page once, and the session that it is exchanged for."""

from __future__ import annotations

import secrets
import threading


class Entry:
    """The only way into the page. Neither token nor session is ever written down.

    Attributes:
        token: Stands in the address that the user is given; it is worth one session.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self._session = secrets.token_urlsafe(32)
        self._spent = False
        self._lock = threading.Lock()

    def exchange(self, token: str) -> str | None:
        """The session for a token; ``None`` when it is wrong or spent."""
        with self._lock:
            if self._spent or not _equal(token, self.token):
                return None
            self._spent = True
            return self._session

    def admits(self, session: str) -> bool:
        """Whether a session is the one that the token was exchanged for."""
        return self._spent and _equal(session, self._session)


def _equal(given: str, known: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "surrogateescape"), known.encode())
