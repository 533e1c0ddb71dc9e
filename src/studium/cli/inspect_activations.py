"""``studium inspect activations``: what every layer makes of an input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

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
from studium.cli.messages import note
from studium.cli.option_groups import panel, takes_groups
from studium.cli.options import Json
from studium.cli.output import print_json, print_line

InputTexts = Annotated[
    list[str] | None,
    panel("What to look at")(
        "--input",
        "I",
        "A number, or one value for each column separated by commas; a class, for its first test row, or CLASS:N; for "
        "pictures a test row counted from 0, or a picture file; DATA:INDEX; repeatable; by default the first test row.",
    ),
]


@takes_groups
def activations(
    model: InspectedModel,
    data: ModelDataOptions,
    inputs: InputTexts = None,
    layer: LayerName = None,
    unit: UnitName = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Show what every layer makes of an input, what else makes a unit fire, and which parts of the input contribute.

    With --json the data goes to standard output, and a file is written only where --out names one.
    """
    from studium.introspection.activations import ActivationsInspector
    from studium.report.activations_page import activations_page, summary_words

    loaded = open_model(model)
    path = output_path(out, page_name(loaded, model, "activations"))
    inspector = ActivationsInspector(loaded, data.open(loaded), offline=data.offline)
    chosen: Sequence[str | None] = inputs or (None,)
    views = [inspector.inspect(text, layer=layer, unit=unit) for text in chosen]
    results = [view.model_dump(mode="json") for view in views]
    for sentence in dict.fromkeys(sentence for view in views for sentence in view.notes):
        note(sentence)
    if out is not None or not json:
        write_view(path, results, activations_page(views))
    if json:
        print_json({"file": None if out is None else str(path), "inputs": results})
        return
    for sentence in summary_words(views):
        print_line(sentence)
    print_line(f"{'page' if path.suffix.lower() == PAGE else 'data'} {path}")
