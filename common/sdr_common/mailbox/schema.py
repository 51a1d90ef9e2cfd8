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

UP_V2: Final = """
alter table mailbox add column history jsonb not null default '[]';
alter table mailbox_turn
  add column woken_for text not null default '',
  add column history jsonb not null default '[]'
"""
"""What happened to a turn before its end: when it was superseded or put back, and why; the latest twenty."""

DOWN_V2: Final = """
alter table mailbox_turn drop column history, drop column woken_for;
alter table mailbox drop column history
"""
