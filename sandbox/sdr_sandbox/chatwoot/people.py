"""Users and teams: who works at the clinic, who may sign in, who belongs where."""

import secrets
import uuid

from sdr_sandbox.chatwoot.context import Context, new_token
from sdr_sandbox.chatwoot.errors import NotFoundError, RecordInvalidError
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import Inbox, Team, User

PASSWORD = "sandbox123!"  # noqa: S105 - the published password of an emulator without real data
_AVAILABILITIES = ("online", "busy", "offline")


class People:
    """Users and teams of the account."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._state = context.state
        self._index = context.index

    def get_user(self, user_id: int) -> User:
        """A user by id.

        Raises:
            NotFoundError: there is none.
        """
        found = self._state.users.get(user_id)
        if found is None:
            raise NotFoundError
        return found

    def add_user(self, name: str, email: str, role: str = "agent", *, access_token: str | None = None) -> User:
        """Add a person who can sign in with the sandbox's password.

        Raises:
            RecordInvalidError: no name, or the e-mail is taken.
        """
        if not name:
            raise RecordInvalidError("Name can't be blank", ["name"])
        if any(user.email == email.lower() for user in self._state.users.values()):
            raise RecordInvalidError("Email has already been taken", ["email"])
        user = User(
            id=self._state.next_id("user"),
            name=name,
            email=email.lower(),
            role=role if role in ("agent", "administrator") else "agent",
            access_token=access_token or new_token(),
            password=PASSWORD,
            available_name=name,
            pubsub_token=new_token(),
            uuid=str(uuid.uuid4()),
        )
        self._state.users[user.id] = user
        self._index.actor_by_token[user.access_token] = user
        return user

    def update_user(self, user: User, params: Params) -> User:
        """Change role, name or availability."""
        if params.text("role") in ("agent", "administrator"):
            user.role = params.text("role") or user.role
        if params.text("availability") in _AVAILABILITIES:
            user.availability = params.text("availability") or user.availability
        if params.text("name"):
            user.name = user.available_name = params.text("name") or user.name
        if params.text("display_name"):
            user.available_name = params.text("display_name") or user.available_name
        if params.has("auto_offline"):
            user.auto_offline = params.flag("auto_offline")
        return user

    def remove_user(self, user: User) -> None:
        """Remove a person from account, inboxes, teams and conversations."""
        del self._state.users[user.id]
        self._index.actor_by_token.pop(user.access_token, None)
        groups: list[Inbox | Team] = [*self._state.inboxes.values(), *self._state.teams.values()]
        for group in groups:
            group.member_ids = [number for number in group.member_ids if number != user.id]
        for conversation in self._state.conversations.values():
            if conversation.assignee_id == user.id:
                conversation.assignee_id = None

    def sign_in(self, email: str, password: str) -> User | None:
        """The user with these credentials, if any."""
        for user in self._state.users.values():
            if user.email == email.strip().lower() and secrets.compare_digest(
                user.password.encode(), password.encode()
            ):
                return user
        return None

    def get_team(self, team_id: int) -> Team:
        """A team by id.

        Raises:
            NotFoundError: there is none.
        """
        found = self._state.teams.get(team_id)
        if found is None:
            raise NotFoundError
        return found

    def create_team(self, params: Params) -> Team:
        """Create a team; its name is stored in lower case.

        Raises:
            RecordInvalidError: no name, or it is taken.
        """
        now = self._context.clock()
        name = self._team_name(params, None)
        team = Team(
            id=self._state.next_id("team"),
            name=name,
            description=params.text("description"),
            allow_auto_assign=params.flag("allow_auto_assign", default=True),
            created_at=now,
            updated_at=now,
        )
        self._state.teams[team.id] = team
        return team

    def update_team(self, team: Team, params: Params) -> Team:
        """Change a team.

        Raises:
            RecordInvalidError: the new name is empty or taken.
        """
        if params.has("name"):
            team.name = self._team_name(params, team.id)
        if params.has("description"):
            team.description = params.text("description")
        if params.has("allow_auto_assign"):
            team.allow_auto_assign = params.flag("allow_auto_assign")
        team.updated_at = self._context.clock()
        return team

    def delete_team(self, team: Team) -> None:
        """Delete a team; its conversations have none then."""
        del self._state.teams[team.id]
        for conversation in self._state.conversations.values():
            if conversation.team_id == team.id:
                conversation.team_id = None

    def users(self, numbers: list[int]) -> list[User]:
        """The users with these ids, unknown ones left out."""
        return [self._state.users[number] for number in numbers if number in self._state.users]

    def _team_name(self, params: Params, own_id: int | None) -> str:
        name = (params.text("name") or "").strip().lower()
        if not name:
            raise RecordInvalidError("Name can't be blank", ["name"])
        if any(team.name == name and team.id != own_id for team in self._state.teams.values()):
            raise RecordInvalidError("Name has already been taken", ["name"])
        return name
