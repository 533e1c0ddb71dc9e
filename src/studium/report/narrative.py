"""A step in words, from its result."""

from __future__ import annotations

from studium.report.figures.confusion import confusion_data, confusion_words
from studium.report.numbers import METRIC_NAMES, count, duration, mean_and_spread, metric
from studium.report.steps import StepView

_NOTABLE = 1.15  # validation error over training error


def paragraphs(step: StepView) -> list[str]:
    """What was done in a step, what came out, and what stands out."""
    return [text for text in (_done(step), _came_out(step), _stands_out(step)) if text]


def _done(step: StepView) -> str:
    result = step.result
    data = result.data
    rows = f"{data.n_train:,} training rows of {data.name} ({data.inputs})"
    trainings = count(len(result.trainings), "time")
    epochs = _epochs(step)
    parts = [f"{result.network.name} has {count(result.network.n_parameters, 'parameter')}."]
    if result.folds is not None:
        parts.append(f"It was cross-validated over {result.folds.n_folds} folds.")
    if result.refit:
        parts.append(f"The folds chose {epochs}; with that, it was trained {trainings} on all {rows}.")
    else:
        held_out = f"{data.n_validation:,} more were held out for validation, others for each seed"
        parts.append(f"It was trained {trainings} for {epochs} on {rows}; {held_out}.")
    parts.append(f"That took {duration(result.seconds)}.")
    return " ".join(parts)


def _epochs(step: StepView) -> str:
    epochs = sorted({training.epochs for training in step.result.trainings})
    return count(epochs[0], "epoch") if len(epochs) == 1 else f"{epochs[0]:,} to {epochs[-1]:,} epochs"


def _came_out(step: StepView) -> str:
    model, name = step.result.model, step.metric
    if model is None or model.test is None:
        return "Every training diverged: its loss stopped being finite. A smaller learning rate or gradient clipping helps."
    n = len(step.result.metrics("test"))
    spread = f" (mean ± standard deviation over {n} trainings)" if n > 1 else ""
    text = (
        f"On {count(model.test.n, 'test row')} its {METRIC_NAMES[name]} is "
        f"{mean_and_spread(step.summary('test'), name)}{spread}. The exported model is that of the first seed, chosen "
        f"before any score was known; it scores {metric(model.test.metric, name)}"
    )
    interval = model.test_interval
    if interval is None:
        return f"{text}."
    ends = f"{metric(interval.low, name)} to {metric(interval.high, name)}"
    return f"{text} ({interval.level:.0%} interval {ends}; {interval.method})."


def _stands_out(step: StepView) -> str:
    confusion = confusion_data(step.result)
    if confusion is not None:
        return confusion_words(confusion)
    return _gap(step)


def _gap(step: StepView) -> str:
    train, validation = step.summary("train"), step.summary("validation")
    if train is None or validation is None or train.mean <= 0:
        return ""
    ratio = validation.mean / train.mean
    times = f", {ratio:.1f} times as much" if ratio >= _NOTABLE else ""
    return (
        f"The {METRIC_NAMES[step.metric]} is {mean_and_spread(train, step.metric)} on training rows and "
        f"{mean_and_spread(validation, step.metric)} on validation rows{times}."
    )
