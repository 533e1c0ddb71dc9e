"""Introspection: what is inside a trained network, as data; the report draws it.

Results are frozen pydantic models that travel as JSON and need no PyTorch to be read, so that the report can live on them.
"""
