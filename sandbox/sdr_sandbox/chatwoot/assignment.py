"""Who gets a conversation without being named: round robin among online members."""

from sdr_sandbox.chatwoot.context import Context
from sdr_sandbox.chatwoot.records import Conversation, Inbox, Team, User


class AutoAssignment:
    """Round robin of one account, one queue per inbox."""

    def __init__(self, context: Context) -> None:
        self._state = context.state

    def pick_for_open(self, conversation: Conversation) -> User | None:
        """The online member who gets a conversation that has just been opened, None if it stays as it is.

        An inbox without auto-assignment or an assignee who is a member leaves it; a team that allows auto-assignment
        narrows the choice to its members.
        """
        inbox = self._state.inboxes[conversation.inbox_id]
        if not inbox.enable_auto_assignment or conversation.assignee_id in inbox.member_ids:
            return None
        allowed = set(inbox.member_ids)
        team = self._state.teams.get(conversation.team_id or 0)
        if team is not None and team.allow_auto_assign:
            allowed &= set(team.member_ids)
        return self._next(inbox, allowed)

    def pick_for_team(self, conversation: Conversation, team: Team) -> User | None:
        """The online member who gets a conversation that was given to a team, if the team allows it."""
        if not team.allow_auto_assign:
            return None
        inbox = self._state.inboxes[conversation.inbox_id]
        return self._next(inbox, set(inbox.member_ids) & set(team.member_ids))

    def _next(self, inbox: Inbox, allowed: set[int]) -> User | None:
        queue = [number for number in inbox.assignment_queue if number in inbox.member_ids]
        queue += [number for number in inbox.member_ids if number not in queue]
        for number in queue:
            user = self._state.users.get(number)
            if user is not None and number in allowed and user.availability == "online":
                queue.remove(number)
                inbox.assignment_queue = [*queue, number]
                return user
        return None
