"""Datasets that come with Studium."""
