"""What the assistant says in Portuguese."""

from __future__ import annotations

from sdr_common.lead import EscalationReason, FactKind, UrgencyLevel
from sdr_dialogue.engine.phrasebook import Comfort, Phrasebook
from sdr_dialogue.engine.topics import Topic

PORTUGUESE = Phrasebook(
    greeting=(
        "{hello}{name}! Aqui é {me}, assistente virtual {of_clinic} 😊",
        "{hello}{name}, que bom receber sua mensagem! Eu sou {me}, assistente virtual {of_clinic} 😊",
    ),
    greeting_again=(
        "{hello}{name}! Que bom falar com você de novo 😊",
        "{hello}{name}, que bom ter você de volta! Aqui é {me}, assistente virtual {of_clinic} 😊",
    ),
    hello={"": "Oi", "bom dia": "Bom dia", "boa tarde": "Boa tarde", "boa noite": "Boa noite", "ola": "Olá"},
    me="{article}{assistant}",
    questions={
        FactKind.INTEREST: (
            (
                "O que você está pensando em fazer?",
                "Me conta: qual procedimento te interessa?",
                "Qual tratamento você está procurando?",
            ),
            (
                "Tem algum procedimento ou alguma região que você queira tratar?",
                "O que mais te incomoda hoje, ou o que você gostaria de melhorar?",
                "Pra eu te direcionar bem, o que você gostaria de tratar?",
            ),
            (
                "Pode ser só uma ideia geral: rosto, corpo, pele, remoção de tatuagem… o que chamou sua atenção?",
                "Se ainda não souber o nome, sem problema: me diz só a região que quer tratar.",
            ),
        ),
        FactKind.NAME: (
            ("Como posso te chamar?", "Qual é o seu nome?", "Com quem eu falo?"),
            (
                "E qual é o seu nome, pra eu te chamar direitinho?",
                "Ah, ainda não sei seu nome! Como você se chama?",
            ),
            (
                "Pode me dizer só o primeiro nome? Assim a equipe já sabe com quem vai falar.",
                "Antes de seguir, me diz só o seu primeiro nome?",
            ),
        ),
        FactKind.URGENCY: (
            (
                "Pra quando você está pensando em fazer?",
                "Quando você gostaria de fazer?",
                "Você já tem uma ideia de quando quer fazer?",
            ),
            (
                "Seria mais pra essa semana, pras próximas, ou você ainda está só pesquisando?",
                "E em relação a data: pensa em fazer logo ou mais pra frente?",
            ),
            (
                "Só pra eu registrar: essa semana, este mês ou sem pressa?",
                "Pode ser só uma ideia: é pra já, pro mês que vem ou sem data ainda?",
            ),
        ),
        FactKind.KNOWLEDGE: (
            (
                "Você já pesquisou sobre isso ou é a primeira vez?",
                "Você já fez ou já pesquisou sobre esse procedimento?",
                "É a sua primeira vez pesquisando sobre isso?",
            ),
            (
                "Você já conhece um pouco do procedimento ou está começando a pesquisar agora?",
                "E você já tinha lido ou visto algo a respeito, ou é novidade pra você?",
            ),
            (
                "Só pra eu saber por onde a equipe começa a explicar: já fez, já pesquisou ou é tudo novo pra você?",
                "Última dúvida sobre isso: já tem noção de como funciona ou prefere que expliquem do zero?",
            ),
        ),
        FactKind.LOCATION: (
            ("De qual bairro ou cidade você é?", "Em que bairro ou cidade você mora?", "E você é de qual região?"),
            (
                "Você fica perto da clínica? Me diz seu bairro ou cidade.",
                "Pra eu ver se fica fácil pra você vir: em que bairro ou cidade você está?",
            ),
            (
                "Pode ser só a cidade mesmo: de onde você fala?",
                "Só pra registrar: qual é a sua cidade ou região?",
            ),
        ),
    },
    questions_without_interest={
        FactKind.URGENCY: (
            "E você já tem uma ideia de quando quer vir?",
            "Você pensa em se cuidar em breve ou mais pra frente?",
        ),
        FactKind.KNOWLEDGE: (
            "Você já fez algum procedimento estético ou seria a primeira vez?",
            "Você já chegou a pesquisar algum tratamento ou está começando agora?",
        ),
    },
    call_you=("Posso te chamar de {name}?", "Seu nome é {name}, certo?"),
    call_you_instead=("Claro! Como você prefere que eu te chame?", "Desculpa! Qual é o seu nome, então?"),
    got_name=("Prazer, {name}!", "Muito prazer, {name}!", "Que bom falar com você, {name}!"),
    got_interest=(
        "Claro, te ajudo com {interest}!",
        "Certo, {interest}! Vou te ajudar com isso.",
        "Ah, {interest}! Posso te ajudar, sim.",
    ),
    got_urgency=("Certo, {urgency}!", "Entendi, {urgency}.", "Boa, {urgency}!"),
    haste=("Entendi, quanto antes melhor então!", "Certo, o quanto antes!"),
    no_hurry=("Tranquilo, sem pressa nenhuma.", "Sem problema, dá pra pesquisar com calma.", "Tudo bem, no seu tempo."),
    urgency_by_level={
        UrgencyLevel.THIS_WEEK: ("Certo, então é pra logo!", "Entendi, pra já então."),
        UrgencyLevel.NEXT_TWO_WEEKS: ("Certo, nas próximas semanas então.", "Entendi, daqui a pouquinho."),
        UrgencyLevel.WITHIN_30_DAYS: ("Certo, nas próximas semanas então.", "Entendi, dá tempo de organizar tudo."),
        UrgencyLevel.OVER_30_DAYS: ("Entendi, mais pra frente então.", "Certo, dá pra planejar com calma."),
    },
    experienced=("Ah, então você já conhece bem!", "Que bom, já tem experiência então."),
    got_knowledge=("Ótimo, isso já ajuda bastante.", "Boa, então você já tem uma base."),
    new_to_it=(
        "Sem problema, a equipe explica tudo direitinho.",
        "Tranquilo, a gente explica desde o começo.",
        "Tudo bem, é pra isso que a gente está aqui.",
    ),
    near=("Que bom, você está pertinho da gente!", "Ótimo, fica perto da clínica!"),
    got_place=("{place}, certo!", "Ah, {place}! Entendi.", "Entendi, {place}."),
    occasion=("Que momento especial! ✨", "Que bacana! ✨"),
    corrected=("Sem problema, já corrigi aqui.", "Ah, entendi! Já atualizei aqui."),
    no_pressure=("Tudo bem, sem problema.", "Sem problema, fica à vontade."),
    comfort={
        Comfort.REPEATED: ("Desculpa se repeti alguma pergunta.", "Desculpa, vou direto ao ponto."),
        Comfort.WAITED: (
            "Desculpa pela demora e pela espera.",
            "Você tem razão, desculpa. Vou ser breve.",
            "Peço desculpas por isso.",
        ),
        Comfort.AFRAID: (
            "É super normal ter esse receio, e ninguém faz nada sem tirar todas as dúvidas antes.",
            "Entendo o receio; na avaliação o profissional explica tudo com calma, sem compromisso.",
        ),
        Comfort.COSTLY: (
            "Entendo, o valor pesa mesmo na decisão.",
            "Entendo sua preocupação com o valor; a equipe vê com você o que cabe.",
        ),
        Comfort.DISAPPOINTED: (
            "Sinto muito que tenha passado por isso.",
            "Poxa, imagino a frustração. Sinto muito.",
        ),
        Comfort.SAD: ("Imagino como isso incomoda.", "Entendo como você se sente."),
        Comfort.ANGRY: ("Você tem razão, peço desculpas.", "Desculpa, de verdade. Vou direto ao ponto."),
        Comfort.GLAD: ("Que bom ler isso!", "Que delícia essa animação!", "Fico feliz em saber!"),
    },
    neutral=("Certo!", "Entendi!", "Tá certo!"),
    answers={
        Topic.PRICE: (
            "O valor{of_interest} depende de cada caso, por isso quem passa certinho é a equipe, na avaliação.",
            "Eu não tenho o valor{of_interest} aqui pra te passar com segurança: a equipe confirma na avaliação.",
        ),
        Topic.HOW_IT_WORKS: (
            "Como funciona, passo a passo, o profissional te explica na avaliação.",
            "O passo a passo o profissional te explica direitinho na avaliação.",
        ),
        Topic.SERVES_MEN: ("Esse detalhe do atendimento a equipe te confirma por aqui.",),
        Topic.LANGUAGE: ("Por aqui você pode escrever em português, inglês ou espanhol, sem problema!",),
        Topic.EVALUATION: ("Como funciona a avaliação e se tem custo, a equipe te confirma certinho.",),
        Topic.PAYMENT: ("As formas de pagamento a equipe te confirma direitinho, tá?",),
        Topic.PROMOTION: ("Sobre condições e promoções, quem confirma é a equipe; já deixei sua pergunta anotada.",),
        Topic.ADDRESS: ("O endereço certinho a equipe te manda por aqui.",),
        Topic.PARKING: ("Sobre estacionamento e acesso, a equipe te confirma por aqui.",),
        Topic.HOURS: ("O horário de funcionamento a equipe te confirma por aqui.",),
        Topic.BOOKING: ("Quem confirma dia e horário é a equipe; já deixei seu pedido anotado.",),
        Topic.SAFETY: (
            (
                "Essa é uma dúvida importante e precisa ser vista por um profissional, na avaliação. Já deixei "
                "anotado pra equipe."
            ),
        ),
        Topic.RESULTS: (
            "Cada caso é um caso, então sobre resultado quem fala com segurança é o profissional, na avaliação.",
        ),
        Topic.PAIN: ("Isso varia de pessoa pra pessoa; na avaliação o profissional te explica certinho.",),
        Topic.PROFESSIONAL: ("Quem atende e a formação da equipe, eles mesmos te confirmam por aqui.",),
        Topic.DATA_LAW: (
            (
                "Seus dados ficam só com a clínica, e se quiser que sejam apagados é só me pedir. A equipe pode te "
                "explicar os detalhes."
            ),
        ),
    },
    price_again=(
        "Entendo que você queira o valor! Quem tem ele certinho é a equipe. Se quiser, chamo alguém agora.",
        "Sei que o valor é importante pra você! Quem passa é a equipe; se preferir, já chamo uma pessoa.",
    ),
    no_answer=(
        "Essa eu não sei te responder com certeza, mas a equipe confirma pra você na avaliação.",
        "Boa pergunta! Prefiro que a equipe te confirme isso, pra não te passar nada errado.",
        "Não tenho essa informação aqui; deixei anotado pra equipe te responder.",
    ),
    booking=(
        "Que bom! Quem confirma dia e horário é a equipe, já deixo seu pedido encaminhado.",
        "Ótimo! A equipe é quem fecha o horário com você, já vou deixar tudo anotado.",
    ),
    robot=(
        "Eu sou {me}, assistente virtual {of_clinic}. Adianto seu atendimento e depois a equipe continua com você.",
        "Sou assistente virtual, sim! Me chamo {assistant} e cuido do primeiro atendimento {of_clinic}.",
    ),
    why={
        FactKind.INTEREST: "Pergunto pra te direcionar ao profissional certo.",
        FactKind.NAME: "É só pra saber como te chamar e a equipe te atender pelo nome.",
        FactKind.URGENCY: "Pergunto pra equipe ver os horários na época certa pra você.",
        FactKind.KNOWLEDGE: "Pergunto pra equipe saber por onde começar a te explicar.",
        FactKind.LOCATION: "Pergunto pra ver se a clínica fica acessível pra você.",
    },
    why_anything="São só algumas perguntas rápidas pra equipe te atender melhor, já sabendo o que você precisa.",
    instructions=("Isso eu não consigo fazer por aqui, mas posso te ajudar com os tratamentos da clínica.",),
    address=("Ficamos em {address}.", "Nosso endereço é {address}."),
    offered=("Sim, fazemos {procedure}!", "Sim, trabalhamos com {procedure}!"),
    not_listed=("Não encontrei {procedure} na minha lista, vou deixar anotado pra equipe te confirmar.",),
    treated_with=(
        "Sim! Pra {complaint} trabalhamos com {procedure}; o profissional confirma o melhor pra você na avaliação.",
        "Tem opção, sim: pra {complaint} aqui trabalhamos com {procedure}; na avaliação o profissional confirma.",
    ),
    advice=(
        "O melhor caminho pro seu caso quem indica é o profissional, na avaliação.",
        "Pra te indicar certinho o profissional precisa ver de perto, na avaliação.",
    ),
    offers=("Trabalhamos com {procedures}.", "Entre os procedimentos daqui estão {procedures}."),
    image=(
        (
            "Recebi sua foto! Por aqui eu não consigo avaliar imagens, quem avalia direitinho é o profissional, na "
            "consulta."
        ),
        "Chegou sua imagem! Eu não consigo analisar fotos, mas ela fica aqui pra equipe ver na avaliação.",
    ),
    audio=(
        "Não consegui ouvir seu áudio por aqui 😕 Pode me escrever em texto?",
        "Por aqui eu não consigo ouvir áudio. Consegue me mandar por escrito?",
    ),
    place_pin=("Recebi sua localização! Pode me escrever também o bairro ou a cidade?",),
    attachment=("Recebi o arquivo! Ele fica aqui pra equipe ver.",),
    human_offer=(
        "Se preferir, também posso chamar alguém da equipe pra falar com você.",
        "E se quiser falar direto com uma pessoa da equipe, é só me avisar.",
    ),
    no_more_questions=("Tudo bem, sem problema!", "Sem problema, fica à vontade!"),
    thanks=("Perfeito, era tudo de que eu precisava!", "Ótimo, já tenho tudo por aqui!"),
    qualified=(
        "Certo{name}! A equipe segue com você por aqui.",
        "Combinado{name}! A equipe vê sua mensagem e continua com você por aqui.",
    ),
    welcome=("Imagina{name}! Qualquer coisa, é só chamar por aqui. 😊", "Por nada{name}! Estamos por aqui. 😊"),
    nudge=(
        "Oi{name}! Passando pra gente continuar a nossa conversa, sem pressa 😊",
        "Oi{name}! Sigo por aqui, e qualquer dúvida é só me falar 😊",
        "Oi{name}, sei que a correria é grande! Quando puder, me responde por aqui 💛",
    ),
    small_talk=("Tudo ótimo por aqui, e espero que com você também!", "Tudo bem por aqui!"),
    opted_out="Tudo bem, não vou mais te mandar mensagens. Se um dia quiser falar com a gente, é só chamar. Cuide-se!",
    deletion=(
        "Registrei seu pedido de exclusão dos dados e passei pra equipe responsável. Não vou mais te mandar mensagens."
    ),
    escalation={
        EscalationReason.HUMAN_REQUESTED: "Claro! Já estou chamando alguém da equipe pra continuar com você por aqui.",
        EscalationReason.IRRITATION: (
            "Peço desculpas pelo transtorno. Já estou passando sua conversa pra uma pessoa da equipe cuidar "
            "disso com você."
        ),
        EscalationReason.EMERGENCY: (
            "Isso precisa de atenção agora. Procure o pronto-socorro mais próximo ou ligue 192 (SAMU). "
            "Já estou avisando a equipe pra falar com você."
        ),
        EscalationReason.LEGAL: (
            "Sinto muito por essa situação. Já estou passando sua mensagem pra uma pessoa responsável da "
            "equipe falar com você."
        ),
        EscalationReason.MINOR: (
            "Agradeço por contar! Como você é menor de idade, preciso que seu responsável acompanhe. "
            "Vou chamar alguém da equipe pra orientar vocês."
        ),
    },
    despair="Sinto muito que você esteja passando por isso, e você não precisa passar por isso sem ajuda. Ligue "
    "agora pro CVV, no 188 "
    "(24 horas, gratuito), ou 192 em caso de risco. Já estou chamando alguém da equipe.",
)
