"""What a message wants of us beyond the facts: out, somebody else, help at once, a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdr_common.lead import DisqualificationKind, EscalationReason, FactKind, Sentiment
from sdr_dialogue.domain.text import words
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
    r"as mensagens)|para de me (?:chamar|mandar|encher)|parem? com (?:as|essas) mensagens) "
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
    r"negociar) (?:\w+ ){0,2}?(?:com|por|para|pel[ao]) (?:\w+ ){0,2}?(?:alguem|humano|humana|pessoa|pessoas|"
    r"atendente|atendentes|consultora?|vendedora?|recepcao|recepcionista|"
    r"secretaria|responsavel|gerente|doutora?|dra|dr|medic[ao]|profissional|especialista|gente|ser humano|"
    r"voces? de verdade|equipe|proprietari[ao]|dona|dono|funcionari[ao])|"
    r"(?:quero|queria|preciso d[eo]|prefiro|gostaria de|chama|chame|me passa|passa|passe|transfere|transfira|"
    r"transferir|cade|tem|me da) (?:\w+ ){0,3}?(?:um |uma |o |a )?(?:atendente|humano|humana|ser humano|"
    r"pessoa de verdade|pessoa real|atendimento humano|uma pessoa|a pessoa|para uma pessoa)|"
    r"atendimento humano|pessoa (?:de verdade|real)|nao quero (?:falar|conversar) com (?:\w+ )?(?:robo|maquina|"
    r"bot|ia|assistente virtual|inteligencia artificial)|"
    r"(?:alguem|voces?) (?:pode|poderia|podem|consegue) me (?:ligar|atender|chamar)|me (?:liga|ligue|liguem|"
    r"ligar)|(?:pode|podem) me ligar|quero (?:uma )?ligacao) "
)
_HUMAN_ALONE = words(
    "atendente humano humana pessoa gerente recepcao recepcionista atendimento responsavel especialista"
)
_NOT_HUMAN = re.compile(
    r" (?:nao (?:precisa|quero|preciso|gosto de)(?: \w+){0,2} (?:falar com (?:atendente|alguem|uma pessoa|"
    r"vendedor\w*|ninguem)|ligar|atendente|ligacao)|"
    r"(?:estou |voce e |isso e )falando com (?:\w+ )?(?:pessoa|alguem|atendente|human[oa]|gente)(?= [?])|"
    r"sou (?:a )?atendente|e humano|pessoa (?:voce|e)|"
    r"nao me lig\w+) "
)
_PROFANE = re.compile(
    r" (?:porra|caralho|merda|bosta|pqp|puta que pariu|vsf|vtnc|vai se f\w+|vai tomar no \w+|fdp|"
    r"filh[oa] da puta|foda se|fodase|se foder|cacete|idiota|imbecil|burr[oa](?! eu| sou)|inutil|lixo|"
    r"otari[oa]|palhac\w+|"
    r"desgrac\w+|arrombad\w+|babaca|cuzao|cretin[oa]) "
)
_ANGRY = re.compile(
    r" (?:que (?:saco|raiva|odio|palhacada|absurdo|porcaria|atendimento (?:ruim|horrivel|pessimo|lixo))|"
    r"palhacada|(?:um |isso e )absurdo|ridicul[oa]|(?:pessim[oa]|horrivel|horroros[oa]) (?:o |"
    r"esse )?(?:atendimento|servico)|atendimento (?:pessimo|horrivel|ridiculo|ruim)|"
    r"falta de respeito|desrespeito|(?:para|chega|cansei|parem?) (?:de|com) (?:tanta |tantas |fazer |"
    r"me fazer )?(?:pergunta\w*|perguntar|enrola\w*)|estou (?:muito |bem |super |ficando )?(?:irritad[ao]|"
    r"com raiva|put[ao]|revoltad[ao]|indignad[ao]|nervos[ao]|brav[ao]|furios[ao]|estressad[ao])|"
    r"perda de tempo|perdendo (?:meu )?tempo|voce e (?:burr[oa]|surd[oa]|ceg[oa]|inutil)|nao (?:serve|"
    r"presta) para nada|voces sao (?:pessim\w+|horriveis|um lixo)|me (?:enrol\w+|estress\w+)|vergonhoso|furia) "
)
_REPEATING = re.compile(
    r" (?:ja (?:falei|disse|respondi|te falei|te disse|informei|passei|expliquei)|de novo isso|mesma (?:coisa|"
    r"pergunta)|voce (?:nao )?(?:le|leu|entende|entendeu)|quantas vezes) "
)
_PRAISE = re.compile(
    r" (?:amei|adorei|lind[ao]|perfeit[ao]|maravilh\w+|top|que (?:bom|legal|otimo)|incrivel|otim[ao]|show) "
)
_INTENSIFIER = re.compile(r" (?:para|pra|do|p) (?:caralho|cacete|porra) ")
_EMERGENCY = re.compile(
    r" (?:nao (?:consigo|estou conseguindo) (?:respirar|enxergar|engolir)|falta de ar|(?:dificuldade|"
    r"dificil) (?:de|para|em) respirar|sufocando|reacao alergica|choque anafilatico|anafila\w+|(?:desmai|"
    r"convuls)\w+|"
    r"(?:muito|bastante) (?:sangue|sangramento)|sangrando(?: \w+){0,3}|nao para de sangrar|hemorragia|"
    r"necros\w+|infeccion\w+|infeccao|com pus|saindo pus|(?:perdi|perdendo) a visao|vista (?:escureceu|"
    r"embacad\w)|"
    r"(?:labio|boca|rosto|pele|nariz|olho) (?:\w+ ){0,2}(?:ficou|ficaram|esta|estao|ficando|"
    r"virou) (?:\w+ )?(?:rox[oa]|pret[oa]|necros\w+|deform\w+|queimad[oa])|"
    r"(?:dor|dores) (?:muito forte|insuportavel|absurda|terrivel|intensa|forte demais)|muita dor|inch(?:ou|ado|"
    r"ada|ando) (?:muito|demais|bastante)|(?:muito|super) inchad[oa]|"
    r"emergencia|pronto socorro|passando (?:muito )?mal|me matar|suicid\w+|"
    r"acabar com (?:a )?minha vida|nao quero mais viver|tirar minha vida|queimou (?:minha|meu)|"
    r"(?:estou|esta|fiquei|ficou|deu|teve) (?:com )?(?:uma )?(?:febre|queimadura)|e febre) "
)
_NOT_EMERGENCY = re.compile(
    r" (?:da|tem|existe|corre|ha|causa|pode|risco|medo|vai|fica|ficam|doi|deixa|cicatriz(?:es)? de|marca de|"
    r"manchas? de|tratam|trata|tratar|remover|atende\w*|nao e|nada de|sem) (?:\w+ ){0,4}(?:emergencia|"
    r"necros\w+|infecc\w+|alergic\w+|queimadura|desmai\w+|inchad\w+|febre|sangr\w+|muita dor|dor\w*|pus) |"
    r" (?:lipo|bolsa|dor nas costas) "
)
_LEGAL = re.compile(
    r" (?:process(?:ar|o judicial|arei|ando) (?:voces|a clinica|vcs|essa|judicial\w*)|vou (?:te |"
    r"os )?processar|(?:meter|colocar|por|abrir|entrar com) (?:um )?(?:processo|acao)|procon|(?:meu |minha |"
    r"chamar (?:o |a |um )?|falar com (?:o |a )?meu )advogad[oa]|"
    r"(?:na|a) justica(?! seja)|acao judicial|judicialmente|reclame aqui|(?:vou )?denunci\w+|"
    r"vigilancia sanitaria|danos morais|boletim de ocorrencia|registrar (?:um )?bo|(?:vou|irei|queixa) (?:na|a|"
    r"ate a) delegacia|"
    r"ministerio publico|conselho (?:regional )?de medicina|erro medico) "
)
_AGE = r"(?:1[0-7]|[89]|dez|onze|doze|treze|quatorze|catorze|quinze|dezesseis|dezessete)"
_MINOR = re.compile(
    rf" (?:(?:eu )?(?:tenho|fiz|completei|vou fazer|so tenho|estou com|tou com) (?:apenas |so )?{_AGE} (?:anos|"
    rf"aninhos)(?! (?:de|que|atras))|sou (?:de )?menor(?: de idade)?|menor de idade|sou {_AGE} anos|"
    r"ainda nao (?:tenho|fiz) (?:18|dezoito)(?: anos)?) "
)
_NOT_MINOR = re.compile(
    r" (?:nao sou (?:de )?menor|menor (?:preco|valor|que|do que)|(?:minha |meu )?(?:filh[oa]|sobrinh[oa]|"
    r"net[oa]|irma|irmao)|festa) "
)
_WRONG_NUMBER = re.compile(
    r" (?:numero errado|(?:foi|e|era) engano|(?<! me )engano(?= [.!?]| $)|(?:mandei|enviei|chamei|escrevi|"
    r"liguei)(?: \w+){0,2} errad[oa]|(?:mensagem|pessoa|contato|conversa|grupo|chat) errad[oa]|errei (?:o |"
    r"de )?(?:numero|contato|conversa|pessoa)|nao (?:e|era) (?:comigo|para voces?|esse numero)|"
    r"(?:achei|pensei) que (?:era|fosse) (?:d?a |d?o |outr)|(?:aqui |ai )?(?:e|eh) d[ao] (?:pizzaria|farmacia|"
    r"mercado|padaria|escola|banco|oficina|restaurante|lanchonete|borracharia|transportadora|correios)|"
    r"quero (?:pedir )?uma pizza|esse numero (?:e|nao e) d[aoe]|me confundi de (?:numero|contato)) "
)
_SUPPLIER = re.compile(
    r" (?:(?:sou|somos|falo|trabalho como) (?:\w+ ){0,2}?(?:representante|vendedora?|fornecedora?|fornecedores|"
    r"consultora? (?:comercial|de vendas|da)|distribuidora?|promotora?|propagandista|fabricante|agencia|"
    r"social media|gestora? de trafego)|represento (?:a|uma)|(?:somos|sou d[ae]|falo d[ae]|"
    r"em nome d[ae]) (?:uma )?(?:empresa|agencia|distribuidora|fabrica|industria|startup|laboratorio|grafica|"
    r"software)|"
    r"(?:oferec(?:o|emos)|(?<!estou )(?<!estava )(?<!so )(?<!ando )(?<!fiquei )vendo|vendemos|fornec(?:o|emos)|"
    r"fabricamos|distribuimos|"
    r"trabalhamos com) (?:\w+ ){0,3}?(?:produtos?|servicos?|equipamentos?|sistemas?|solucoes|solucao|software|"
    r"marketing|insumos|materiais|uniformes|embalagens|maquininha|trafego|parcerias?|consultoria|planos|"
    r"energia|internet|cosmeticos|aparelhos?|toxina|preenchedores)|"
    r"(?:apresentar|mostrar|enviar|mandar) (?:\w+ ){0,2}?(?:nossos?|nossas?|minha|meu|uma) (?:empresa|solucao|"
    r"solucoes|produtos?|servicos?|proposta|catalogo|portfolio|sistema|linha|software|tabela de precos|"
    r"parceria)|nosso (?:catalogo|portfolio|software|sistema)|trafego pago|(?:aumentar|alavancar|dobrar|"
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
    r" (?:ganhe dinheiro|ganhar dinheiro|renda extra|ganh\w+ (?:\w+ ){0,4}(?:por|ao) (?:dia|semana|mes)|"
    r"trabalh\w+ de casa|dinheiro facil|clique (?:aqui|no link|e)|"
    r"voce foi (?:sortead[oa]|selecionad[oa]|premiad[oa]|contemplad[oa])|parabens voce ganhou|"
    r"emprestimo(?: consignado)?|consignado|bitcoin|cripto\w*|cassino|tigrinho|apostas?|pix premiado|fgts|"
    r"(?:ganhe|comprar|compre|mais|aumentar) seguidores|lucr\w+ (?:por dia|garantid\w+)|"
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
    r"(?:nao|n) quero (?:mais|nao)(?= [.,!]| $| obrigad)|(?:eu )?desisti(?: \w+)?(?= [.,!]| $)|"
    r"nao vou (?:mais )?(?:querer|fazer)(?: mais)?(?: nada)?(?= [.,!]| $)|deixa (?:para la|quieto|pra la|"
    r"assim)|esquece(?= [.,!]| $)|mudei de ideia(?= nao| obrigad| , nao| , obrigad| e nao| desisti)|"
    r"nao preciso (?:mais(?: de nada)?|de nada|de mais nada)(?= [.,!]| $| obrigad)|"
    r"(?:ja )?(?:fechei|marquei|agendei|resolvi)(?: \w+){0,2} (?:com|em) (?:outra|outro) (?:clinica|lugar|"
    r"local|profissional)|(?:nao|n) (?:e|eh) (?:para|pra) mim(?= [.,!]| $)|"
    r"nao vai dar(?: \w+){0,2} (?:, )?obrigad\w) "
)
_CONDITIONAL = re.compile(r" (?:se (?:nao|for|tiver|fosse|custar)|nao e que|nao que|caso) (?:\w+ ){0,9}$")
_REFUSES_ONE = re.compile(r"^(?:em|no|na|nos|nas|por|pelo|pela|de|do|da) (?!nada|nenhum|momento|mais|fazer nada)")
_POSITIVE = re.compile(
    r" (?:adorei|amei|otim[oa]|perfeit[oa]|maravilh\w+|legal|que bom|ansios[oa]|obrigad[oa]|show|top|feliz|"
    r"parabens|excelente|gostei) "
)
_NEGATIVE = re.compile(
    r" (?:car[oa]|caro demais|medo|triste|ruim|decepcion\w+|frustr\w+|chatead[oa]|demor\w+|nao gostei|"
    r"preocupad[oa]|insatisfeit\w+|complicado|dificil) "
)


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
    """Why a human must take over now, the gravest reason first."""
    text = hearing.text
    if _EMERGENCY.search(text) and not _NOT_EMERGENCY.search(text):
        return EscalationReason.EMERGENCY
    if _LEGAL.search(text) and not re.search(r" (?:sou|trabalho como) advogad", text):
        return EscalationReason.LEGAL
    if _MINOR.search(text) and not _NOT_MINOR.search(text):
        return EscalationReason.MINOR
    if is_irritated(hearing):
        return EscalationReason.IRRITATION
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


def is_irritated(hearing: Hearing) -> bool:
    """Whether the lead is angry, beyond an impatient "já falei"."""
    text = hearing.text
    if _PRAISE.search(text):
        return False
    rude = _PROFANE.search(_INTENSIFIER.sub(" ", text))
    shouted = _REPEATING.search(text) and ("! !" in text or hearing.said.raw.isupper())
    return bool(rude or _ANGRY.search(text) or shouted)


def disqualification_of(hearing: Hearing) -> tuple[DisqualificationKind, Sign] | None:
    """An explicit sign that this is no lead; None when the same message goes on to want something."""
    text = hearing.text
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
    if any(mention.refused or mention.start >= match.start() for mention in named) and not re.search(
        r" (?:nada|nenhum\w*) ", text
    ):
        return None
    if _REFUSES_ONE.match(tail) and not tail.startswith("no momento"):
        return None
    return match.span()


def _short_refusal(hearing: Hearing) -> tuple[int, int] | None:
    """A polite no to an offer, or to the question what the lead wants."""
    said = hearing.said
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


def sentiment_of(hearing: Hearing) -> Sentiment:
    """The mood of one message."""
    if is_irritated(hearing):
        return Sentiment.IRRITATED
    if _NEGATIVE.search(hearing.text) or _REPEATING.search(hearing.text):
        return Sentiment.NEGATIVE
    return Sentiment.POSITIVE if _POSITIVE.search(hearing.text) else Sentiment.NEUTRAL
