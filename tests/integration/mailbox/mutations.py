"""Sabotaged variants of the mailbox's SQL, each with the race that must notice it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sdr_common.mailbox import QUERIES
from sdr_common.mailbox.schema import UP_V1
from sdr_common.postgres import Queries


@dataclass(frozen=True)
class Mutation:
    """Text replacements: (statement or "schema", old, new)."""

    race: str
    """Who must notice."""
    changes: Sequence[tuple[str, str, str]] = field(default_factory=tuple)

    def queries(self) -> Queries:
        """The statements, sabotaged."""
        altered = Queries(QUERIES)
        for name, old, new in self.changes:
            if name != "schema":
                altered[name] = _replaced(name, altered[name], old, new)
        return altered

    def schema(self) -> str:
        """The tables, sabotaged."""
        text = UP_V1
        for name, old, new in self.changes:
            if name == "schema":
                text = _replaced(name, text, old, new)
        return text


def _replaced(name: str, text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{name}: {old!r} stands {text.count(old)} times; the mutation needs an update"
    return text.replace(old, new)


_DUE = "case when turn is null then least(ready_at, quiet_at, wake_at) else held_until end"
_EPOCH = " and m.epoch = h.epoch"
_OWNER = "m.owner = %(owner)s"
_FENCE_EPOCH = " and epoch = %(epoch)s"
_FENCE_OWNER = " and owner = %(owner)s"
_KEY_ORDER = "order by m.account_id, m.key_id for no key update"
_REVERSED = "order by m.account_id desc, m.key_id desc for no key update"
_THAWED = "a_thawed_process_that_claims_its_own_key_again_is_fenced"
_PUT_BACK = "one_who_put_the_turn_back_is_fenced"

_WAITING_SUBQUERY = (
    "select coalesce(array_agg(e.seq order by e.seq), '{}') as seqs from mailbox_entry e\n"
    "      where e.account_id = h.account_id and e.key_id = h.key_id and e.turn is null"
)

# Locks, reads and numbers in one statement: what arrives while it waits for the lock is not seen.
_SUPERSEDE_AND_TAKE = """
with held as (
  select account_id, key_id, entries, first_at from mailbox
  where account_id = %(account_id)s and key_id = %(key_id)s and owner = %(owner)s and epoch = %(epoch)s
    and not sealed and first_at is not null for no key update),
waiting as materialized (
  select held.account_id, held.key_id, held.entries || array_agg(e.seq) as seqs from held
    join mailbox_entry e on e.account_id = held.account_id and e.key_id = held.key_id and e.turn is null
  group by held.account_id, held.key_id, held.entries),
grown as (
  update mailbox m set turn = nextval('mailbox_number'), woken_for = '', entries = w.seqs,
    since = coalesce(m.since, m.first_at), first_at = null, ready_at = null, cap_at = null, quiet_at = null,
    held_until = now() + make_interval(secs => %(lease_s)s)
  from waiting w where m.account_id = w.account_id and m.key_id = w.key_id returning m.turn, m.entries),
marked as (update mailbox_entry e set turn = g.turn from grown g where e.seq = any(g.entries))
select null::bigint as turn where false
"""

# Asks the entries, as of before the lock, whether the row's moments still hold.
_DUE_BY_EXISTS = """
set (first_at, ready_at, cap_at) = (select m.first_at, m.ready_at, m.cap_at where exists (
    select from mailbox_entry e where e.account_id = held.account_id and e.key_id = held.key_id and e.turn is null)),
  owner = null,"""

_SWALLOWING = """
swallowed as (
  update mailbox_entry e set turn = held.turn from held
  where e.account_id = held.account_id and e.key_id = held.key_id and e.turn is null
    and e.ext <= (select max(x.ext) from mailbox_entry x where x.seq = any(held.entries))),
kept as ("""
_ABOVE_THE_HIGHEST = """ and e.turn is null and e.ext > coalesce((
        select max(x.ext) from mailbox_entry x
        where x.account_id = h.account_id and x.key_id = h.key_id and x.turn is not null), 0)) x"""
_JOINED_WAITING = """join (
      select account_id, key_id, array_agg(seq) as seqs from mailbox_entry where turn is null
      group by account_id, key_id) x using (account_id, key_id)"""

MUTATIONS: dict[str, Mutation] = {
    "an arrival ends a lease": Mutation(
        "an_arrival_does_not_end_a_lease",
        [("schema", _DUE, "coalesce(least(ready_at, quiet_at, wake_at), held_until)")],
    ),
    "an arrival ends a backoff": Mutation(
        "an_arrival_does_not_end_a_backoff",
        [
            (
                "schema",
                _DUE,
                "case when owner is null then least(ready_at, quiet_at, wake_at, held_until) else held_until end",
            )
        ],
    ),
    "due again asks with exists": Mutation(
        "an_arrival_that_a_close_waited_for_is_due",
        [
            ("close", "set owner = null,", _DUE_BY_EXISTS),
        ],
    ),
    "close forgets what waits": Mutation(
        "an_arrival_that_a_close_waited_for_is_due",
        [("close", "set owner = null,", "set first_at = null, ready_at = null, cap_at = null, owner = null,")],
    ),
    "close forgets quiet entries": Mutation(
        "a_quiet_arrival_that_a_close_waited_for_is_due_by_itself",
        [("close", "set owner = null,", "set quiet_at = null, owner = null,")],
    ),
    "quiet entries are never due": Mutation(
        "a_quiet_arrival_that_a_close_waited_for_is_due_by_itself",
        [("schema", _DUE, _DUE.replace("quiet_at, ", ""))],
    ),
    "a known key forgets its quiet entry": Mutation(
        "a_quiet_arrival_that_a_close_waited_for_is_due_by_itself",
        [("ingest", "least(m.quiet_at, excluded.quiet_at)", "m.quiet_at")],
    ),
    "taken quiet entries stay due": Mutation(
        "a_quiet_arrival_that_a_close_waited_for_is_due_by_itself",
        [("take", ", quiet_at = null", "")],
    ),
    "quiet entries stir": Mutation(
        "superseding_without_newer_messages_changes_nothing",
        [
            ("ingest", "bool_or(g.stirring)", "true"),
            ("ingest", "now() + min(least(g.idle, g.cap)) filter (where g.stirring)", "now()"),
            ("ingest", "now() + min(g.cap) filter (where g.stirring)", "now()"),
        ],
    ),
    "taken entries stay due": Mutation(
        "an_arrival_that_a_close_waited_for_is_due",
        [("take", "first_at = null, ready_at = null, cap_at = null, quiet_at = null", "quiet_at = null")],
    ),
    "a wake outlives an arrival during the turn": Mutation(
        "an_arrival_that_a_close_waited_for_clears_its_wake",
        [("close", "case when m.first_at is null and not held.cancel", "case when not held.cancel")],
    ),
    "a wake outlives an arrival": Mutation(
        "an_arrival_clears_a_wake",
        [("ingest", "wake_at = case when excluded.first_at is null then m.wake_at end", "wake_at = m.wake_at")],
    ),
    "a quiet entry clears a wake": Mutation(
        "a_quiet_arrival_leaves_a_wake",
        [("ingest", "wake_at = case when excluded.first_at is null then m.wake_at end", "wake_at = null")],
    ),
    "a wake is not used up": Mutation(
        "a_wake_is_due_once", [("claim", "wake_at = case when not due.woken then m.wake_at end", "wake_at = m.wake_at")]
    ),
    "superseding locks and reads in one statement": Mutation(
        "superseding_takes_what_it_waited_for",
        [("supersede", QUERIES["supersede"][QUERIES["supersede"].index("update mailbox\n") :], _SUPERSEDE_AND_TAKE)],
    ),
    "superseding keeps the number": Mutation(
        "superseding_takes_what_it_waited_for", [("supersede", "turn = nextval('mailbox_number')", "turn = turn")]
    ),
    "superseding takes quiet entries alone": Mutation(
        "superseding_without_newer_messages_changes_nothing", [("supersede", " and first_at is not null", "")]
    ),
    "a sealed turn is superseded": Mutation(
        "an_arrival_that_a_seal_made_wait_is_the_next_turn", [("supersede", "and not sealed and", "and")]
    ),
    "sealing ignores newer messages": Mutation(
        "sealing_that_waited_for_an_arrival_is_stale", [("seal", "sealed or first_at is null", "true")]
    ),
    "a seal does not hold": Mutation(
        "a_sealed_answer_stands_in_every_redo", [("seal", "set sealed = sealed or first_at", "set sealed = first_at")]
    ),
    "a later answer replaces the sealed one": Mutation(
        "a_sealed_answer_stands_in_every_redo",
        [("seal", "case when sealed then answer else %(answer)s::bytea end", "%(answer)s::bytea")],
    ),
    "a stale answer is handed to a redo": Mutation(
        "an_answer_that_was_stale_is_never_a_redo_s",
        [("load", "case when m.sealed then m.answer end as", "m.answer as")],
    ),
    "a seal outlives its turn": Mutation(
        "a_sealed_answer_stands_in_every_redo",
        [
            ("close", "sealed = false, answer = null,", ""),
            ("schema", "and not sealed and entries = '{}'", "and entries = '{}'"),
        ],
    ),
    "patience never ends": Mutation(
        "a_stale_answer_is_not_put_off_for_ever",
        [("seal", "since < now() - make_interval(secs => %(patience_s)s)", "%(patience_s)s < 0")],
    ),
    "a turn is all up to its highest id": Mutation(
        "a_late_lower_id_is_not_swallowed",
        [
            ("close", "kept as (", _SWALLOWING),
            ("take", " and e.turn is null) x", _ABOVE_THE_HIGHEST),
        ],
    ),
    "claimers wait for each other": Mutation(
        "two_claimers_never_wait_and_never_share", [("claim", " for no key update skip locked", " for no key update")]
    ),
    "a claim does not lock": Mutation(
        "two_claimers_never_wait_and_never_share", [("claim", " for no key update skip locked", "")]
    ),
    "a claim takes no lease": Mutation(
        "two_claimers_never_wait_and_never_share",
        [("claim", "held_until = now() + make_interval(secs => %(lease_s)s)", "held_until = now()")],
    ),
    "a claim has no epoch": Mutation(_THAWED, [("claim", "epoch = m.epoch + 1", "epoch = m.epoch")]),
    "beats ignore the epoch": Mutation(_THAWED, [("beat", _EPOCH, "")]),
    "seals ignore the epoch": Mutation(_THAWED, [("seal", _FENCE_EPOCH, "")]),
    "loads ignore the epoch": Mutation(_THAWED, [("load", _EPOCH, "")]),
    "failures ignore the epoch": Mutation(_THAWED, [("fail", _FENCE_EPOCH, "")]),
    "releases ignore the epoch": Mutation(_THAWED, [("release", _EPOCH, "")]),
    "closes ignore the epoch": Mutation(_THAWED, [("close", _EPOCH, "")]),
    "beats ignore the owner": Mutation(_PUT_BACK, [("beat", _OWNER, "true")]),
    "seals ignore the owner": Mutation(_PUT_BACK, [("seal", _FENCE_OWNER, "")]),
    "loads ignore the owner": Mutation(_PUT_BACK, [("load", " and " + _OWNER, "")]),
    "failures ignore the owner": Mutation(_PUT_BACK, [("fail", _FENCE_OWNER, "")]),
    "releases ignore the owner": Mutation(_PUT_BACK, [("release", _OWNER, "true")]),
    "closes ignore the owner": Mutation(_PUT_BACK, [("close", _OWNER, "true")]),
    "outages count": Mutation(
        "outages_and_stops_are_not_poison",
        [("fail", "case when %(counted)s then m.attempt else greatest(m.attempt - 1, 0) end", "m.attempt")],
    ),
    "stops count": Mutation(
        "outages_and_stops_are_not_poison", [("release", "greatest(m.attempt - 1, 0)", "m.attempt")]
    ),
    "attempts outlive their turn": Mutation(
        "outages_and_stops_are_not_poison", [("close", "owner = null, attempt = 0,", "owner = null,")]
    ),
    "counted failures are forgiven": Mutation(
        "outages_and_stops_are_not_poison",
        [("fail", "case when %(counted)s then m.attempt else greatest(m.attempt - 1, 0) end", "0")],
    ),
    "typing moves an open turn": Mutation(
        "typing_leaves_what_an_open_turn_made_wait", [("extend", "m.turn is null and ", "")]
    ),
    "typing has no cap": Mutation(
        "typing_never_passes_the_cap",
        [
            (
                "extend",
                "least(greatest(m.ready_at, now() + make_interval(secs => h.idle_s)), m.cap_at)",
                "greatest(m.ready_at, now() + make_interval(secs => h.idle_s))",
            )
        ],
    ),
    "beats lock out of order": Mutation("heartbeats_and_arrivals_do_not_deadlock", [("beat", _KEY_ORDER, _REVERSED)]),
    "closes lock out of order": Mutation("closes_and_arrivals_do_not_deadlock", [("close", _KEY_ORDER, _REVERSED)]),
    "releases lock out of order": Mutation(
        "releases_and_arrivals_do_not_deadlock", [("release", _KEY_ORDER, _REVERSED)]
    ),
    "typing locks out of order": Mutation("typing_and_arrivals_do_not_deadlock", [("extend", _KEY_ORDER, _REVERSED)]),
    "arrivals lock keys out of order": Mutation(
        "arrivals_and_arrivals_do_not_deadlock",
        [("ingest", "from arrived order by account_id, key_id", "from arrived order by account_id desc, key_id desc")],
    ),
    "arrivals lock entries out of order": Mutation(
        "repeats_of_the_same_entries_do_not_deadlock",
        [("ingest", "order by account_id, event, ext, version", "order by account_id, event, ext desc, version")],
    ),
    "taking reads everybody's entries": Mutation(
        "taking_reads_its_own_keys_entries_only",
        [
            ("take", f"cross join lateral ({_WAITING_SUBQUERY}) x", _JOINED_WAITING),
        ],
    ),
}
