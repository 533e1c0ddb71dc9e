"""``studium inspect weights``: what can be seen in a model's weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studium.cli.inspect_options import (
    PAGE,
    InspectedModel,
    LayerName,
    ModelDataOptions,
    Out,
    UnitName,
    open_model,
    output_path,
    page_name,
    write_view,
)
from studium.cli.option_groups import takes_groups
from studium.cli.options import Json
from studium.cli.output import print_json, print_line, print_table

if TYPE_CHECKING:
    from studium.introspection.weight_results import LayerWeights

_HEADINGS = (
    *("layer", "units", "norm", "initial", "moved", "singular value", "initial"),
    *("constant", "unused"),
)


@takes_groups
def weights(
    model: InspectedModel,
    data: ModelDataOptions,
    layer: LayerName = None,
    unit: UnitName = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Show every layer's weights: histograms beside the initial ones, receptive fields, kernels, norms, responses.

    With --json the data goes to standard output, and a file is written only where --out names one.
    """
    from studium.introspection.weights import inspect_weights
    from studium.report.weights_page import weight_words, weights_page

    loaded = open_model(model)
    path = output_path(out, page_name(loaded, model, "weights"))
    view = inspect_weights(loaded, layer=layer, unit=unit, data=data.open(loaded))
    if out is not None or not json:
        write_view(path, view, weights_page(view))
    if json:
        print_json({"file": None if out is None else str(path)} | view.model_dump(mode="json"))
        return
    print_table("", _HEADINGS, [_row(each) for each in view.layers])
    for sentence in weight_words(view):
        print_line(sentence)
    print_line(f"{'page' if path.suffix.lower() == PAGE else 'data'} {path}")


def _row(layer: LayerWeights) -> list[object]:
    trained, initial = layer.trained, layer.initial
    return [
        layer.name,
        layer.n_units,
        *(trained.norm, initial.norm, None if layer.change is None else f"{layer.change:.0%}"),
        *(trained.largest_singular_value, initial.largest_singular_value),
        *(len(layer.constant_units), len(layer.unused_units)),
    ]
