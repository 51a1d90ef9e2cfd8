"""Alerts' texts in the three languages; of leads they hold ids alone."""

from __future__ import annotations

from typing import Final

from sdr_reporting.outputs.domain.alert import Alert, AlertKind

_FIRED: Final[dict[str, dict[str, str]]] = {
    "pt": {
        "budget.near": "O gasto com IA deste mês chegou ao valor de aviso do orçamento.",
        "budget.stop": "O orçamento de IA deste mês acabou: o atendimento segue com o motor próprio, sem modelos.",
        "error_rate": "{percent} % das entregas da última hora falharam ({failed}). Veja a página Entregas.",
        "no_leads": "Nenhum lead novo em {hours} h de atendimento. Confira o WhatsApp e os anúncios.",
        "connection.chatwoot": "O Chatwoot não responde, ou recusa o nosso acesso, há {minutes} min.",
        "connection.waha": "A sessão do WhatsApp (WAHA) caiu há {minutes} min. Talvez seja preciso ler o QR code.",
        "hot_lead": "Um lead quente espera resposta há mais de {minutes} min (conversa {subject}, com {closer}).",
    },
    "en": {
        "budget.near": "This month's AI spending has reached the budget's warning amount.",
        "budget.stop": "This month's AI budget is used up: answers go on with the built-in engine, without models.",
        "error_rate": "{percent} % of the last hour's deliveries failed ({failed}). See the Deliveries page.",
        "no_leads": "No new lead in {hours} h of opening time. Check WhatsApp and the ads.",
        "connection.chatwoot": "Chatwoot has not answered, or has refused our access, for {minutes} min.",
        "connection.waha": "The WhatsApp session (WAHA) went down {minutes} min ago. Scan its QR code.",
        "hot_lead": "A hot lead has waited more than {minutes} min for an answer (chat {subject}, with {closer}).",
    },
    "es": {
        "budget.near": "El gasto en IA de este mes llegó al valor de aviso del presupuesto.",
        "budget.stop": "El presupuesto de IA de este mes se agotó: la atención sigue con el motor propio, sin modelos.",
        "error_rate": "El {percent} % de las entregas de la última hora falló ({failed}). Vea la página Entregas.",
        "no_leads": "Ningún lead nuevo en {hours} h de atención. Revise WhatsApp y los anuncios.",
        "connection.chatwoot": "Chatwoot no responde, o rechaza nuestro acceso, desde hace {minutes} min.",
        "connection.waha": "La sesión de WhatsApp (WAHA) cayó hace {minutes} min. Quizá haya que leer el código QR.",
        "hot_lead": "Un lead caliente espera respuesta hace más de {minutes} min (chat {subject}, con {closer}).",
    },
}
_RESOLVED: Final[dict[str, dict[str, str]]] = {
    "pt": {
        "budget": "Novo mês: o orçamento de IA começou de novo.",
        "error_rate": "As entregas voltaram ao normal.",
        "no_leads": "Chegou um lead novo.",
        "connection.chatwoot": "O Chatwoot voltou a funcionar.",
        "connection.waha": "A sessão do WhatsApp (WAHA) voltou a funcionar.",
        "hot_lead": "O lead quente da conversa {subject} não está mais à espera.",
    },
    "en": {
        "budget": "A new month: the AI budget has begun again.",
        "error_rate": "Deliveries are back to normal.",
        "no_leads": "A new lead has come.",
        "connection.chatwoot": "Chatwoot works again.",
        "connection.waha": "The WhatsApp session (WAHA) works again.",
        "hot_lead": "The hot lead of conversation {subject} is no longer waiting.",
    },
    "es": {
        "budget": "Mes nuevo: el presupuesto de IA empezó otra vez.",
        "error_rate": "Las entregas volvieron a la normalidad.",
        "no_leads": "Llegó un lead nuevo.",
        "connection.chatwoot": "Chatwoot volvió a funcionar.",
        "connection.waha": "La sesión de WhatsApp (WAHA) volvió a funcionar.",
        "hot_lead": "El lead caliente de la conversación {subject} ya no espera.",
    },
}
_WORDS: Final = {
    "pt": {"alert": "Alerta", "resolved": "Resolvido", "test": "Teste: os alertas chegam por aqui.", "team": "o time"},
    "en": {"alert": "Alert", "resolved": "Resolved", "test": "Test: alerts arrive here.", "team": "the team"},
    "es": {
        "alert": "Alerta",
        "resolved": "Resuelto",
        "test": "Prueba: las alertas llegan por aquí.",
        "team": "el equipo",
    },
}


def alert_text(alert: Alert, language: str, *, resolved: bool = False) -> str:
    """What an alert says, or that it is over."""
    texts = (_RESOLVED if resolved else _FIRED)[language]
    template = texts.get(f"{alert.kind.value}.{alert.subject}") or texts[alert.kind.value]
    detail = {name: str(value) for name, value in alert.detail.items()}
    if alert.kind is AlertKind.NO_LEADS and not resolved:
        detail["hours"] = _tenths(int(alert.detail["tenths_of_hours"]), language)
    if alert.kind is AlertKind.HOT_LEAD:
        detail["closer"] = detail.get("closer") or _WORDS[language]["team"]
    return template.format_map(detail | {"subject": alert.subject})


def alert_subject(clinic_name: str, language: str, *, resolved: bool = False) -> str:
    """A mail's subject."""
    word = _WORDS[language]["resolved" if resolved else "alert"]
    return f"{clinic_name}: {word}" if clinic_name else word


def trial_text(language: str) -> str:
    """What a test message says."""
    return _WORDS[language]["test"]


def _tenths(tenths: int, language: str) -> str:
    whole, rest = divmod(tenths, 10)
    return f"{whole}{'.' if language == 'en' else ','}{rest}" if rest else str(whole)
