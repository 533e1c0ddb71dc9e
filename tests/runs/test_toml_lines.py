from __future__ import annotations

import pytest

from studium.runs.toml_lines import Path, line_of

TEXT = """\
name = "x"      # line 1
"odd key" = 1

[table]
inner.deep = 3

[[steps]]
name = "a"
[steps.config]
epochs = 1

[[ steps ]]  # a comment
name = "b"
config.epochs = 2
[steps.full]
seeds = 4
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("odd key",), 2),
        (("table",), 4),
        (("table", "inner", "deep"), 5),
        (("steps", 0), 7),
        (("steps", 0, "name"), 8),
        (("steps", 0, "config"), 9),
        (("steps", 0, "config", "epochs"), 10),
        (("steps", 1), 12),
        (("steps", 1, "name"), 13),
        (("steps", 1, "config", "epochs"), 14),
        (("steps", 1, "full", "seeds"), 16),
    ],
)
def test_values_are_found(path: Path, line: int) -> None:
    assert line_of(TEXT, path) == line


def test_what_is_not_written_is_at_the_table_around_it() -> None:
    assert line_of(TEXT, ("steps", 1, "data")) == 12
    assert line_of(TEXT, ("steps", 0, "config", "momentum")) == 9
    assert line_of(TEXT, ("nothing",)) == 1
