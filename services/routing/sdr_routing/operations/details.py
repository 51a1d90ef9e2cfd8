"""What an operator reads about a write that waits or was given up; no lead's text, no token, no e-mail."""

from __future__ import annotations

from sdr_common.chatwoot import ChatwootDenied, ChatwootRefused, ChatwootUnavailable
from sdr_routing.domain.errors import Flooded, NotSettledYet, UnknownCloser, UnknownTeam


def detail_of(error: Exception) -> str:
    """The error in Portuguese, and what helps."""
    match error:
        case UnknownTeam(team=team):
            text = f"o time “{team}” não existe no Chatwoot; crie o time ou mude a regra e tente de novo"
        case UnknownCloser(closer_name=name):
            text = f"o e-mail de {name} não é de nenhum agente do Chatwoot; corrija o closer e tente de novo"
        case ChatwootDenied(status=status):
            text = f"o Chatwoot recusou o token ({status}); conecte a conta de novo e tente de novo"
        case ChatwootRefused(status=status, problem=problem):
            text = f"o Chatwoot recusou ({status}): {problem}"
        case ChatwootUnavailable(status=0):
            text = "o Chatwoot não responde"
        case ChatwootUnavailable(status=status):
            text = f"o Chatwoot respondeu {status}"
        case NotSettledYet():
            text = "conferindo se a mensagem já foi salva no Chatwoot"
        case Flooded():
            text = "limite de mensagens por minuto da conversa; tentando de novo"
        case _:
            text = f"erro interno ({type(error).__name__})"
    return text


def hopeless(faults: int, *, for_others: bool) -> str:
    """Of a write that Chatwoot fails at again and again.

    Args:
        faults: How often, while others' went through.
        for_others: That was too often; else it lasts for too long.
    """
    if for_others:
        text = f"o Chatwoot falhou {faults} vezes só nesta escrita, enquanto fazia as de outros leads"
    else:
        text = "o Chatwoot responde com erro a esta escrita há mais de um dia"
    return f"{text}; veja o log do Chatwoot e tente de novo"
