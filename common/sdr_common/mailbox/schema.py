"""The mailbox's tables, for the migrations of the services that keep one.

A service's first migration runs `step(UP_V1, DOWN_V1)`; a later version of the tables will be a
further pair, never a change of this one. Names are fixed and found by `search_path`.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

UP_V1: Final = resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")
"""Makes the tables `mailbox_entry`, `mailbox`, `mailbox_turn` and the sequence `mailbox_number`."""

DOWN_V1: Final = """
drop table mailbox_turn;
drop table mailbox;
drop table mailbox_entry;
drop sequence mailbox_number
"""
"""Drops them."""
