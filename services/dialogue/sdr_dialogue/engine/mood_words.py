"""Words that tell how a lead feels, in plain letters; a clinic's everyday words ("dor", "mancha", "caro?") are none.

Own lists: of what the Python index holds for Portuguese, LeIA (a translated VADER, MIT,
    last released in 2022) reached a
macro F1 of 0.53 on our messages even without telling anger from sadness, and pysentimiento downloads a model.
"""

from __future__ import annotations

from sdr_dialogue.domain.text import phrases

POSITIVE = phrases(
    """adorei, adoro, adorando, adoramos, amei, amo, amando, amamos, amou, ameiii, otima, otimo, otimas, otimos,
    perfeito,
    perfeita, perfeitos, maravilha, maravilhoso, maravilhosa, maravilhosos, maravilhosas, lindo, linda, lindos,
    lindas,
    lindona, incrivel, sensacional, fantastico, fantastica, excelente, excelentes, show, top, massa, bacana, legal,
    daora,
    da hora, sucesso, arrasam, arrasou, arrasaram, feliz, felizes, felicidade, alegria, alegre, contente, satisfeita,
    satisfeito, grata, grato, gratidao, agradeco, agradecida, agradecido, obrigada, obrigado, obrigadinha, parabens,
    ansiosa, ansioso, ansiedade boa, empolgada, empolgado, animada, animado, animadissima, encantada, encantado,
    apaixonada, apaixonado, confiante, confio, tranquila agora, aliviada, aliviado, que alivio, eba, oba, uhul, uhu,
    uau,
    gostei, gostando, gostamos, curti, curtindo, que bom, que legal, so elogios, super indicaram,
    que otimo, que otima, que maravilha, que bacana,
    que lindo, que linda, que fofo, que fofa, fofa, fofo, que querida, querida demais, atenciosa, atencioso,
    atenciosas,
    atenciosos, simpatica, simpatico, gentil, gentileza, educada, educado, carinho, carinhosa, prestativa, prestativo,
    rapida a resposta, super indico, indico, recomendo, recomendaram muito, nota 10, nota dez, nota mil,
    melhor clinica,
    bom demais, boa demais, muito bom, muito boa, bom atendimento, boa noticia, preco bom, bom preco, sonho, sonhava,
    louca para, louco para, doida para, doido para, morrendo de vontade, nao vejo a hora, mal posso esperar, amores,
    um amor, uns amores, voces sao demais, voce e demais, sem palavras, me ajudou muito, ajudou bastante,
    valeu demais,
    abencoada, deus abencoe, glória, que delicia, delicia, deu certo, deu tudo certo, combinado, fechado, fechou,
    to dentro, estou dentro, tri legal, arretado, arretada, brigadao, obrigadao, super obrigada, great, awesome,
    amazing,
    wonderful, love it, i love, thank you so much, excited, happy, perfect, encanta, encantada de, genial, buenisimo,
    muchas gracias, que lindo todo"""
)
"""Warm words; a "não" before one turns it."""

NEGATIVE = phrases(
    """triste, tristeza, chateada, chateado, chato, chata, decepcao, decepcionada, decepcionado, decepcionante,
    desapontada, desapontado, frustrada, frustrado, frustracao, frustrante, desanimada, desanimado, desanimei, desanimo,
    desmotivada,
    sem esperanca, sem animo, medo, medinho, pavor, panico, receio, apreensiva, apreensivo, insegura, inseguro,
    inseguranca, preocupada, preocupado, preocupacao, angustiada, angustia, aflita, aflito, nervosa, nervoso,
    assustada,
    assustado, desconfiada, desconfiado, traumatizada, traumatizado, trauma, vergonha, envergonhada, constrangida,
    complexada, feia, feio, horrivel, horrorosa, horroroso, pessima, pessimo, pessimas, pessimos, ruim, ruins,
    terrivel,
    arrependi, arrependo, arrependida, arrependido, arrependimento, deformada, deformado, torto, torta, ficou ruim,
    ficou feio, ficou horrivel, mal feito, mal atendida, mal atendido, mal atendimento, sofro, sofrendo, sofrimento,
    sofri, chorei, choro, chorando, odeio, detesto, cansada de, cansado de, exausta, nao aguento, nao suporto, azar,
    que pena, uma pena, infelizmente, lamentavel, complicado, complicada, confuso, confusa, nao entendi nada,
    caro demais, muito caro, super caro, carissimo, carissima, bem caro, bem salgado, salgado, salgada, meio caro,
    tao caro, que caro, esta caro, achei caro, nossa caro, puxado, muito dinheiro, fora do meu orcamento, nao cabe,
    nao tenho condicao, nao tenho condicoes, nao tenho dinheiro, nao posso pagar, demorado, demorada, demora muito,
    demorando, demoraram, demora demais, esperando ate agora, ainda esperando, ainda estou esperando, ainda espero,
    dias que espero, horas que espero, faz horas, faz dias, ha dias, ha horas, ninguem responde, ninguem me responde,
    ninguem respondeu, ninguem me respondeu, ninguem atende, ninguem me atende, ninguem me atendeu, ninguem atendeu,
    sem resposta, nao responderam, nao respondeu, nao me responderam, nao me respondeu, nao respondem, voces somem,
    sumiram, voces sumiram, ja perguntei, ja falei, ja disse, ja respondi, ja te falei, ja te disse, ja informei,
    de novo isso, mesma pergunta, quanta pergunta, quantas perguntas, tanta pergunta, tantas perguntas,
    muita pergunta,
    muitas perguntas, mais uma pergunta, quantas vezes, nao resolveu, nao resolve, nao funcionou, nao adiantou,
    nao deu certo, nao ficou bom, nao ficou boa, nao era o que, nao e o que eu, nao gostei, nao curti, nao confio,
    nao me sinto segura, nao me sinto seguro, nao vale a pena, se vale a pena, esperava mais, esperava melhor,
    se der errado, deu errado, doeu muito, doeu demais, doi demais, hematoma, hematomas, no chao, acabada, acabado,
    envelhecida, me incomoda, me incomodam, incomoda muito, incomodada, incomodado, insatisfeita, insatisfeito,
    dificil conseguir, esta dificil, perdi a confianca, enganada, enganado, gastei muito, ja gastei, gastei tanto,
    atendimento frio, fria comigo, aff, affe, afe, puts, putz, poxa, puxa, eita que pena, desculpa mas nao, worried,
    afraid, scared, sad, disappointed, too expensive, miedo, preocupada por, triste por, caro para mi, muy caro,
    pior, piorou, deprimida, deprimido, depressao, desesperada, desesperado, desespero, odiei, detestei,
    descontente"""
)
"""Sad, afraid, unsatisfied; in a question ("é muito caro?") they are no mood."""

IRRITATED_MILD = phrases(
    """que saco, que canseira, ja deu, nao da para falar com, que droga, droga, que chatice, inferno, que inferno,
    nao enche, nao me enche, saco cheio,
    de saco cheio,
    cansei, cansei de, chega de, me poupe, ta de sacanagem, esta de sacanagem, sacanagem, de brincadeira comigo,
    e brincadeira, ta de brincadeira, esta de brincadeira, so pode ser brincadeira, me tirando, esta me tirando,
    piada,
    uma piada, que piada, so enrolam, enrolacao, enrolando, me enrolar, me enrolando, me enrolam, caramba,
    pelo amor de deus
    responde, responde logo, responda logo, me responde logo, fala logo, anda logo, perdendo tempo, impaciente,
    segunda vez que pergunto, terceira vez que pergunto, quarta vez que pergunto, quinta vez que pergunto,
    decima vez que pergunto, milesima vez que, vez que pergunto isso, estao de brincadeira, tao de brincadeira, descaso,
    que demora, raiva, odio, que raiva, que odio, haja paciencia, sem paciencia, paciencia tem limite,
    perdi a paciencia,
    perdendo a paciencia, nao tenho paciencia, tenha paciencia, nao acredito nisso, inadmissivel, inaceitavel,
    ridiculous, annoying, answer me, stupid, que fastidio, harta, harto, que asco, se explodam, vao se catar,
    va se catar,
    se manca, tomem vergonha, tome vergonha, vergonha na cara, nao sou palhaca, nao sou palhaco, feita de palhaca,
    me fazendo de palhaca, me fazendo de palhaco, me fazendo de boba, me fazendo de trouxa, me fazem de trouxa,
    estresse,
    estressada, estressado, estressante, irritante, nao aguento mais esse, nao aguento mais voces, nao prestam,
    nao presta, nao serve para nada, nao servem para nada, uma vergonha, e uma vergonha, que vergonha de atendimento,
    ta surdo, surdo, surda, e surdo, e surda, ta cego, nao sabe ler, nao sabem ler, nao le, so sabe perguntar,
    so sabem perguntar"""
)
"""Impatience and anger without insult: a second time calls a human."""

EMOJI_POSITIVE = frozenset("😍🥰❤💕💖💗😘🤩😁😃😄👏🙌💜💙💛🧡💚🥳🎉😊☺✨🙏💋😻🫶")
EMOJI_NEGATIVE = frozenset("😢😭😔😞😟😩😣😥😰😨😱🙁☹💔🙄😓😕😒🥺😪😫")
EMOJI_ANGRY = frozenset("😡🤬😠👿🖕😤")
