"""Sentences that stand in place of what cannot be shown."""

from __future__ import annotations

from dash import html


def problem(sentence: str) -> html.Div:
    """Something is wrong; the sentence says what, and the cure."""
    return html.Div(html.P(sentence), className="notices", role="alert")


def remark(sentence: str) -> html.P:
    """Something worth knowing."""
    return html.P(sentence, className="about")
