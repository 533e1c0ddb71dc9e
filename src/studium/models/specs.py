"""Networks described as data."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from studium.config import Frozen

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"]
Initialisation = Literal[
    "default", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal"
]

Width = Annotated[int, Field(ge=1, le=1_000_000)]
Probability = Annotated[float, Field(ge=0, lt=1)]


class _Head(Frozen):
    # What both kinds of network share: hidden linear layers, then one linear output layer.

    input_shape: tuple[Width, ...]
    n_outputs: Width
    hidden: tuple[Width, ...]
    activation: Activation = "relu"
    dropout: tuple[Probability, ...] = ()
    initialisation: Initialisation = "default"

    @model_validator(mode="after")
    def _one_dropout_per_hidden_layer(self) -> Self:
        if self.dropout and len(self.dropout) != len(self.hidden):
            raise ValueError(
                f"dropout has {len(self.dropout)} probabilities for {len(self.hidden)} hidden layers; "
                "give one per hidden layer, or none"
            )
        return self


class MLPSpec(_Head):
    """Fully connected network: hidden linear layers with activation and dropout, then a linear output layer.

    Attributes:
        input_shape: ``(F,)`` for tables; ``(C, H, W)`` for images, which are flattened.
        n_outputs: Classes (logits), or target columns.
        hidden: Units of each hidden layer, from the input on; may be empty (a linear model).
        activation: After each hidden layer.
        dropout: Probability of zeroing a unit after each hidden layer's activation, in [0, 1), one per hidden layer;
            empty: the network has no dropout layers.
        initialisation: Of the weights; biases are uniform for ``"default"`` (PyTorch's) and zero otherwise.

    Example:
        >>> MLPSpec(input_shape=(1,), n_outputs=1, hidden=(64, 64)).activation
        'relu'
    """

    kind: Literal["mlp"] = "mlp"


class ConvolutionSpec(Frozen):
    """One stage: a convolution, its activation, and optionally max-pooling and residual blocks.

    In this order: convolution, batch normalisation, activation, max-pooling, residual blocks. Only the convolution and the
    pooling change the shape; a residual block keeps it, so that its input can be added to its output as it is, and no choice
    of channels, stride or pooling makes a block impossible.

    Attributes:
        channels: Output channels.
        kernel: Side of the square kernel, in pixels.
        stride: Step of the kernel, in pixels.
        padding: Zeros added on each side, in pixels.
        pool: Side and stride of the max-pooling after the activation; 1 is none.
        batch_norm: Whether batch normalisation (Ioffe and Szegedy 2015) stands between each convolution of the stage and
            its activation; these convolutions then have no bias, since the normalisation's shift is one.
        residual: Residual blocks (He et al. 2016) after the pooling, see :class:`studium.models.ResidualBlock`: two 3x3
            convolutions each, with as many channels as the stage.
    """

    channels: Width
    kernel: int = Field(default=3, ge=1)
    stride: int = Field(default=1, ge=1)
    padding: int = Field(default=0, ge=0)
    pool: int = Field(default=1, ge=1)
    batch_norm: bool = False
    residual: int = Field(default=0, ge=0, le=100)


class CNNSpec(_Head):
    """Convolutional network: stages of convolutions, then hidden linear layers, then a linear output layer.

    Attributes:
        input_shape: ``(C, H, W)``.
        n_outputs: Classes (logits), or target columns.
        convolutions: One per stage, from the input on; at least one.
        global_average: Whether the linear part sees the mean of each channel over its pixels (Lin et al. 2014) instead of
            every pixel of every channel.
        hidden: Units of each hidden linear layer; may be empty.
        activation: After each convolution and each hidden linear layer.
        dropout: As in :class:`MLPSpec`, in the linear part.
        initialisation: As in :class:`MLPSpec`.
    """

    kind: Literal["cnn"] = "cnn"
    input_shape: tuple[Width, Width, Width]
    convolutions: tuple[ConvolutionSpec, ...] = Field(min_length=1)
    global_average: bool = False


ModelSpec = Annotated[MLPSpec | CNNSpec, Field(discriminator="kind")]
