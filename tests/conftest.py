"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A property says nothing of time, and machines are shared: what takes a millisecond may once take a second.
settings.register_profile("studium", deadline=None)
settings.load_profile("studium")
