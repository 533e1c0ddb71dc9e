"""``studium inspect maximize``: inputs that make the units of a layer fire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args

from studium.cli.inspect_options import (
    InspectedModel,
    ModelDataOptions,
    Out,
    open_model,
    output_path,
    page_name,
    write_view,
)
from studium.cli.messages import note
from studium.cli.option_errors import require_known
from studium.cli.option_groups import panel, takes_groups
from studium.cli.options import Json, Seed
from studium.cli.output import print_json, print_line, print_table
from studium.cli.progress import step_progress
from studium.errors import SettingError

if TYPE_CHECKING:
    from studium.introspection.maximization import MaximizationSettings
    from studium.training.model import Model

_what, _how = panel("What to look at"), panel("Optimisation")

MaximizedLayer = Annotated[str, _what("--layer", "L", "A layer, for example conv1, linear2 or output.")]
Units = Annotated[
    list[str] | None,
    _what(
        "--unit",
        "U",
        "A unit of the layer: its index from 0, in the output layer the name of a class or target, in a convolution "
        "CHANNEL or CHANNEL@ROW,COLUMN for one position of its map; repeatable; by default all.",
    ),
]


@dataclass(frozen=True)
class OptimisationOptions:
    """How inputs are optimised; what is not said follows the kind of input."""

    objective: Annotated[
        str | None,
        _how(
            "--objective",
            "NAME",
            "pre-activation of any unit, called logit in the output layer of a classifier; or softmax, the logarithm of "
            "the class's probability. By default pre-activation.",
        ),
    ] = None
    steps: Annotated[int | None, _how("--steps", "N", "Steps of Adam; by default 256.")] = None
    seeds: Annotated[
        int | None,
        _how("--seeds", "S", "Starts for each unit; by default 1 for images and 16 for rows of a table."),
    ] = None
    regularisers: Annotated[
        str | None,
        _how(
            "--regularisers",
            "A,B",
            "Of l2, total_variation, jitter, rotation, scaling and fourier; or none. By default all but l2 for images, as "
            "docs/maximization.md found, and none for tables.",
        ),
    ] = None
    diversity: Annotated[
        float | None,
        _how("--diversity", "X", "How much the starts of a unit are kept apart; by default 0, not at all."),
    ] = None

    def settings(self, model: Model) -> MaximizationSettings:
        """As settings, checked."""
        from studium.introspection.maximization import MaximizationSettings, default_settings
        from studium.introspection.maximization_settings import Objective

        if self.objective is not None:
            require_known("objective", self.objective, get_args(Objective))
        base = default_settings(model.schema, _names(self.regularisers)).model_dump()
        settings = MaximizationSettings.model_validate(base | self._said())
        if settings.diversity and settings.seeds == 1:
            raise SettingError(
                f"--diversity is {settings.diversity}, but there is one start for each unit: add --seeds 4"
            )
        return settings

    def _said(self) -> dict[str, Any]:
        chosen = {name: getattr(self, name) for name in ("objective", "steps", "seeds", "diversity")}
        return {name: value for name, value in chosen.items() if value is not None}


@takes_groups
def maximize(
    model: InspectedModel,
    data: ModelDataOptions,
    optimisation: OptimisationOptions,
    layer: MaximizedLayer = "output",
    unit: Units = None,
    seed: Seed = 0,
    out: Out = None,
    json: Json = False,
) -> None:
    """Find inputs that make units fire most, and show them beside the strongest real ones.

    With --json the data goes to standard output, and a file is written only where --out names one.
    """
    from studium.introspection.maximization import maximize as find
    from studium.report.figures.maximized_activations import (
        maximized_activations_data,
        reach_table,
        reach_words,
    )
    from studium.report.maximization_page import maximization_page, missing_words

    loaded = open_model(model)
    path = output_path(out, page_name(loaded, model, f"maximize-{layer}"))
    settings = optimisation.settings(loaded)
    given = data.open(loaded)
    with step_progress(f"{layer} of {loaded.name or model.name}") as progress:
        result = find(
            loaded,
            layer,
            unit or None,
            data=given,
            settings=settings,
            seed=seed,
            offline=data.offline,
            progress=progress,
        )
    for sentence in missing_words(result):
        note(sentence)
    if out is not None or not json:
        write_view(path, result, maximization_page(result))
    if json:
        print_json({"file": None if out is None else str(path)} | result.model_dump(mode="json"))
        return
    reach = maximized_activations_data(result)
    table = reach_table(reach)
    print_table("", table.header, table.rows)
    print_line(reach_words(reach))
    print_line(f"page {path}")


def _names(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [] if text.strip() == "none" else [name.strip().replace("-", "_") for name in text.split(",")]
