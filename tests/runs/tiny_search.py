"""A small finished search on the curve, made once, in a space whose name is an attack."""

from __future__ import annotations

from functools import cache

from studium.runs import RunFolder, load_plan, run_plan
from tests.runs.tiny import HOSTILE, place

SPACE = f"""\
name = "{HOSTILE}"
model = "net"
hand_made = ["net"]

[network]
hidden = [8]

[config]
epochs = 8

[parameters]
layers = "1:2"
units1 = "4:16"
units2 = {{ values = "4:16", when = {{ layers = 2 }} }}
lr = "1e-3:1e-1:log"
"""

PLAN = """\
name = "searches"

[[steps]]
kind = "search"
name = "networks"
about = "Which network?"
data = "curve"
space = "space.toml"
trials = 12
batch = 6
rungs = 2
keep = 2
folds = 2
leading = 2
fresh_seeds = 2
refits = 2
ensemble = 2
"""


@cache
def searched_run() -> RunFolder:
    (place() / "space.toml").write_text(SPACE)
    (place() / "searches.toml").write_text(PLAN)
    plan, where = load_plan(place() / "searches.toml")
    return run_plan(plan, where=where, out=place() / "searches")
