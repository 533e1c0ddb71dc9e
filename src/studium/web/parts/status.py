"""How far runs and steps are, in words and as a bar."""

from __future__ import annotations

from dash import html

from studium.report.numbers import count, duration
from studium.runs.progress_file import StepProgress
from studium.runs.state import RunState
from studium.web.parts.bars import bar_element


def status_element(status: str) -> html.Span:
    """A status as a coloured word."""
    return html.Span(status, className=f"status {status}")


def run_share(state: RunState, progress: StepProgress | None) -> float:
    """Share of a run's steps that is done, in [0, 1]; the running one counts as far as it is."""
    done = sum(step.status == "complete" for step in state.steps)
    running = progress.share if progress is not None and state.status == "running" else 0.0
    return min((done + running) / len(state.steps), 1.0) if state.steps else 1.0


def progress_element(state: RunState, progress: StepProgress | None) -> html.Div:
    """A bar, and what it means."""
    share = run_share(state, progress)
    done = sum(step.status == "complete" for step in state.steps)
    words = [f"{done} of {count(len(state.steps), 'step')} done"]
    if progress is not None:
        words.append(f"{progress.step} {progress.share:.0%}")
        words += (
            [f"about {duration(progress.seconds_left)} left"] if progress.seconds_left is not None else []
        )
    return html.Div(
        [
            bar_element(share, "run"),
            html.P(", ".join(words), className="meta"),
        ],
        className="progress",
    )
