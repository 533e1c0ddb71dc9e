"""Facts about a step's data and network, for its result."""

from __future__ import annotations

from studium.data import Dataset, ImageSchema
from studium.models import CNNSpec, MLPSpec, layers, n_parameters
from studium.runs.opening import OpenedData
from studium.runs.results import DataFacts, LayerFacts, NetworkFacts
from studium.training import Member

_NAMED_INPUTS = 8  # more are counted, not listed


def data_facts(opened: OpenedData, member: Member) -> DataFacts:
    """The dataset, and how one training used its rows."""
    data = opened.dataset
    return DataFacts(
        name=data.name,
        asked=opened.asked,
        replaced=bool(opened.notice),
        task=data.task,
        origin=data.origin,
        checksum=data.checksum,
        n_train=len(member.train),
        n_validation=len(member.validation),
        n_test=len(opened.test_rows),
        inputs=_inputs(data),
        targets=data.target_names,
        classes=data.class_names,
    )


def network_facts(name: str, spec: MLPSpec | CNNSpec) -> NetworkFacts:
    """The network, layer by layer."""
    return NetworkFacts(
        name=name,
        n_parameters=n_parameters(spec),
        layers=tuple(
            LayerFacts(
                name=layer.name,
                kind=layer.kind,
                output_shape=layer.output_shape,
                n_parameters=layer.n_parameters,
            )
            for layer in layers(spec)
        ),
    )


def _inputs(data: Dataset) -> str:
    schema = data.schema
    if isinstance(schema, ImageSchema):
        colour = "grey" if schema.channels == 1 else f"{schema.channels} channels"
        return f"images of {schema.height}x{schema.width} pixels, {colour}"
    names = schema.feature_names
    more = f" and {len(names) - _NAMED_INPUTS} more" if len(names) > _NAMED_INPUTS else ""
    return f"{len(names)} input{'' if len(names) == 1 else 's'}: {', '.join(names[:_NAMED_INPUTS])}{more}"
