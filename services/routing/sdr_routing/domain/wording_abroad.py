"""What a lead who writes Spanish or English reads from routing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdr_common.lead import DisqualificationKind, EscalationReason, Temperature


@dataclass(frozen=True, slots=True)
class Wordings:
    """One language's texts; `{nome}`, `{clinica}` and `{closer}` as in an account's own templates."""

    closings: Mapping[Temperature, str]
    polite_lines: Mapping[DisqualificationKind, str]
    escalations: Mapping[EscalationReason, str]
    """Reasons that need words of their own."""
    human_called: str
    """For every other reason."""


_SPANISH = Wordings(
    closings={
        Temperature.HOT: (
            "¡Perfecto, {nome}! Ya le pasé tus datos a {closer}, que sigue contigo por aquí y combina contigo los "
            "próximos pasos. 😊"
        ),
        Temperature.WARM: (
            "¡Fue un gusto hablar contigo, {nome}! {closer} te va a escribir por aquí para responder tus dudas y ver "
            "el mejor momento para ti. 😊"
        ),
        Temperature.COLD: (
            "¡Fue un gusto hablar contigo, {nome}! Cuando quieras saber más, escríbenos por aquí. Un abrazo de parte "
            "de {clinica}. 💛"
        ),
        Temperature.VERY_COLD: (
            "¡Está bien, {nome}! Gracias por escribirnos. Si algún día lo necesitas, escríbenos por aquí. Un abrazo de "
            "parte de {clinica}."
        ),
    },
    polite_lines={
        DisqualificationKind.WRONG_NUMBER: (
            "Parece que te equivocaste de número, ¡no hay problema! Esta es {clinica}. ¡Que tengas un buen día! 😊"
        ),
        DisqualificationKind.SUPPLIER: (
            "¡Gracias por escribirnos! Este canal es solo para pacientes, por eso no podemos atender propuestas "
            "comerciales por aquí. ¡Buenos negocios!"
        ),
        DisqualificationKind.JOB_SEEKER: (
            "¡Qué bueno que quieras trabajar con nosotros! Este canal es solo para pacientes y no recibe currículums. "
            "¡Mucha suerte! 🍀"
        ),
        DisqualificationKind.SPAM: "Gracias por escribirnos, pero no nos interesa. ¡Que tengas un buen día!",
    },
    escalations={
        EscalationReason.EMERGENCY: (
            "Siento mucho lo que te pasa. Ya avisé a nuestro equipo. Si los síntomas son fuertes, ve ahora a una sala "
            "de urgencias o llama al SAMU, 192."
        ),
        EscalationReason.DATA_DELETION: (
            "Recibimos tu pedido de eliminar tus datos y ya avisamos al equipo responsable. No te vamos a escribir más "
            "por aquí."
        ),
    },
    human_called="Ya llamé a una persona de nuestro equipo, que va a seguir contigo por aquí.",
)
_ENGLISH = Wordings(
    closings={
        Temperature.HOT: (
            "Perfect, {nome}! I've passed your details on to {closer}, who will continue with you here and arrange "
            "the next steps. 😊"
        ),
        Temperature.WARM: (
            "It was great talking to you, {nome}! {closer} will write to you here to answer your questions and find "
            "the best time for you. 😊"
        ),
        Temperature.COLD: (
            "It was great talking to you, {nome}! Whenever you want to know more, just write to us here. Best wishes "
            "from {clinica}! 💛"
        ),
        Temperature.VERY_COLD: (
            "All right, {nome}! Thank you for writing. If you ever need us, just send a message here. Best wishes from "
            "{clinica}!"
        ),
    },
    polite_lines={
        DisqualificationKind.WRONG_NUMBER: (
            "It looks like you have the wrong number, no problem at all! This is {clinica}. Have a great day! 😊"
        ),
        DisqualificationKind.SUPPLIER: (
            "Thank you for writing! This channel is for patients only, so we can't discuss business proposals here. "
            "All the best!"
        ),
        DisqualificationKind.JOB_SEEKER: (
            "It's great that you would like to work with us! This channel is for patients only and can't take "
            "applications. Good luck! 🍀"
        ),
        DisqualificationKind.SPAM: "Thank you for writing, but we are not interested. Have a good day!",
    },
    escalations={
        EscalationReason.EMERGENCY: (
            "I'm so sorry you're going through this. I've alerted our team. If the symptoms are severe, go to an "
            "emergency room now or call SAMU at 192."
        ),
        EscalationReason.DATA_DELETION: (
            "We've received your request to delete your data and told the team in charge. You won't get any more "
            "messages from us here."
        ),
    },
    human_called="I've called someone from our team, who will continue with you here.",
)
ABROAD: Mapping[str, Wordings] = {"es": _SPANISH, "en": _ENGLISH}
"""By BCP 47 language; Portuguese is the product's own."""
