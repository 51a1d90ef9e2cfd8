"""What clinics are asked about, each with the words that leads and clinics use for it.

Leads ask "quanto fica", the clinic wrote "o valor é": both are about the price. A concept is found by
patterns over folded text (lower case, no accents, single spaces, one at each end). *Aspects* are what is asked
of a thing; a passage about the thing alone does not answer them.
"""

from __future__ import annotations

import re

_ASPECTS = {
    "price": r"precos?|precinho\w*|valor\w*|cust(?:a|am|o|os|aria)|"
    r"(?<!de )(?<!em )quanto(?! (?:tempo|dura|demora|de|antes|pes\w*|em)(?: |$))|"
    r"orcamento\w*|investimento|r\$|tabela|cobra\w*|caro|barato|taxa|reais",
    "payment": r"parcel\w+|pagamento|cartao|cartoes|pix|debito|credito|boleto|dinheiro|"
    r"divid\w+|em quantas vezes|vezes sem juros|forma\w* de pag\w+|pagar? (?:no|na|em|com)",
    "free": r"gratis|gratuit\w+|de graca|paga|pagar|pago|cobrad[oa]|sem custo",
    "discount": r"desconto\w*|promo\w*|cupom|abatimento|precinho|condic\w+ especia\w+|a vista|oferta\w*",
    "pain": r"doi|doem|dor(?:es|ido|ida|zinha)?|doloros\w+|machuca\w*|anestes\w+|incomod\w+|sofr\w+|arde|agulha\w*|"
    r"desconfort\w+|picada\w*",
    "sessions": r"quantas (?:\w+ )?sess\w+|quantas vezes|sessoes|numero de sess\w+|quantas aplica\w+",
    "lasting": r"dura\w*|permanec\w+|quanto tempo (?:o efeito|dura|fica)|validade|refazer|reaplica\w*|efeito (?:dura|"
    r"passa|acaba)|definitiv\w+|para sempre|retoque",
    "onset": r"quando (?:\w+ ){0,4}(?:resultado\w*|efeito|vejo|ver|aparece\w*|fica)|demora (?:\w+ )?(?:aparec\w+|ver|"
    r"fazer efeito)|(?:quantos|em quantos|quantos) dias (?:\w+ ){0,5}(?:efeito|ver|resultado\w*|aparec\w+)|"
    r"faz efeito|fazer efeito|comec\w+ (?:\w+ ){0,3}(?:efeito|resultado|ver)|efeito comeca|resultado em|"
    r"dias depois (?:\w+ ){0,5}(?:ver|ficou|resultado)",
    "often": r"de quanto em quanto|com que frequencia|frequencia|todo mes|todos os meses|a cada|intervalo|"
    r"quantas vezes "
    r"por",
    "works": r"como (?:e |e que )?(?:funciona\w*|trata\w*|e feit\w+|age)|o que (?:e|faz|o|a)|para que serve|serve para|"
    r"funciona como|como e o",
    "swelling": r"inch\w+|roxo|roxa|hematoma\w*|marca\w*(?= (?:roxa|do))",
    "scar": r"cicatriz\w*|marca\w*|queloide|mancha a pele|estraga\w*",
    "contra": r"contra ?indica\w+|nao (?:pode|podem)|quem pode|alergi\w+|doenca\w*|"
    r"impedimento|risco\w*|seguro|perigos\w+",
    "aftercare": r"depois|apos|pos|cuidado\w*|cuidar|recupera\w+|posso (?!fazer|pagar|levar|ver|parcelar)\w+|repouso",
    "before": r"antes (?:d|de|do|da)|preparo|preparar|vespera|tem que ir",
    "how_much_of": r"quant[oa]s? de|por cento|porcentagem",
}
_SUBJECTS = {
    "address": r"endereco|onde (?:\w+ ){0,2}(?:fica|ficam|e|estao|sao)|localiza\w+|em que (?:bairro|rua|lugar)|"
    r"qual (?:a |o |e o |e a )?(?:rua|bairro|endereco)|rua|avenida|como chego|como chegar",
    "branch": r"filia\w+|outra unidade|unidades?|franquia",
    "transit": r"metro|onibus|trem|estacao|transporte publico|ponto de onibus",
    "parking": r"estacion\w+|vagas? (?:para|de) (?:carro|estac\w+)|valet|manobrista|(?:parar|deixar) (?:o |meu )?carro|"
    r"de carro|estacionamento",
    "job": r"emprego|contratando|contratam|vagas? (?:de|para) (?!carro|estac)\w+|trabalhar (?:ai|com voces)|curriculo",
    "hours": r"horarios? (?:de )?(?:funcionamento|atendimento)|que horas?|ate que horas?|abr(?:e|em|ir)|"
    r"fech(?:a|am|ar|amos)|"
    r"funciona(?:m)? (?:\w+ ){0,2}(?:sabado\w*|domingo\w*|feriado\w*|hoje)|sabado\w*|domingo\w*|feriado\w*|"
    r"a noite|depois das \d+h?|expediente|das \d+h? as \d+h?",
    "evaluation": r"avaliac\w+|consulta(?: inicial)?|primeira consulta",
    "online": r"online|on line|internet|video|videochamada|a distancia|mora\w* longe|outra cidade|remot[oa]",
    "insurance": r"convenio\w*|plano\w* de saude|particular|unimed|bradesco|amil|sulamerica|hapvida|meu plano|"
    r"reembolso|"
    r"plano (?:\w+ )?saude",
    "invoice": r"nota\w* fisca\w+|nota (?:para|pra)|recibo|nf|imposto de renda",
    "reschedule": r"remarc\w+|desmarc\w+|cancel\w+|troc\w+ (?:a |o |de )?(?:data|dia|horario)|mud\w+ (?:a |o |de )?"
    r"(?:data|dia|horario)|falt(?:ar|ei|o)|adiar|antecedencia|reagend\w+|nao (?:vou|vai) (?:poder|conseguir) ir",
    "late": r"atras\w+|tolerancia",
    "men": r"hom(?:em|ens)|masculin\w+|marido (?:quer|pode|faz|tambem)|namorado (?:quer|pode)|rapaz\w*",
    "minor": r"idade|menor(?:es)?(?: de idade)?|(?:tenho|tem|de) 1[0-7] anos|1[0-7] anos|18 anos|adolescente\w*|"
    r"filh[ao] (?:de|tem)|responsavel presente",
    "pregnant": r"gravid\w+|gestant\w+|gestac\w+|esperando (?:um )?bebe|parto",
    "nursing": r"amament\w+|lactant\w+|mama|mamando|desmame",
    "professional": r"quem (?:que )?(?:faz|aplica|atende|realiza)|medic[ao]s?|doutor[a]?|dra?|dermato\w*|enfermeir[ao]|"
    r"profission\w+|formac\w+|biomedic[ao]|fisioterapeuta\w*|especialist\w+",
    "licence": r"alvara|vigilancia|anvisa|registro|regulariza\w+|autorizac\w+ (?:da|do|para)|crm|legaliza\w+",
    "brand": r"marca (?:d|de|do|da)|marcas|que produto\w*|quais produtos|produtos? "
    r"(?:que )?(?:voces )?(?:usa\w*|utiliza\w*)|"
    r"dysport|juvederm|restylane|fabricante",
    "skin_tone": r"pele (?:negra|morena|escura|bronzeada|clara)|(?:sou|pessoa) (?:negra|morena|preta)|negr[ao]s?|"
    r"bronzead\w+|fototipo|pele preta",
    "hair_removal_prep": r"rasp\w+|lamina|cera|pinca|gilete|ir depilad\w+|com pelo",
    "sun": r"sol|praia|bronze\w*|protetor(?: solar)?",
    "guarantee": r"garantia|nao (?:gostar|gostei|ficar bo\w+|der certo)|insatisf\w+|devol\w+|refaz\w*|reembols\w+ se|"
    r"arrepend\w+|corrig\w+|reavalia\w+|ficar ruim",
    "photos": r"fotos?|antes e depois|imagens|resultados? (?:de|em) outr\w+|portfolio|videos? de",
    "gift": r"presente(?:ar|s)?|vale presente|tem vale|gift|cartao presente",
    "companion": r"acompanhante\w*|criancas?|comigo|levar|(?:ir|entrar|vir) (?:com|junto)|espaco kids",
    "exercise": r"academia|trein\w+|exercici\w+|malhar|musculacao|corr(?:er|ida)|atividade fisica|esporte\w*",
    "alcohol": r"alcool\w*|bebida\w*|beber|cerveja|vinho|bebo",
    "makeup": r"maquia\w+|make|base|batom",
    "redness": r"vermelh\w+|irritad\w+|descama\w*",
    "lie_down": r"deita\w*|dormir|abaixar a cabeca|de brucos",
    "water": r"piscina|mar|praia|banho|sauna|lavar",
    "numb": r"dormente\w*|dormencia|sem sensibilidade",
    "drainage": r"drenagem",
    "isotretinoin": r"roacutan|isotretinoina|accutane",
    "diabetes": r"diabet\w+|glicemia|insulina",
    "hernia": r"hernia\w*",
    "heart": r"marcapasso|cardiac\w+|pressao alta|hipertens\w+|coracao",
    "cancer": r"cancer|quimio\w*|tumor\w*|oncolog\w+",
    "privacy": r"meus dados|seus dados|lgpd|privacidade|guard(?:am|a|ar)|prontuario|sigilo",
    "cure": r"cura|curar|tem jeito",
    "home": r"domicilio|em casa|a domicilio|vao ate|vem ate",
    "accessible": r"cadeirante\w*|cadeira de rodas|acessib\w+|elevador|rampa",
    "pets": r"cachorr\w+|pet|pets|gato",
    "wifi": r"wifi|wi fi|senha (?:do|da)",
    "course": r"cursos?|aula\w*|ensina\w*",
    "contact": r"telefone|whatsapp|instagram|insta|site|e ?mail|cnpj|facebook|rede social",
    "hair_loss": r"queda de cabelo|capilar|calvicie|careca",
}
ASPECTS = frozenset(_ASPECTS)
"""Concepts that are asked of a thing."""
CONCEPTS: dict[str, re.Pattern[str]] = {
    name: re.compile(f"(?<![^ ])(?:{pattern})(?![^ ])") for name, pattern in (_ASPECTS | _SUBJECTS).items()
}
"""Every concept's pattern over folded words with single spaces."""
