"""The report's tables."""

from __future__ import annotations

from typing import Any

from studium.report.numbers import (
    METRIC_NAMES,
    SHORT_NAMES,
    duration,
    listed,
    mean_and_spread,
    metric,
    number,
)
from studium.report.steps import StepView
from studium.report.table import Table
from studium.runs.folder import RunFolder
from studium.runs.results import NetworkFacts, Part

PARTS: dict[Part, str] = {"train": "training", "validation": "validation", "test": "test"}

_RESULTS = (
    "Validation and test: mean ± standard deviation over trainings with different seeds (validation of a cross-validated "
    "network: over folds). In brackets: 95% interval from the number of test rows."
)


def results_table(steps: list[StepView]) -> Table:
    """All networks: size, scores and time."""
    return Table(
        header=(
            "network",
            "data",
            "parameters",
            "validation",
            "test",
            "exported model [95%]",
            "time",
        ),
        rows=tuple(_result_row(step) for step in steps),
        caption=f"{_metrics(steps)} {_RESULTS}",
        words=(0, 1),
    )


def layer_table(step: StepView) -> Table:
    """The network, layer by layer."""
    return network_table(step.result.network)


def network_table(network: NetworkFacts) -> Table:
    """A network, layer by layer."""
    return Table(
        header=("layer", "kind", "output", "parameters"),
        rows=tuple(
            (layer.name, layer.kind, " × ".join(map(str, layer.output_shape)), f"{layer.n_parameters:,}")
            for layer in network.layers
        ),
        caption=f"{network.name}, layer by layer",
        words=(0, 1),
    )


def settings_table(step: StepView) -> Table:
    """The train config, every value."""
    return config_table(step.result.config, "Settings of each training")


def config_table(config: dict[str, Any], caption: str) -> Table:
    """A train config, every value."""
    return Table(
        header=("setting", "value"),
        rows=tuple((key, _setting(value)) for key, value in config.items()),
        caption=caption,
        words=(0, 1),
    )


def trainings_table(step: StepView) -> Table:
    """Every training of a step: seed, epochs, scores."""
    name = step.metric
    return Table(
        header=(
            "seed",
            "status",
            "epochs",
            *(f"{words} {SHORT_NAMES[name]}" for words in PARTS.values()),
            "time",
        ),
        rows=tuple(
            (
                f"{training.seed}",
                training.status,
                f"{training.epochs:,}",
                *(
                    "–" if score is None else metric(score.metric, name)
                    for score in (training.train, training.validation, training.test)
                ),
                duration(training.seconds),
            )
            for training in step.result.trainings
        ),
        caption="All trainings; the first that did not diverge is the exported model",
        words=(0, 1),
    )


def environment_table(folder: RunFolder) -> Table:
    """What the results depend on beside the plan."""
    environment = dict(folder.environment)
    versions, data = environment.pop("versions", {}), environment.pop("data", {})
    rows = [
        (key.replace("_", " "), "none" if value is None else str(value)) for key, value in environment.items()
    ]
    rows += [(str(name), str(version)) for name, version in versions.items()]
    rows += [(f"data: {name}", f"SHA-256 {checksum}") for name, checksum in data.items()]
    return Table(header=("what", "value"), rows=tuple(rows), caption="Environment of the run", words=(0, 1))


def seeds_table(folder: RunFolder) -> Table:
    """The seed that every random number of a step follows from."""
    return Table(
        header=("step", "kind", "root seed"),
        rows=tuple(
            (str(step.get("name", "")), str(step.get("kind", "train")), str(step.get("seed", 0)))
            for step in folder.plan.get("steps", ())
        ),
        caption="Seeds: every random number of a step follows from its root seed and a path of names",
        words=(0, 1),
    )


def _result_row(step: StepView) -> tuple[str, ...]:
    result = step.result
    return (
        f"{step.name}: {step.chosen}" if step.chosen else step.name,
        result.data.name,
        f"{result.network.n_parameters:,}",
        mean_and_spread(step.summary("validation"), step.metric),
        mean_and_spread(step.summary("test"), step.metric),
        _exported(step),
        duration(result.seconds),
    )


def _metrics(steps: list[StepView]) -> str:
    names = {step.result.data.name: METRIC_NAMES[step.metric] for step in steps}
    return f"Scores are {listed([f'{metric} on {data}' for data, metric in names.items()])}."


def _exported(step: StepView) -> str:
    model = step.result.model
    if model is None or model.test is None:
        return step.result.status
    score = metric(model.test.metric, step.metric)
    interval = model.test_interval
    if interval is None:
        return score
    return f"{score} [{metric(interval.low, step.metric)}, {metric(interval.high, step.metric)}]"


def _setting(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_setting(each)}" for key, each in value.items())
    if value is None:
        return "none"
    return number(value) if isinstance(value, float) else str(value)
