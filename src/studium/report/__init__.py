"""The report: figures as data, then drawn; one HTML file. Reads the run folder and nothing else."""

from studium.report.page import write_report

__all__ = ["write_report"]
