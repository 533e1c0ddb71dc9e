"""Options that describe a training."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args

from studium.cli.option_errors import option_error, option_name, require_known
from studium.cli.option_groups import panel
from studium.cli.parsing import parse_augmentation
from studium.errors import SettingError

if TYPE_CHECKING:
    from studium.data import Dataset
    from studium.models import CNNSpec, MLPSpec
    from studium.training import TrainConfig

_option = panel("Training (defaults suit the network and the data)")

Whole = int | None
Number = float | None
Word = str | None
Switch = bool | None


@dataclass(frozen=True)
class TrainOptions:
    """How to train; each field is the setting of the same name, ``augmentation`` as text."""

    epochs: Annotated[Whole, _option("--epochs", "N", "Passes over the training rows.")] = None
    batch_size: Annotated[
        Whole, _option("--batch-size", "N", "Rows a step; as many as there are, or more: all of them.")
    ] = None
    optimizer: Annotated[
        Word, _option("--optimizer", "O", "sgd, momentum, nesterov, rmsprop, adam or adamw.")
    ] = None
    learning_rate: Annotated[Number, _option("--lr", "X", "Learning rate at the schedule's peak.")] = None
    momentum: Annotated[Number, _option("--momentum", "X", "For momentum, nesterov and rmsprop.")] = None
    weight_decay: Annotated[Number, _option("--weight-decay", "X", "L2 coefficient.")] = None
    l1: Annotated[Number, _option("--l1", "X", "Coefficient of the sum of absolute weights.")] = None
    patience: Annotated[
        Whole,
        _option("--patience", "N", "Early stopping: epochs without improvement; the best epoch is restored."),
    ] = None
    min_improvement: Annotated[
        Number, _option("--min-improvement", "X", "Decrease of the validation loss that counts.")
    ] = None
    schedule: Annotated[
        Word, _option("--schedule", "NAME", "Of the learning rate: constant, step, cosine or one_cycle.")
    ] = None
    step_epochs: Annotated[
        Whole, _option("--step-epochs", "N", "Epochs between two steps of --schedule step.")
    ] = None
    step_factor: Annotated[
        Number, _option("--step-factor", "X", "What each step multiplies the rate by.")
    ] = None
    gradient_clip: Annotated[
        Number, _option("--gradient-clip", "X", "Largest norm of the gradient; 0 is none.")
    ] = None
    loss: Annotated[
        Word, _option("--loss", "NAME", "mse, mae or huber for regression, cross_entropy for classes.")
    ] = None
    label_smoothing: Annotated[Number, _option("--label-smoothing", "X", "Of cross_entropy.")] = None
    augmentation: Annotated[
        Word, _option("--augment", "NAME=X,...", "Of training images: shift (pixels), flip, erase (shares).")
    ] = None
    flip_averaging: Annotated[
        Switch,
        _option(
            "--flip-averaging/--no-flip-averaging",
            None,
            "Whether scores and predictions are means over each image and its mirror image.",
        ),
    ] = None
    precision: Annotated[Word, _option("--precision", "NAME", "float32 or float64.")] = None
    mixed_precision: Annotated[
        Switch,
        _option(
            "--mixed-precision/--no-mixed-precision",
            None,
            "Whether training computes products in bfloat16, which is faster on processors that have it.",
        ),
    ] = None

    def config(self, spec: MLPSpec | CNNSpec, dataset: Dataset) -> TrainConfig:
        """The training of a network on a dataset: what is not chosen has its default.

        Raises:
            InputError: An option is outside its range, or contradicts another.
        """
        from pydantic import ValidationError

        from studium.training import TrainConfig
        from studium.training.defaults import default_config
        from studium.training.flip_averaging import require_images

        chosen = self.chosen()
        decided = {name: chosen.get(name) for name in ("optimizer", "precision")}
        default = default_config(spec, dataset, **decided)
        try:
            config = TrainConfig.model_validate(default.model_dump() | chosen)
        except ValidationError as error:
            raise option_error(error) from error
        require_images(config, dataset.input_shape, dataset.name)
        _refuse_idle(chosen, config, dataset)
        return config

    def chosen(self) -> dict[str, Any]:
        """The settings that the user chose, by name.

        Raises:
            InputError: A name does not exist.
        """
        from studium.training.config import Loss, Optimizer, Schedule

        chosen = {name: value for name, value in asdict(self).items() if value is not None}
        for name, known in (("optimizer", Optimizer), ("schedule", Schedule), ("loss", Loss)):
            if name in chosen:
                require_known(name, chosen[name], get_args(known))
        if "augmentation" in chosen:
            chosen["augmentation"] = parse_augmentation(chosen["augmentation"])
        return chosen


def _refuse_idle(chosen: dict[str, Any], config: TrainConfig, dataset: Dataset) -> None:
    """Refuse options that would have no effect."""
    steps = config.schedule == "step"
    for name, works, where in (
        ("step_epochs", steps, "--schedule step"),
        ("step_factor", steps, "--schedule step"),
        ("min_improvement", config.patience is not None, "--patience"),
        ("label_smoothing", dataset.task == "classification", "classes"),
    ):
        if name in chosen and not works:
            raise SettingError(
                f"{option_name(name)} is {chosen[name]}, but it only works with {where}: leave it out or add that"
            )
