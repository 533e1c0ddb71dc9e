"""What every response says to the browser: load nothing from elsewhere, show this nowhere else, guess nothing."""

from __future__ import annotations

from collections.abc import Sequence

Headers = list[tuple[str, str]]

_POLICY = "Content-Security-Policy"
REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of a report, which says more narrowly itself what it may; its scripts are inline, so it has no origin to act in."""


def security_headers(script_hashes: Sequence[str] = ()) -> dict[str, str]:
    """The headers.

    Scripts come from this server or are known by their hash. Styles may be inline, since Plotly and Dash's components write
    style elements while they draw, whose text nobody knows beforehand; pictures may be data, since figures hold some.

    Args:
        script_hashes: Of the scripts that Dash writes into the page, as a policy writes them.
    """
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(("'self'", *script_hashes)),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        _POLICY: "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


def with_security(headers: Headers, security: dict[str, str]) -> Headers:
    """Headers of a response, with ours in place of any of the same name; what is not said to be kept is not kept.

    A report keeps its own policy, which is known word by word.
    """
    ours = {name.lower() for name in security}
    others = [(name, value) for name, value in headers if name.lower() not in ours]
    if (_POLICY, REPORT_POLICY) in headers:
        security = {**security, _POLICY: REPORT_POLICY}
    kept = any(name.lower() == "cache-control" for name, _ in others)
    return [*others, *security.items(), *([] if kept else [("Cache-Control", "no-store")])]
