"""One lead that the stack qualified, played once for all journeys of a process."""

from __future__ import annotations

from tests.support.chatwoot import Chatwoot, Phone
from tests.support.net import eventually

NAME = "Mariana Prado"
_ANSWERS = {
    "nome": "Mariana Prado",
    "interesse": "quero botox na testa",
    "urgencia": "semana que vem",
    "conhecimento": "já fiz uma vez, conheço os valores",
    "localizacao": "moro em Moema",
}
_PHONES: dict[str, Phone] = {}


async def qualified(chatwoot: Chatwoot, gateway_url: str) -> Phone:
    """The lead Mariana: hot, handed over, and in the figures."""
    if gateway_url not in _PHONES:
        _PHONES[gateway_url] = await play(chatwoot)
    return _PHONES[gateway_url]


async def play(chatwoot: Chatwoot) -> Phone:
    """Plays a lead to its end."""
    phone = await chatwoot.new_phone(NAME)
    await phone.send("oi, queria saber do botox")
    for _ in range(8):
        asked = (await phone.next_message())["content_attributes"]["sdr_asks"]
        if not asked:
            break
        await phone.send(_ANSWERS[asked])

    async def judged() -> bool:
        return "sdr_ia_score" in await chatwoot.contact_attributes(phone.contact_id)

    await eventually(judged, timeout_s=30, what="the lead to be judged")
    return phone
