"""The page of ``studium inspect activations``."""

from __future__ import annotations

from collections.abc import Sequence

from studium.introspection.activation_results import (
    ActivationsView,
    Attributions,
    LayerActivation,
    LayerSurvey,
    Strongest,
)
from studium.report.drawing import Drawing
from studium.report.figures.attribution import draw_attribution
from studium.report.figures.feature_maps import draw_feature_maps
from studium.report.figures.input_picture import draw_input_picture
from studium.report.figures.input_place import draw_input_place
from studium.report.figures.layer_bars import draw_layer_bars
from studium.report.figures.output_bars import draw_output_bars
from studium.report.figures.strongest_pictures import draw_strongest_pictures, strongest_table
from studium.report.inspection import Inspection, Part
from studium.report.numbers import count, listed, number
from studium.report.table import Table

_OUTPUT = "output"
_MOST_VALUES = 40  # columns of a table's row that are listed

_LAYERS = (
    "Every layer from the input on: what its units give after their function. Channels of convolutions are images, units of "
    "linear layers bars."
)
_SURVEY = (
    "Dead units give the same for every row and at every position. Saturated units are not dead, but their function is flat "
    "(its slope below 1% of its steepest) for at least 95% of all rows and positions; with relu, they are silent there."
)
_ATTRIBUTION = (
    "Blue parts raise the attributed number, orange parts lower it. The three methods answer different questions, and none "
    "of them says that the network is right."
)


def activations_page(views: Sequence[ActivationsView]) -> Inspection:
    """What the page says of one or several inputs of one model.

    Args:
        views: At least one, of the same model and layers.
    """
    first = views[0]
    several = len(views) > 1
    parts = [
        part for place, view in enumerate(views) for part in _parts(view, f"{place + 1}" if several else "")
    ]
    parts += _strongest_parts(views)
    if first.survey:
        parts.append(
            Part("survey", "Dead and saturated units", (_SURVEY,), tables=(survey_table(first.survey),))
        )
    notices = dict.fromkeys(f"{note}." for view in views for note in view.notes)
    labels = listed([input_name(view) for view in views])
    return Inspection(
        title=f"Activations of {first.model or 'the network'}: {labels}",
        about=f"trained on {first.data}",
        notices=tuple(notices),
        summary=tuple(summary_words(views)),
        parts=tuple(parts),
    )


def prediction_words(view: ActivationsView) -> str:
    """What the network says of the input, in a sentence."""
    output = view.output
    if output.task == "regression":
        pairs = zip(output.names, output.values, strict=True)
        said = listed([f"{name} = {number(value)}" for name, value in pairs])
        true = f"; the true value is {number(view.actual)}" if isinstance(view.actual, float) else ""
        return f"For {input_name(view)} the network says {said}{true}."
    said = f"{output.predicted} with probability {max(output.values):.1%}"
    if view.actual is None:
        return f"For {input_name(view)} the network says {said}."
    verdict = "which is right" if view.actual == output.predicted else f"but it is {view.actual}"
    return f"For {input_name(view)} the network says {said}, {verdict}."


def summary_words(views: Sequence[ActivationsView]) -> list[str]:
    """What can be seen, in sentences."""
    words = []
    for view in views:
        words.append(prediction_words(view))
        if view.strongest is not None:
            words.append(strongest_words(view.strongest))
    return [*words, survey_words(views[0].survey)] if views[0].survey else words


def input_name(view: ActivationsView) -> str:
    """What to call the input in a sentence."""
    return view.label if view.place is None else f"{view.place.input_name} = {view.place.value:g}"


def strongest_words(data: Strongest) -> str:
    """How the input ranks among all rows for the unit."""
    if data.quantity.startswith("predicted"):
        return f"That is more than for {data.share_below:.1%} of {data.n_rows:,} {data.rows_are}."
    return (
        f"{_subject(data)} responds to it with {number(data.activation)} ({data.quantity}), more than for "
        f"{data.share_below:.1%} of {data.n_rows:,} {data.rows_are}."
    )


def survey_words(survey: tuple[LayerSurvey, ...]) -> str:
    """How many units are dead or saturated."""
    n_units, n_rows = sum(layer.n_units for layer in survey), survey[0].n_rows
    dead = sum(len(layer.dead_units) for layer in survey)
    saturated = sum(len(layer.saturated_units) for layer in survey)
    return (
        f"Over {n_rows:,} rows, {dead} of {count(n_units, 'unit')} {'is' if dead == 1 else 'are'} dead "
        f"({dead / n_units:.1%}) and {saturated} saturated ({saturated / n_units:.1%})."
    )


def _subject(data: Strongest) -> str:
    return f"The {unit_name(data)}" if data.unit_name else f"Unit {data.unit} of {data.layer}"


def unit_name(data: Strongest | Attributions) -> str:
    """What to call a unit in a sentence."""
    if data.unit_name:
        return f"{data.unit_name} unit of the output"
    return f"unit {data.unit} of {data.layer}"


def _parts(view: ActivationsView, number_: str) -> list[Part]:
    suffix = f"-{number_}" if number_ else ""
    behind = f": {input_name(view)}" if number_ else ""
    parts = [_input(view, suffix, behind), _layers(view, suffix, behind)]
    if view.attributions is not None:
        parts.append(_attribution(view, view.attributions, suffix, behind))
    return [part for part in parts if part is not None]


def _input(view: ActivationsView, suffix: str, behind: str) -> Part | None:
    if view.place is not None:
        drawing = draw_input_place(f"place{suffix}", view.place)
        return Part(f"input{suffix}", f"Where {input_name(view)} lies", figures=(drawing,))
    if view.pixels is not None:  # stands beside the attributions and the output
        return None
    return Part(f"input{suffix}", f"Input{behind}", tables=(_values_table(view.values),))


def _values_table(values: dict[str, float]) -> Table:
    cut = f"; the first {_MOST_VALUES} of {len(values)} columns" if len(values) > _MOST_VALUES else ""
    return Table(
        header=("column", "value"),
        rows=tuple((name, number(value)) for name, value in list(values.items())[:_MOST_VALUES]),
        caption=f"The row{cut}",
    )


def _layers(view: ActivationsView, suffix: str, behind: str) -> Part:
    maps, bars = [], []
    chosen = view.strongest or view.attributions
    for layer in view.layers:
        name = f"activations-{layer.name}{suffix}"
        if layer.kind == "convolution":
            maps.append(draw_feature_maps(name, layer))
        elif layer.name != _OUTPUT:
            unit = chosen.unit if chosen is not None and chosen.layer == layer.name else None
            bars.append(draw_layer_bars(name, layer, unit))
    return Part(
        f"layers{suffix}",
        f"Layers{behind}",
        (_LAYERS,),
        figures=tuple(maps),
        pairs=(*bars, *_output(view, suffix)),
    )


def _output(view: ActivationsView, suffix: str) -> list[Drawing]:
    if view.output.task == "regression":
        return []
    layer: LayerActivation | None = next((each for each in view.layers if each.name == _OUTPUT), None)
    return [draw_output_bars(f"output{suffix}", view.output, layer, view.actual)]


def _strongest_parts(views: Sequence[ActivationsView]) -> list[Part]:
    """One part for each unit, though several inputs may have the same."""
    units = {(data.layer, data.unit): data for view in views if (data := view.strongest) is not None}
    return [_strongest(data) for data in units.values()]


def _strongest(data: Strongest) -> Part:
    name = f"strongest-{data.layer}-{data.unit}"
    heading = f"What makes {_subject(data)[0].lower()}{_subject(data)[1:]} fire"
    if data.examples[0].pixels is None:
        return Part(name, heading, tables=(strongest_table(data),))
    return Part(name, heading, figures=(draw_strongest_pictures(f"examples-{data.layer}-{data.unit}", data),))


def _attribution(view: ActivationsView, data: Attributions, suffix: str, behind: str) -> Part:
    name, heading = f"attribution{suffix}", f"What contributes{behind}"
    what = f"Attributed is the {data.explained}, which is {number(data.value)} for this input."
    if data.methods[0].names and len(data.methods[0].names) == 1:
        return Part(name, heading, (what,), tables=(_single_table(data),))
    words = f"{what} {_ATTRIBUTION}"
    drawings = [
        draw_attribution(f"attribution-{method.method.replace(' ', '-')}{suffix}", data, method)
        for method in data.methods
    ]
    if view.pixels is not None:
        drawings.insert(0, draw_input_picture(f"input-picture{suffix}", view.pixels, view.label))
    return Part(name, heading, (words,), small=tuple(drawings))


def _single_table(data: Attributions) -> Table:
    """Attributions to an only column need no figure."""
    meaning = {
        "gradient": "slope of the curve at the input",
        "integrated gradients": "contribution of the input, along the way from the mean",
        "occlusion": "what is lost when the mean stands there",
    }
    return Table(
        header=("method", "value", "what it is"),
        rows=tuple((each.method, number(each.sum), meaning[each.method]) for each in data.methods),
        caption=f"Attribution of the {data.explained} to {data.methods[0].names[0]}; the mean is that of the training rows",
        words=(0, 2),
    )


def survey_table(survey: tuple[LayerSurvey, ...]) -> Table:
    """Dead and saturated units of each layer."""
    return Table(
        header=("layer", "units", "dead", "share", "saturated", "share", "flat"),
        rows=tuple(
            (
                layer.layer,
                f"{layer.n_units:,}",
                str(len(layer.dead_units)),
                f"{len(layer.dead_units) / layer.n_units:.1%}",
                str(len(layer.saturated_units)),
                f"{len(layer.saturated_units) / layer.n_units:.1%}",
                "–" if layer.flat_share is None else f"{layer.flat_share:.1%}",
            )
            for layer in survey
        ),
        caption=f"Over {survey[0].n_rows:,} rows. Flat: share of all units, rows and positions where the function is flat.",
    )
