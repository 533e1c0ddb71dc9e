"""What every message to the user must be."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from studium.errors import DataError, StudiumError


@contextmanager
def refused(*words: str, error: type[StudiumError] = DataError) -> Iterator[None]:
    """The block raises this error, in one sentence that has all these words and, after a colon, a cure."""
    with pytest.raises(error) as caught:
        yield
    sentence = str(caught.value)
    assert type(caught.value) is error
    assert "\n" not in sentence
    assert ": " in sentence
    for word in words:
        assert word in sentence
