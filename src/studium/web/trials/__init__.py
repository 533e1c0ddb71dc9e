"""Trials of any kind of step, finished or not, in one form that can be explored."""
