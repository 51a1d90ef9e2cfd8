"""Conversations: creation, status, owner, labels and attributes, each with the events and activities it causes."""

import uuid

from sdr_sandbox.chatwoot import activities
from sdr_sandbox.chatwoot.assignment import AutoAssignment
from sdr_sandbox.chatwoot.context import Context, check_attributes
from sdr_sandbox.chatwoot.errors import InternalServerError
from sdr_sandbox.chatwoot.events import Event, changes
from sdr_sandbox.chatwoot.index import Actor
from sdr_sandbox.chatwoot.json_types import JsonObject, JsonValue
from sdr_sandbox.chatwoot.message_rows import post_activity
from sdr_sandbox.chatwoot.records import PRIORITIES, STATUSES, AgentBot, ContactInbox, Conversation, Team, User
from sdr_sandbox.chatwoot.timestamps import iso_ms

_ANNOUNCED = frozenset(
    {
        "team_id",
        "assignee_id",
        "assignee_agent_bot_id",
        "status",
        "snoozed_until",
        "custom_attributes",
        "label_list",
        "waiting_since",
        "first_reply_created_at",
        "priority",
    }
)
_INSTANTS = frozenset({"snoozed_until", "waiting_since", "first_reply_created_at"})


class Conversations:
    """The conversations of the account."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._state = context.state
        self._index = context.index
        self._assignment = AutoAssignment(context)

    def create(self, contact_inbox: ContactInbox, **fields: JsonValue) -> Conversation:
        """Start a conversation, or give back the last one if the inbox is locked to a single one.

        Args:
            contact_inbox: whose address in which inbox.
            **fields: `status`, `assignee_id`, `team_id`, `custom_attributes`, `additional_attributes`, `snoozed_until`.
                A blocked contact and an inbox with a bot override `status`.
        """
        inbox = self._state.inboxes[contact_inbox.inbox_id]
        contact = self._state.contacts[contact_inbox.contact_id]
        if inbox.lock_to_single_conversation:
            own = [row for row in self._index.conversations(contact) if row.contact_inbox_id == contact_inbox.id]
            if own:
                return own[-1]
        for name in ("custom_attributes", "additional_attributes"):
            check_attributes(name, fields.get(name, {}))
        status = fields.pop("status", None) or "open"
        if status not in STATUSES:
            raise InternalServerError
        if contact.blocked:
            status = "resolved"
        elif inbox.agent_bot_id is not None:
            status = "pending"
        now = self._context.clock()
        conversation = Conversation(
            id=self._state.next_id("conversation"),
            uuid=str(uuid.uuid4()),
            inbox_id=inbox.id,
            contact_id=contact.id,
            contact_inbox_id=contact_inbox.id,
            status=status,
            waiting_since=now,
            last_activity_at=now,
            created_at=now,
            updated_at=now,
            **fields,
        )
        with self._context.bus as bus:
            self._state.conversations[conversation.id] = conversation
            self._index.conversations_of[contact.id].append(conversation.id)
            bus.publish(Event(name="conversation_created", conversation_id=conversation.id))
            if conversation.status == "open":
                self._auto_assign(conversation)
        return conversation

    def save(self, conversation: Conversation, actor: Actor | None, **fields: JsonValue) -> bool:
        """Set fields and announce what changed, as one Rails save does.

        Returns:
            Whether anything changed; a repeat of the same values is silent.
        """
        if fields.get("assignee_id") is not None:
            fields["assignee_agent_bot_id"] = None
        if fields.get("status", conversation.status) != "snoozed":
            fields["snoozed_until"] = None
        changed = {
            name: (getattr(conversation, name), value)
            for name, value in fields.items()
            if getattr(conversation, name) != value
        }
        if not changed:
            return False
        with self._context.bus:
            self._apply(conversation, actor, changed)
        return True

    def open_after_bot_failure(self, conversation: Conversation) -> None:
        """A bot could not be reached: its pending conversation is opened for people, with a note that says why."""
        if conversation.status == "pending":
            with self._context.bus:
                changed = {"status": ("pending", "open")}
                self._apply(conversation, None, changed, status_sentence=activities.BOT_FAILED)

    def _apply(
        self,
        conversation: Conversation,
        actor: Actor | None,
        changed: dict[str, tuple[JsonValue, JsonValue]],
        status_sentence: str | None = None,
    ) -> None:
        now = self._context.clock()
        previous_update, conversation.updated_at = conversation.updated_at, now
        for name, (_, value) in changed.items():
            setattr(conversation, name, value)
        if "status" in changed:
            self._announce_status(conversation)
        self._write_activities(conversation, actor, changed, status_sentence)
        pairs = _described(changed)
        if _ANNOUNCED & pairs.keys():
            pairs["updated_at"] = (iso_ms(previous_update), iso_ms(now))
            event = Event(
                name="conversation_updated", conversation_id=conversation.id, changed_attributes=changes(pairs)
            )
            self._context.bus.publish(event)
        if "status" in changed and conversation.status == "open":
            self._auto_assign(conversation)

    def _announce_status(self, conversation: Conversation) -> None:
        if conversation.status == "resolved":
            conversation.waiting_since = None
        names = {"open": "conversation_opened", "resolved": "conversation_resolved"}
        for name in (names.get(conversation.status), "conversation_status_changed"):
            if name:
                self._context.bus.publish(Event(name=name, conversation_id=conversation.id))

    def _auto_assign(self, conversation: Conversation) -> None:
        user = self._assignment.pick_for_open(conversation)
        if user is not None:
            self.save(conversation, None, assignee_id=user.id)

    def _write_activities(
        self,
        conversation: Conversation,
        actor: Actor | None,
        changed: dict[str, tuple[JsonValue, JsonValue]],
        status_sentence: str | None,
    ) -> None:
        name = actor.name if actor else None
        sentences: list[str] = []
        if "status" in changed:
            sentences.append(status_sentence or activities.status_changed(conversation.status, name))
        if "priority" in changed:
            sentences.append(activities.priority_changed(*changed["priority"], name))
        if "labels" in changed and name:
            old, new = changed["labels"]
            added, removed = [row for row in new if row not in old], [row for row in old if row not in new]
            sentences += activities.labels_changed(added, removed, name)
        if "team_id" in changed:
            old_team, new_team = (self._state.teams.get(number or 0) for number in changed["team_id"])
            team_name, old_name = new_team.name if new_team else None, old_team.name if old_team else None
            sentences.append(activities.team_assigned(team_name, old_name, name))
        if "assignee_id" in changed:
            user = self._state.users.get(conversation.assignee_id or 0)
            sentences.append(activities.assigned(user.name if user else None, name))
        for sentence in sentences:
            post_activity(self._context, conversation, sentence)

    def set_status(
        self, conversation: Conversation, actor: Actor | None, status: str, snoozed_until: float | None = None
    ) -> None:
        """Set a status by name.

        Raises:
            InternalServerError: an unknown name (the enum raises in Rails too).
        """
        if status not in STATUSES:
            raise InternalServerError
        self.save(conversation, actor, status=status, snoozed_until=snoozed_until)

    def hand_off(self, conversation: Conversation, bot: AgentBot) -> None:
        """A bot opens its pending conversation: the hand-off that Chatwoot counts."""
        self._state.bot_handoffs_count += 1
        waiting_since = conversation.waiting_since or self._context.clock()
        self.save(conversation, bot, status="open", waiting_since=waiting_since)

    def toggle_status(self, conversation: Conversation, actor: Actor | None) -> None:
        """Without a named status: open becomes resolved, anything else becomes open."""
        self.set_status(conversation, actor, "resolved" if conversation.status == "open" else "open")

    def assign_user(self, conversation: Conversation, actor: Actor | None, user: User | None) -> None:
        """Give the conversation to a person; None takes it away."""
        self.save(conversation, actor, assignee_id=user.id if user else None)

    def assign_bot(self, conversation: Conversation, actor: Actor | None, bot: AgentBot | None) -> None:
        """Give the conversation to a bot, which takes it from a person."""
        self.save(conversation, actor, assignee_id=None, assignee_agent_bot_id=bot.id if bot else None)

    def assign_team(self, conversation: Conversation, actor: Actor | None, team: Team | None) -> None:
        """Give the conversation to a team: an assignee outside it is dropped, one inside may be picked."""
        fields: JsonObject = {"team_id": team.id if team else None}
        if team is not None and team.id != conversation.team_id:
            assignee_id = conversation.assignee_id if conversation.assignee_id in team.member_ids else None
            if assignee_id is None:
                picked = self._assignment.pick_for_team(conversation, team)
                assignee_id = picked.id if picked else None
            fields["assignee_id"] = assignee_id
        self.save(conversation, actor, **fields)

    def set_labels(self, conversation: Conversation, actor: Actor | None, labels: list[str]) -> None:
        """Replace the whole set of labels."""
        cleaned = list(dict.fromkeys(label.strip().lower() for label in labels if label.strip()))
        self.save(conversation, actor, labels=cleaned)

    def set_custom_attributes(self, conversation: Conversation, actor: Actor | None, attributes: JsonObject) -> None:
        """Replace the whole object of custom attributes.

        Raises:
            RecordInvalidError: a value over its limit.
        """
        check_attributes("custom_attributes", attributes)
        self.save(conversation, actor, custom_attributes=attributes)

    def set_priority(self, conversation: Conversation, actor: Actor | None, priority: str | None) -> None:
        """Set or clear the priority.

        Raises:
            InternalServerError: an unknown name.
        """
        if priority is not None and priority not in PRIORITIES:
            raise InternalServerError
        self.save(conversation, actor, priority=priority)

    def mark_seen_by_agent(self, conversation: Conversation, user: User) -> None:
        """An agent looked at the conversation: nothing is unread any more."""
        now = self._context.clock()
        conversation.agent_last_seen_at = now
        if conversation.assignee_id == user.id:
            conversation.assignee_last_seen_at = now
        self._context.bus.publish(Event(name="conversation_read", conversation_id=conversation.id))

    def set_typing(self, conversation: Conversation, typist: tuple[str, int], *, on: bool, is_private: bool) -> None:
        """Announce that somebody started or stopped typing."""
        name = "conversation_typing_on" if on else "conversation_typing_off"
        self._context.bus.publish(
            Event(name=name, conversation_id=conversation.id, typist=typist, is_private=is_private)
        )

    def set_muted(self, conversation: Conversation, actor: Actor | None, *, muted: bool) -> None:
        """Muting resolves the conversation and blocks its contact; unmuting unblocks it."""
        if muted:
            self.save(conversation, actor, status="resolved")
        self._state.contacts[conversation.contact_id].blocked = muted


def _described(changed: dict[str, tuple[JsonValue, JsonValue]]) -> dict[str, tuple[JsonValue, JsonValue]]:
    """Changed fields under the names and in the formats of `changed_attributes`."""
    pairs: dict[str, tuple[JsonValue, JsonValue]] = {}
    for name, (previous, current) in changed.items():
        if name == "labels":
            pairs["label_list"] = (previous, current)
            pairs["cached_label_list"] = (", ".join(previous) or None, ", ".join(current) or None)
        elif name in _INSTANTS:
            pairs[name] = (iso_ms(previous), iso_ms(current))
        else:
            pairs[name] = (previous, current)
    return pairs
