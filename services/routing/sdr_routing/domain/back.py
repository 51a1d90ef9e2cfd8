"""When somebody is there again, in a lead's words. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

_WEEKDAYS = {
    "pt": ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"),
    "es": ("el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "el sábado", "el domingo"),
    "en": ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"),
}
_SOON = {"pt": ("hoje", "amanhã"), "es": ("hoy", "mañana"), "en": ("today", "tomorrow")}
_SENTENCES = {
    "pt": "Agora estamos fora do horário de atendimento: nossa equipe volta {day}, às {hour}.",
    "es": "Ahora estamos fuera del horario de atención: nuestro equipo vuelve {day}, a las {hour}.",
    "en": "We are closed right now: our team is back {day} at {hour}.",
}
_A_WEEK_DAYS = 7


def back_at(moment: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """One sentence that says when the clinic opens again.

    Args:
        moment: When it does; aware.
        now: Aware.
        zone: The clinic's: days are counted in it.
        language: The lead's; pt where it is none of ours.
    """
    words = language if language in _SENTENCES else "pt"
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    if days < len(_SOON[words]):
        day = _SOON[words][max(days, 0)]
    else:
        day = _WEEKDAYS[words][local.weekday()]
        if days >= _A_WEEK_DAYS:
            day += f" ({local:%d/%m})" if words != "en" else f" ({local:%d %B})"
    return _SENTENCES[words].format(day=day, hour=_hour(local, words))


def _hour(local: datetime, language: str) -> str:
    if language == "pt":
        return f"{local.hour}h{local.minute:02d}" if local.minute else f"{local.hour}h"
    return f"{local:%H:%M}"
