"""What a message wants of us beyond the facts: out, somebody else, help at once, a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdr_common.lead import DisqualificationKind, EscalationReason, FactKind
from sdr_dialogue.domain.text import plain, words
from sdr_dialogue.engine.alarms import alarm_of
from sdr_dialogue.engine.hearing import Hearing, bare_words, is_no
from sdr_dialogue.engine.interest import mentions, wanted

_OPT_OUT_WORDS = words("parar pare para sair stop descadastrar descadastre descadastra unsubscribe")
_OPT_OUT = re.compile(
    r" (?:nao (?:quero|desejo|gostaria de|aceito|autorizo)(?: mais)? (?:receber|que (?:me )?mandem|"
    r"que (?:me )?mande|que (?:me )?envie\w*|ser contatad\w+|mais mensage\w+|mensage\w+)|"
    r"(?:nao|parem? de|para de|pare de|deixem? de) (?:me )?(?:mand\w+|envi\w+|cham\w+|contat\w+|perturb\w+|"
    r"incomod\w+|procur\w+)(?: mais)?(?: (?:mensage\w+|nada|msg|propaganda|isso|aqui|me))+|"
    r"nao me (?:mand\w+|envi\w+|cham\w+|contat\w+|perturb\w+|procur\w+|escrev\w+|lig\w+)(?: mais)?|"
    r"(?:me (?:tir\w+|remov\w+|exclu\w+|retir\w+)|(?:tir\w+|remov\w+|exclu\w+|retir\w+) (?:o )?meu \w+) (?:da|"
    r"de|dessa) (?:sua |vossa )?(?:lista|base|"
    r"contatos|agenda)|"
    r"(?:quero|desejo) (?:sair|me descadastrar|cancelar o recebimento|ser removid\w)(?: da|"
    r" dessa)?(?: lista)?(?= [.!]| $)|descadastr\w+|(?:quero )?cancelar (?:o )?(?:recebimento|inscricao|"
    r"as mensagens)|cancel\w+ (?:as )?mensagens|vou (?:te |)bloquear(?: voces?)?(?= [.,!]| $)|"
    r"para de me (?:chamar|mandar|encher)|parem? com (?:as|essas) mensagens) "
)
_DELETION = re.compile(
    r" (?:(?:apag\w+|exclu\w+|delet\w+|remov\w+|elimin\w+|tir\w+)(?: \w+){0,3} (?:meus? |minhas? )(?:dados|"
    r"informac\w+|numero|contato|cadastro|telefone|historico|conversa)|"
    r"(?:exclusao|remocao|eliminacao|apagamento) (?:dos|de|d[oa]s?) (?:meus )?(?:dados|informacoes)|"
    r"direito ao esquecimento|delete my data|borren mis datos) "
)
_DATA_LAW = re.compile(r" (?:lgpd|protecao de dados) ")
_HUMAN = re.compile(
    r" (?:(?:fala\w*|convers\w+|tratar|trata|ser atendid[ao]|atendid[ao]|atendimento|contato|resolver|ligar|"
    r"negociar) (?:\w+ ){0,2}?(?:com|por|para|pel[ao]) (?:\w+ ){0,2}?(?:alguem|humano|humana|pessoa|"
    r"atendente|atendentes|consultora?|vendedora?|recepcao|recepcionista|"
    r"secretaria|responsavel|gerente|supervisora?|doutora?|dra|dr|medic[ao]|profissional|especialista|gente|"
    r"ser humano|"
    r"voces? de verdade|equipe|proprietari[ao]|dona|dono|funcionari[ao])|"
    r"(?:quero|queria|preciso d[eo]|prefiro|gostaria de|chama|chame|chamar|me passa|passa|passe|passar|transfere|"
    r"transfira|"
    r"transferir|transferem|encaminha|encaminhar|cade|tem|me da) (?:\w+ ){0,3}?(?:um |uma |o |"
    r"a )?(?:atendente|humano|humana|"
    r"ser humano|"
    r"pessoa de verdade|pessoa real|atendimento humano|uma pessoa|a pessoa|para uma pessoa|gente de verdade|"
    r"alguem de verdade|alguem real|alguem da equipe|alguem ai que)|"
    r"(?:chama|chame|chamar|me passa|passa|passe|passar|transfere|transfira|transferir|transferem|"
    r"encaminha|encaminhar|quero|"
    r"preciso d[eo]) (?:\w+ ){0,2}?"
    r"(?:consultora?|vendedora?|gerente|supervisora?|responsavel|recepcionista|recepcao|secretaria|especialista)"
    r"(?: \w+)?(?= [.,!?]| $)|"
    r"(?:quero|prefiro|manda|chama) gente(?= [.,!?]| $)|"
    r"atendimento humano|(?:pessoa|gente|alguem)(?: ai)? (?:de verdade|real|de carne e osso)|"
    r"nao (?:quero|gosto de) (?:falar|"
    r"conversar|tratar|responder|ser atendid[ao])(?: \w+)? (?:com|por|para)? ?(?:\w+ )?(?:robo|maquina|"
    r"bot|ia|assistente virtual|inteligencia artificial)|"
    r"(?:nao|sem) (?:quero|aguento|gosto d[eo])? ?(?:ficar )?(?:respondendo|falando com)? ?(?:esse |um |"
    r"o )?(?:robo|bot|"
    r"maquina)(?: nao)?(?= [.,!]| $)|"
    r"(?:alguem|voces?)(?: ai)? (?:pode|poderia|podem|consegue|para) me (?:ligar|atender|chamar|ajudar|responder)|"
    r"(?:aguento|cansei de|cansad[ao] de|chega de|odeio|detesto|sem) (?:mais )?(?:falar|conversar|"
    r"tratar) com (?:\w+ )?"
    r"(?:robo|maquina|bot|ia)|(?:responsavel|alguem|pessoa)(?: \w+){0,2} que (?:eu )?(?:possa|resolva|entenda|"
    r"responda|"
    r"me atenda|saiba)|"
    r"(?:falar|conversar|tratar|contato|atendid[ao])(?: \w+)? (?:com|por) quem (?:manda|decide|resolve|entende|"
    r"sabe|atende|"
    r"trabalha|seja)|(?:tem|teria|existe|cade) (?:\w+ )?(?:uma? |algum |alguma )?(?:recepcionista|atendente|"
    r"gerente|humano|"
    r"atendimento humano|secretaria)(?! (?:mulher|homem|bilingue))|"
    r"(?:chama|chame|passa|bota|coloca|manda|transfere)(?: \w+){0,2} alguem|"
    r"(?:tem|ha) (?:alguem|ninguem)(?: ai)? para (?:me )?(?:atender|ajudar|responder|falar)|"
    r"(?:como|tem) alguem(?: ai| da equipe)? (?:me )?(?:atender|ligar|falar comigo)|me (?:liga|ligue|liguem|"
    r"ligar)|(?:pode|podem|poderiam) me ligar|quero (?:uma )?ligacao) "
)
_HUMAN_ALONE = words(
    "atendente humano humana pessoa gerente recepcao recepcionista atendimento responsavel especialista"
)
_NOT_HUMAN = re.compile(
    r" (?:nao (?:precisa|quero|preciso|gosto de)(?: \w+){0,2} (?:falar com (?:atendente|alguem|uma pessoa|"
    r"vendedor\w*|ninguem)|ligar|atendente|ligacao)|"
    r"(?:estou |voce e |isso e )falando com (?:\w+ )?(?:pessoa|alguem|atendente|human[oa]|gente)(?= [?])|"
    r"sou (?:a )?atendente|e humano|pessoa (?:voce|e)|(?:exige|trabalho|vergonha de|medo de) (?:\w+ )?falar com|"
    r"nao me lig\w+) "
)
_WRONG_NUMBER = re.compile(
    r" (?:numero errado|(?:foi|e|era) engano|(?<! me )engano(?= [.!?]| $)|(?:mandei|enviei|chamei|escrevi|"
    r"liguei)(?: \w+){0,4} errad[oa]|(?:mensagem|pessoa|contato|conversa|grupo|chat) errad[oa]|errei (?:o |"
    r"de )?(?:numero|contato|conversa|pessoa)|nao (?:e|era) (?:comigo|para voces?|esse numero)|"
    r"(?:achei|pensei) que (?:era|fosse) (?:d?a |d?o |outr)|(?:aqui |ai )?(?:e|eh) d[ao] (?:pizzaria|farmacia|"
    r"mercado|padaria|escola|banco|oficina|restaurante|lanchonete|borracharia|transportadora|correios)|"
    r"quero (?:pedir )?uma pizza|esse numero (?:e|nao e) d[aoe]|me confundi(?: de (?:numero|contato))?(?= [.,!]| $)|"
    r"era (?:para|pra) (?:outra pessoa|outro (?:numero|contato|grupo)|minha|meu)) "
)
_STRAY = re.compile(
    r"^ (?:(?:oi|ola|opa|alo|bom|boa|dia|tarde|noite|por|favor|,|!|"
    r"\.) )*(?:ai )?e d[aoe] (?P<house>\w+(?: \w+){0,4}) [?]"
)
_CLINIC_WORDS = words(
    """clinica clinicas estetica instituto espaco consultorio doutora doutor dra dr marca anuncio promocao face rosto
    medica dermatologista dermato loja unidade mesma mesmo botox pele hoje ontem site instagram insta facebook equipe
    harmonizacao laser depilacao procedimento tratamento voces voce aqui sao sp capital bairro cidade verdade area"""
)
_SUPPLIER = re.compile(
    r" (?:(?:sou|somos|falo|trabalho como) (?:\w+ ){0,2}?(?:representante|vendedora?|fornecedora?|fornecedores|"
    r"consultora? (?:comercial|de vendas|da)|distribuidora?|promotora?|propagandista|fabricante|agencia|"
    r"social media|gestora? de trafego)|represento (?:a|uma)|(?:somos|sou d[ae]|falo d[ae]|"
    r"em nome d[ae]) (?:uma )?(?:empresa|agencia|distribuidora|fabrica|industria|startup|laboratorio|grafica|"
    r"software)|"
    r"trabalh(?:o|amos) com (?:a )?(?:importacao|venda|distribuicao|fabricacao|representacao|fornecimento)|"
    r"(?:oferec(?:o|emos)|(?<!estou )(?<!estava )(?<!so )(?<!ando )(?<!fiquei )vendo|vendemos|fornec(?:o|emos)|"
    r"fabricamos|distribuimos|"
    r"trabalhamos com) (?:\w+ ){0,3}?(?:produtos?|servicos?|equipamentos?|sistemas?|solucoes|solucao|software|"
    r"marketing|insumos|materiais|uniformes|embalagens|maquininha|trafego|parcerias?|consultoria|planos|"
    r"energia|internet|cosmeticos|aparelhos?|toxina|preenchedores)|"
    r"(?:apresentar|mostrar|enviar|mandar) (?:\w+ ){0,2}?(?:nossos?|nossas?|minha|meu|uma) (?:empresa|solucao|"
    r"solucoes|produtos?|servicos?|proposta|catalogo|portfolio|sistema|linha|software|tabela de precos|"
    r"parceria)|noss[oa] (?:nova )?linha|visita (?:comercial|tecnica)|demonstra\w+ (?:noss[oa]|a nova|o novo)|"
    r"vendo (?:seguros?|planos?|"
    r"consorcios?|imoveis|maquinas?|aparelhos?|sistemas?)|nosso (?:catalogo|portfolio|software|sistema)|"
    r"trafego pago|(?:aumentar|alavancar|dobrar|"
    r"triplicar) (?:\w+ ){0,3}?(?:vendas|faturamento|clientes|pacientes|agendamentos)|"
    r"proposta (?:comercial|de parceria|de permuta)|(?:setor|responsavel|departamento|"
    r"pessoa)(?: \w+){0,2} (?:compras|marketing|comercial|financeiro)|(?:propor|fechar|fazer|"
    r"sobre) (?:uma )?(?:parceria|permuta)|permuta|sou (?:influencer|influenciadora?|blogueira|"
    r"criadora de conteudo)|locacao de (?:equipamento|laser|aparelho)s?) "
)
_JOB = re.compile(
    r" (?:curricul\w+|cv|(?:vaga|vagas|oportunidade|oportunidades) (?:\w+ )?(?:de (?:emprego|trabalho|estagio|"
    r"recepc\w+|secretaria|esteticista|biomedica|enfermeir\w+|auxiliar|limpeza(?! de pele)|vendedora?|"
    r"atendente)|na area|"
    r"aberta|abertas|disponive\w+ para trabalh\w+|para (?:recep\w+|estetic\w+|biomed\w+|estagi\w+|trabalh\w+|"
    r"auxiliar|enferm\w+|secret\w+|atendente|vendedor\w*|dermato\w+))|"
    r"(?:estao|esta|voces estao|tao) (?:contratando|precisando de (?:funcionari\w+|recepcionista|esteticista|"
    r"profissional|gente))|contratando|(?:quero|queria|gostaria de|posso|como faco para|"
    r"interesse em) trabalhar (?:com voces|ai|na clinica|nessa|nesta)|(?:procur\w+|busc\w+|preciso de|"
    r"estou atras de|em busca de) (?:\w+ )?(?:emprego|trabalho|estagio|vaga|recolocacao|oportunidade)|"
    r"(?:vaga|fazer) (?:de |um )?estagio|processo seletivo|trabalhe conosco|entrevista de emprego ai) "
)
_NOT_JOB = re.compile(
    r" (?:agenda|agendar|horario|marcar|para (?:hoje|amanha|segunda|terca|quarta|quinta|sexta|sabado|essa|"
    r"semana|botox|avaliacao|o dia|dia)|avaliacao|consulta|ex trabalho|emprego novo|novo emprego) "
)
_SPAM = re.compile(
    r" (?:ganh\w+ \d+ reais|ganhe dinheiro|ganhar dinheiro|renda extra|ganh\w+ (?:\w+ ){0,4}(?:por|ao) (?:dia|"
    r"semana|mes)|"
    r"trabalh\w+ de casa|dinheiro facil|clique (?:aqui|no link|e)|"
    r"voce foi (?:sortead[oa]|selecionad[oa]|premiad[oa]|contemplad[oa])|parabens voce ganhou|"
    r"emprestimo(?: consignado)?|consignado|bitcoin|cripto\w*|cassino|tigrinho|apostas?|pix premiado|fgts|"
    r"(?:ganh\w+|compr\w+|mais|aument\w+)(?: \w+){0,2} seguidores|"
    r"invista (?:em|agora|hoje)|ganh\w+ ate (?:r )?\d+|\d+ por dia (?:trabalhando|sem sair)|"
    r"maquininha de cartao gratis|lucr\w+ (?:por dia|garantid\w+)|"
    r"investimento garantido|trabalhe de casa|marketing multinivel|repasse (?:essa|esta) mensagem|"
    r"premio|gratis agora|oferta imperdivel|saque agora|limpe seu nome|cartao aprovado|consorcio|casino|"
    r"free money|forex) "
)
_OWN_WISH = re.compile(
    r" (?:quero|queria|gostaria de|preciso|pensando em) (?:muito )?(?:fazer|remover|tirar|saber|agendar|marcar|"
    r"um|uma|tratar|o|a) "
)
_OFFER = re.compile(
    r" (?:apresent\w+|ofere\w+|produtos?|propost\w+|parcerias?|permutas?|catalogo|vend(?:o|emos)|fornec\w+) "
)
_REFUSAL = re.compile(
    r" (?:(?:nao|n) (?:tenho|temos|tinha|ha|estou com|to com) (?:mais |nenhum |muito |o menor )*interesse|"
    r"(?:nao|n) (?:estou|to|fiquei|sou) (?:mais )?interessad[ao]|(?:nao|n) (?:me )?interess(?:a|ou)(?= [.,!]|"
    r" $| mais| nao| obrigad)|sem interesse|perdi o interesse|(?:nao|n) quero (?:mais )?(?:nada|"
    r"saber (?:mais )?(?:de nada|disso)|conversar|continuar|prosseguir|fazer (?:mais )?nada|informac\w+)|"
    r"(?:nao|n) quero (?:mais|nao)(?: moca| moco| amig[ao]| querida| linda| mesmo)?(?= [.,!]| $| obrigad)|"
    r"(?:vou )?deixar? para (?:outra hora|a proxima|outro momento)|(?:eu )?desisti(?: \w+)?(?= [.,!]| $)|"
    r"nao (?:vou|quero) (?:mais )?(?:querer|fazer)(?: mais)?(?: nada)?(?= [.,!]| $)|deixa (?:para la|quieto|pra la|"
    r"assim)|esquece(?= [.,!]| $)|mudei de ideia(?= nao| obrigad| , nao| , obrigad| e nao| desisti)|"
    r"nao preciso (?:mais(?: de nada)?|de nada|de mais nada)(?= [.,!]| $| obrigad)|"
    r"(?:ja )?(?:fechei|marquei|agendei|resolvi)(?: \w+){0,2} (?:com|em) (?:outra|outro) (?:clinica|lugar|"
    r"local|profissional)|(?:nao|n) (?:e|eh) (?:para|pra) mim(?= [.,!]| $)|"
    r"nao vai dar(?: \w+){0,2} (?:, )?obrigad\w|(?:cliquei|foi|mandei|apertei) sem querer|"
    r"(?:ja )?(?:fechei|vou fazer) (?:em|com) outr[oa](?= (?:clinica|lugar))|perdi a vontade) "
)
_NOTHING = words(
    "nenhum nenhuma nao nada de nao obrigada obrigado por enquanto agora valeu mas so olhando estava tava tchau quero"
)
_CONDITIONAL = re.compile(r" (?:se (?:nao|for|tiver|fosse|custar)|nao e que|nao que|caso) (?:\w+ ){0,9}$")
_REFUSES_ONE = re.compile(r"^(?:em|no|na|nos|nas|por|pelo|pela|de|do|da) (?!nada|nenhum|momento|mais|fazer nada)")


@dataclass(frozen=True, slots=True)
class Sign:
    """Something a message asks for or gives away, with the lead's exact words."""

    quote: str
    message_id: int


def opts_out(hearing: Hearing) -> bool:
    """Whether the lead wants no more messages."""
    rest = tuple(
        word
        for word in bare_words(hearing.said)
        if word not in ("favor", "quero", "por", "de", "mensagem", "mensagens")
    )
    if 1 <= len(rest) <= 2 and len(hearing.said.words) <= 4 and all(word in _OPT_OUT_WORDS for word in rest):
        return rest != ("para",) or hearing.said.raw.strip().lower() == "para"
    return bool(_OPT_OUT.search(hearing.text))


def wants_deletion(hearing: Hearing) -> bool:
    """Whether the lead asks for its personal data to be deleted."""
    text = hearing.text
    if _DELETION.search(text):
        return True
    return (
        bool(_DATA_LAW.search(text))
        and bool(re.search(r" (?:exij\w+|solicit\w+|quero|apag\w+|exclu\w+|remov\w+|delet\w+|direito\w*) ", text))
        and "?" not in text
    )


def escalation_of(hearing: Hearing) -> EscalationReason | None:
    """Why a human must take over now, the gravest reason first; anger is `mood`'s to tell."""
    alarm = alarm_of(hearing.text)
    if alarm is not None:
        return alarm
    return EscalationReason.HUMAN_REQUESTED if wants_human(hearing) else None


def wants_human(hearing: Hearing) -> bool:
    """Whether the lead asks for a person; "pessoalmente" is a way to come, not a person."""
    text = hearing.text
    if _NOT_HUMAN.search(text):
        return False
    rest = tuple(
        word for word in bare_words(hearing.said) if word not in ("um", "uma", "quero", "queria", "favor", "o", "a")
    )
    if len(rest) == 1 and rest[0] in _HUMAN_ALONE and "?" not in text:
        return True
    return bool(_HUMAN.search(text))


def disqualification_of(hearing: Hearing) -> tuple[DisqualificationKind, Sign] | None:
    """An explicit sign that this is no lead; None when the same message goes on to want something."""
    text = hearing.text
    if (stray := _stray_call(hearing)) is not None:
        return DisqualificationKind.WRONG_NUMBER, Sign(stray, hearing.message_id)
    for kind, pattern in (
        (DisqualificationKind.SPAM, _SPAM),
        (DisqualificationKind.JOB_SEEKER, _JOB),
        (DisqualificationKind.SUPPLIER, _SUPPLIER),
        (DisqualificationKind.WRONG_NUMBER, _WRONG_NUMBER),
    ):
        match = pattern.search(text)
        if (
            match
            and not (kind is DisqualificationKind.JOB_SEEKER and _NOT_JOB.search(text))
            and not _is_wish(hearing, match, kind)
        ):
            return kind, Sign(hearing.said.clause(*match.span()), hearing.message_id)
    refusal = _refusal(hearing)
    return (DisqualificationKind.REFUSAL, Sign(hearing.said.clause(*refusal), hearing.message_id)) if refusal else None


def _stray_call(hearing: Hearing) -> str | None:
    """The question for somebody else's house that opens a conversation: "é da oficina?"."""
    match = _STRAY.search(hearing.text)
    if match is None or hearing.asked is not None or mentions(hearing.said, hearing.settings):
        return None
    house = set(match["house"].split())
    ours = set(plain(f"{hearing.settings.clinic_name} {hearing.settings.called}").split()) | _CLINIC_WORDS
    return None if house & ours else hearing.said.raw.strip()[:300]


def _is_wish(hearing: Hearing, match: re.Match[str], kind: DisqualificationKind) -> bool:
    """A treatment wanted after the words shows a lead all the same: "achei que era outra, mas quero botox"."""
    if kind is DisqualificationKind.SPAM:
        return bool(wanted(hearing))
    after = any(mention.start > match.start() for mention in wanted(hearing))
    if kind is DisqualificationKind.SUPPLIER:
        # "Sou vendedora e quero fazer limpeza de pele" tells a profession.
        return after and bool(_OWN_WISH.search(hearing.text)) and not _OFFER.search(hearing.text)
    return after and kind is DisqualificationKind.WRONG_NUMBER


def _refusal(hearing: Hearing) -> tuple[int, int] | None:
    text = hearing.text
    match = _REFUSAL.search(text)
    if match is None:
        return _short_refusal(hearing)
    if _CONDITIONAL.search(text[: match.start() + 1]):
        return None
    tail = text[match.end() :]
    named = mentions(hearing.said, hearing.settings)
    if any(mention.start >= match.start() and not mention.refused for mention in named):
        return None  # "Não quero nada invasivo, só limpeza de pele".
    if any(mention.refused for mention in named) and not re.search(r" (?:nada|nenhum\w*) ", text):
        return None
    if _REFUSES_ONE.match(tail) and not tail.startswith("no momento"):
        return None
    return match.span()


def _short_refusal(hearing: Hearing) -> tuple[int, int] | None:
    """A polite no to an offer, or to the question what the lead wants."""
    said = hearing.said
    declines = said.words[:1] in (("nao",), ("nada",), ("nenhum",), ("nenhuma",)) and any(
        word in ("nada", "obrigada", "obrigado") for word in said.words
    )
    if declines and hearing.asked is FactKind.INTEREST and all(word in _NOTHING for word in said.words):
        return (1, len(said.text) - 1)
    thanks = any(word in ("obrigada", "obrigado", "agradeco") for word in said.words)
    unwilling = "nao quero" in " ".join(said.words) and bare_words(said) in (
        ("nao", "quero"),
        ("nao",),
        ("nao", "quero", "nao"),
    )
    if not is_no(said) and not unwilling:
        return None
    polite = thanks and hearing.asked not in (FactKind.KNOWLEDGE, FactKind.URGENCY)
    plain_no = hearing.asked is FactKind.INTEREST and said.words[:2] == ("nao", "quero")
    return (1, len(said.text) - 1) if polite or plain_no else None
