"""Options that describe a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args

from studium.cli.option_errors import option_error, require_known
from studium.cli.option_groups import panel
from studium.cli.parsing import parse_hidden
from studium.errors import SettingError

if TYPE_CHECKING:
    from studium.data import Dataset
    from studium.models import CNNSpec, MLPSpec

_option = panel("Network")


@dataclass(frozen=True)
class NetworkOptions:
    """Which network: a preset, and what is changed in it."""

    model: Annotated[
        str, _option("--model", "M", "net, net_d, net3, net3_d, net4, net4_d, fc, cnn, cnn_d or resnet.")
    ]
    hidden: Annotated[
        str | None, _option("--hidden", "N,N,...", "Units of each hidden linear layer, or none.")
    ] = None
    dropout: Annotated[
        float | None,
        _option("--dropout", "P", "Probability of each dropout layer, for networks that have some (..._d)."),
    ] = None
    activation: Annotated[
        str | None, _option("--activation", "NAME", "relu, leaky_relu, elu, gelu, silu, tanh or sigmoid.")
    ] = None
    initialisation: Annotated[
        str | None,
        _option(
            "--initialisation",
            "NAME",
            "default, xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal or orthogonal.",
        ),
    ] = None

    def spec(self, dataset: Dataset) -> MLPSpec | CNNSpec:
        """The network for a dataset.

        Raises:
            InputError: An option is wrong, or does not belong to the network.
        """
        from pydantic import ValidationError

        from studium.models import preset

        spec = preset(self.model, dataset.input_shape, dataset.n_outputs)
        try:
            return type(spec).model_validate(spec.model_dump() | self._changes(spec))
        except ValidationError as error:
            raise option_error(error) from error

    def _changes(self, spec: MLPSpec | CNNSpec) -> dict[str, Any]:
        from studium.models import Activation, Initialisation

        changes: dict[str, Any] = {}
        for name, known in (("activation", Activation), ("initialisation", Initialisation)):
            if (chosen := getattr(self, name)) is not None:
                require_known(name, chosen, get_args(known))
                changes[name] = chosen
        if self.dropout is not None and not spec.dropout:
            raise self._without_dropout(spec)
        if self.hidden is not None:
            changes["hidden"] = parse_hidden(self.hidden)
        if spec.dropout:
            probability = spec.dropout[0] if self.dropout is None else self.dropout
            changes["dropout"] = (probability,) * len(changes.get("hidden", spec.hidden))
        return changes

    def _without_dropout(self, spec: MLPSpec | CNNSpec) -> SettingError:
        from studium.models import preset_names

        alike = "cnn_d" if spec.kind == "cnn" else "net_d"
        near = f"{self.model}_d" if f"{self.model}_d" in preset_names() else alike
        return SettingError(
            f"--dropout is {self.dropout}, but {self.model} has no dropout layers: choose --model {near}, or leave "
            "the option out"
        )
