"""The ``--at`` of the commands that judge an order as of an instant."""

from __future__ import annotations

import argparse
from datetime import datetime

from segur.regulation.dates import parse_instant


def instant(text: str) -> datetime:
    """argparse type: an ISO 8601 instant; without offset it is one of Paris."""
    try:
        return parse_instant(text)
    except ValueError as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from None
