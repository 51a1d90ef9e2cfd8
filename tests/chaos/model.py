"""`python -m tests.chaos.model SEED RATIO`: an OpenAI that is well for some conversations and not for others.

It understands by a table of the sayings that a run's leads use, so that its answers are as right as the scripted
engine's. Whether a conversation is unlucky follows from the seed and its own first words: then every call of it
stalls past the deadline, fails with 500, asks for patience with 429, or answers with what is no JSON.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sdr_sandbox.llm.openai_wire import completion, failure
from sdr_sandbox.llm.script import Answer, Failure, Json
from tests.chaos.leads import OPT_OUT
from tests.e2e import personas as said

STALL_S = 20.0
_FACTS = ("nome", "interesse", "urgencia", "conhecimento", "localizacao")
_MESSAGE = re.compile(r'<mensagem id="(\d+)">(.*?)</mensagem>', re.S)
_LINE = re.compile(r"^\[lead (\d+)\] (.*)$", re.M)
_NAME = re.compile(r"^Meu nome é (\w+)$")
_TABLE: dict[str, tuple[str, str]] = {
    **{saying: ("interesse", "especifico") for saying, _ in said.SPECIFIC},
    **dict.fromkeys(said.VAGUE, ("interesse", "vago")),
    **dict.fromkeys(said.THIS_WEEK, ("urgencia", "esta_semana")),
    **dict.fromkeys(said.TWO_WEEKS, ("urgencia", "proximas_2_semanas")),
    **dict.fromkeys(said.THIRTY_DAYS, ("urgencia", "ate_30_dias")),
    **dict.fromkeys(said.OVER_THIRTY, ("urgencia", "acima_30_dias")),
    **dict.fromkeys(said.RESEARCHING, ("urgencia", "pesquisando")),
    **dict.fromkeys(said.KNOWS_PRICES, ("conhecimento", "conhece_valores")),
    **dict.fromkeys(said.RESEARCHED, ("conhecimento", "pesquisou_pouco")),
    **dict.fromkeys(said.FIRST, ("conhecimento", "primeira_pesquisa")),
    **dict.fromkeys(said.NOT_KNOWN, ("conhecimento", "nao_conhece")),
    **dict.fromkeys((*said.NEAR, *said.FAR, *said.ELSEWHERE), ("localizacao", "")),
}
_REFUSALS = {text for burst in said.REFUSALS for text in burst}
_NO_LEADS = {
    text: kind
    for burst, kind in zip(
        said.NOT_LEADS,
        ("wrong_number", "wrong_number", "supplier", "supplier", "job_seeker", "job_seeker", "spam"),
        strict=True,
    )
    for text in burst
}


def _sign_of(text: str) -> str:
    if text in _REFUSALS:
        return "refusal"
    return "opt_out" if text == OPT_OUT else _NO_LEADS.get(text, "")


def _facts(lines: list[tuple[str, str]]) -> list[Json]:
    found: dict[str, Json] = {}
    for number, text in lines:
        named = _NAME.match(text)
        kind, level = ("nome", "") if named else _TABLE.get(text, ("", ""))
        if kind:
            found[kind] = {
                "kind": kind,
                "value": named.group(1) if named else _value(kind, text),
                "level": level,
                "evidence": text,
                "message_id": int(number),
                "confidence": 0.95,
                "canonical": "",
            }
    return list(found.values())


def _value(kind: str, text: str) -> str:
    if kind == "localizacao":
        return re.sub(r"^(moro (em|no|na)|sou (de|do|da)) ", "", text, flags=re.I)
    return next((value for saying, value in said.SPECIFIC if saying == text), text)


def turn(instructions: str, burst: list[tuple[str, str]]) -> Json:
    """An answer to a burst: what its sayings mean, and the next thing that is still open."""
    facts = _facts(burst)
    told = {str(fact["kind"]) for fact in facts}
    wanted = re.findall(r"\b(nome|interesse|urgencia|conhecimento|localizacao) \(tentativa", instructions)
    asks = next((fact for fact in wanted if fact not in told), "")
    signs = [(sign, text) for _, text in burst if (sign := _sign_of(text))]
    intent, quote = signs[-1] if signs else ("conversation", "")
    return {
        "comment": "Que bom falar com você!",
        "answer": "",
        "question": "Você pode me contar mais um pouco?" if asks else "",
        "asks": asks,
        "facts": list(facts),
        "sentiment": "neutral",
        "language": "pt",
        "intent": intent,
        "intent_quote": quote,
        "unanswered_question": "",
    }


def analysis(lines: list[tuple[str, str]]) -> Json:
    """The judgement of a transcript."""
    signs = [(sign, text) for _, text in lines if (sign := _sign_of(text)) and sign != "opt_out"]
    kind, quote = signs[-1] if signs else ("none", "")
    return {
        "facts": list(_facts(lines)),
        "behaviour": "cooperativo",
        "summary": "Lead atendido pelo chat.",
        "disqualification": kind,
        "disqualification_quote": quote,
    }


class Model:
    """The endpoint.

    Args:
        seed: Of the run.
        unlucky: Share of conversations that it fails.
    """

    def __init__(self, seed: int, unlucky: float) -> None:
        self._seed = seed
        self._unlucky = unlucky

    async def chat(self, request: Request) -> Response:
        """`POST /v1/chat/completions`."""
        body = await request.json()
        texts = [str(message.get("content") or "") for message in body["messages"]]
        instructions, conversation = texts[0], texts[-1]
        lines = _LINE.findall(conversation)
        burst = _MESSAGE.findall(conversation)
        # The first message's id names the conversation, whichever call it is.
        first = (lines or burst or [("0", "")])[0][0]
        dice = random.Random(f"{self._seed}/model/{first}")
        if dice.random() < self._unlucky:
            return await self._fail(dice, str(body["model"]))
        content = turn(instructions, burst) if "<mensagens_do_lead>" in conversation else analysis(lines)
        return completion(str(body["model"]), Answer(content=content))

    async def _fail(self, dice: random.Random, model: str) -> Response:
        match dice.choice(("stall", "500", "429", "broken")):
            case "stall":
                await asyncio.sleep(STALL_S)
                return failure(Failure(kind="error", status=503))
            case "500":
                return failure(Failure(kind="error", status=500))
            case "429":
                return failure(Failure(kind="error", status=429))
            case _:
                return completion(model, Answer(content="{"))

    async def health(self, _request: Request) -> Response:
        """`GET /health`."""
        return JSONResponse({"status": "ok"})


def main() -> None:
    """Serves until it is told to stop."""
    port, seed, unlucky = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    model = Model(seed, unlucky)
    routes = [Route("/v1/chat/completions", model.chat, methods=["POST"]), Route("/health", model.health)]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=port, log_level="critical")


if __name__ == "__main__":
    main()
