"""What aesthetic clinics treat, in the words of leads; an account's own procedures come on top."""

from __future__ import annotations

from dataclasses import dataclass

from sdr_dialogue.domain.text import phrases


@dataclass(frozen=True, slots=True)
class Treatment:
    """A procedure or a complaint that is treated."""

    slug: str
    name: str
    """As it is written into a sentence: "remoção de tatuagem"."""
    phrases: frozenset[str]
    """Plain words for it, singular and without articles between them where people drop them."""


def _table(text: str) -> tuple[Treatment, ...]:
    """Lines of "slug | name | phrase, phrase"; an indented line goes on with the one before."""
    rows = (line.split("|") for line in text.strip().replace("\n  ", " ").splitlines())
    return tuple(Treatment(slug.strip(), name.strip(), phrases(words)) for slug, name, words in rows)


SPECIFIC = _table(
    """toxina_botulinica | botox | botox, toxina botulinica, toxina, botox facial, dysport, xeomin, baby botox, botox
  preventivo, botox na testa
preenchimento_labial | preenchimento labial | preenchimento labial, preenchimento nos labios, preenchimento de
  labios, preenchimento na boca, preencher os labios, preencher a boca, preencher labios, preencher boca, boca,
  labio, labios, aumentar a boca, aumentar os labios, aumentar boca, aumento labial, aumento de labios, bocao,
  labial, beicuda, bocuda, beico,
  russian lips, hidratacao labial
preenchimento_olheiras | preenchimento de olheiras | preenchimento de olheira, preenchimento de olheiras,
  preenchimento nas olheiras, preencher olheira, preencher as olheiras
preenchimento_mandibula | preenchimento de mandíbula | preenchimento de mandibula, preenchimento mandibular,
  preenchimento de queixo, preenchimento no queixo, contorno mandibular, contorno de mandibula, mandibula,
  queixo,
  mento
bigode_chines | tratamento do bigode chinês | bigode chines, sulco nasogeniano, sulco nasolabial,
  preenchimento de
  bigode chines
preenchimento_facial | preenchimento | preenchimento, preenchedor, acido hialuronico, preenchimento facial,
  preenchimento no rosto, preencher
preenchimento_gluteo | preenchimento de glúteo | preenchimento de gluteo, preenchimento gluteo, harmonizacao
  glutea, harmonizacao de gluteo, harmonizacao de bumbum, gluteo, bumbum, bunda, levantar o bumbum, aumentar o
  bumbum
remocao_tatuagem | remoção de tatuagem | remocao, remocao de tatuagem, remover tatuagem, remover uma
  tatuagem, remover
  minha tatuagem, remover a tatuagem, tirar tatuagem, tirar uma tatuagem, tirar minha tatuagem, tirar a
  tatuagem,
  apagar tatuagem, apagar uma tatuagem, apagar a tatuagem, apagar minha tatuagem, retirar tatuagem,
  despigmentacao, laser para tatuagem, tatuagem, tribal, tatuada, cobrir tatuagem, clarear tatuagem,
  remocao a laser de tatuagem
remocao_micropigmentacao | remoção de micropigmentação | remocao de micropigmentacao, remover micropigmentacao,
  remocao de sobrancelha, tirar micropigmentacao, apagar micropigmentacao
depilacao_laser | depilação a laser | depilacao a laser, depilacao laser, depilacao com laser, laser depilacao,
  depilacao definitiva, depilacao, depilar, tirar os pelos, tirar pelos, remover pelos, pelo encravado, pelos,
  foliculite, laser na virilha, laser na axila, virilha, axila, buco
limpeza_de_pele | limpeza de pele | limpeza de pele, limpeza, limpeza facial, limpeza profunda, limpeza da pele,
    cravos,
  cravo, hydrafacial, extracao de cravos
peeling | peeling | peeling, peeling quimico, peeling de diamante, peeling de cristal, hollywood peel, blue peel
microagulhamento | microagulhamento | microagulhamento, microagulha, agulhinha, agulhinhas, agulhamento,
    dermaroller, dermapen, drug delivery,
  microagulhas
bioestimulador | bioestimulador de colágeno | bioestimulador, bioestimulador de colageno, bioestimulo,
  estimulo de
  colageno, estimulador de colageno, colageno, sculptra, radiesse, ellanse, elleva, rennova
fios_pdo | fios de PDO | fios de pdo, fio de pdo, fios de sustentacao, fio de sustentacao, fios tensores,
  lifting
  com fios, fox eyes, foxy eyes, fios lisos
ultraformer | ultrassom microfocado | ultraformer, ultrassom microfocado, ultrasom microfocado, hifu, ulthera,
  liftera, ultraforme, microfocado
lavieen | laser facial | lavieen, laser co2, laser fracionado, laser de picossegundos, laser facial, laser para
  manchas, luz pulsada, luz intensa pulsada, laser de co2, laser no rosto, spectra, etherea
laser | tratamento a laser | laser, sessao de laser, sessoes de laser
rinomodelacao | rinomodelação | rinomodelacao, rinomodelagem, rino, preenchimento de nariz, preenchimento no
  nariz, afinar o nariz, nariz, empinar o nariz
rinoplastia | rinoplastia | rinoplastia, cirurgia no nariz, cirurgia de nariz, operar o nariz, plastica no nariz
blefaroplastia | blefaroplastia | blefaroplastia, blefaro, cirurgia de palpebra, cirurgia nas palpebras,
  palpebra,
  palpebras, palpebra caida, pele em cima do olho, pele caida no olho, pele do olho caida, olho caido,
  jato de plasma, plasma pen
lipo_papada | tratamento de papada | lipo de papada, papada, perder papo, tirar papo, reduzir papo, papo no pescoco,
    papo caido, enzima na papada, enzimas na papada, queixo duplo,
  enzima de papada
bichectomia | bichectomia | bichectomia, bochecha, bochechas
lipoaspiracao | lipoaspiração | lipoaspiracao, lipo, lipo lad, hidrolipo, lipo hd, lipoescultura, lipoled,
  minilipo
abdominoplastia | abdominoplastia | abdominoplastia, abdomino, plastica na barriga, cirurgia na barriga
mamoplastia | cirurgia de mama | mamoplastia, silicone, protese de silicone, implante de silicone, protese
  mamaria, mastopexia, colocar silicone, por silicone, peito, peitos, seio, seios, mama, mamas, explante
ginecomastia | ginecomastia | ginecomastia, peito masculino
lobuloplastia | correção de lóbulo | lobuloplastia, lobulo, orelha rasgada, furo da orelha, otoplastia,
  orelha de
  abano, orelha
criolipolise | criolipólise | criolipolise, crio, criolipo, coolsculpting
gordura_localizada | tratamento de gordura localizada | gordura localizada, gordura, gordurinha, gordurinhas,
  enzima, enzimas, lipo sem corte, lipo enzimatica, lipoenzimatica, culote, pochete, barriga, barriguinha,
  abdomen, flancos, pneuzinho, intradermoterapia, mesoterapia, cavitacao, lipocavitacao
celulite | tratamento de celulite | celulite, celulites, furinhos no bumbum, subcisao, goldincision, gold
  incision
estrias | tratamento de estrias | estria, estrias
flacidez | tratamento de flacidez | flacidez, pescoco, pescoco caido, pele do pescoco, sobrou pele, sobra de pele,
    excesso de
  pele, pele sobrando, pele mole, pele frouxa, bracos flacidos, tonificar, flacida, flacido, pele caida,
  rosto caido, rosto derretido,
  radiofrequencia, tchauzinho, pelanca, pele flacida, efeito lifting, lifting facial, lifting, jowl, buldogue
massagem_modeladora | massagem modeladora | massagem modeladora, massagem, modeladora, drenagem linfatica,
  drenagem, massagem redutora, massagem relaxante, pos operatorio, ventosa
melasma | tratamento de melasma | melasma
manchas | tratamento de manchas | mancha no rosto, manchas no rosto, manchada, manchado, mancha, manchas,
  clarear manchas, tirar manchas, clareamento, clarear a pele, clareamento de virilha, clareamento de axila,
  clareamento intimo,
  hiperpigmentacao, manchas de sol, sardas
acne | tratamento de acne | acne, espinha, espinhas, cicatriz de acne, cicatrizes de acne, marcas de espinha,
  marcas de acne, marca de espinha, poros, poro, poros abertos, pele oleosa, oleosidade, rosacea
cicatriz | tratamento de cicatriz | cicatriz, cicatrizes, queloide, queloides
rugas | tratamento de rugas | ruga, prega no olho, prega no rosto, prega na testa, pele enrugada, rugas,
    linhas de expressao, linha de expressao, pe de galinha, pes de
  galinha,
  vinco, vincos, linha da testa, linhas da testa, marcas de expressao, codigo de barras, testa, glabela,
  ruguinhas, linhas finas, sorriso gengival, gengival, bruxismo
olheiras | tratamento de olheiras | olheira, olheiras, bolsas nos olhos, bolsa dos olhos, bolsa embaixo dos olhos,
    bolsa nos olhos, embaixo dos olhos
skinbooster | skinbooster | skinbooster, skin booster, hidratacao profunda, hidratacao facial, hidratacao
  injetavel, profhilo, glow
harmonizacao_intima | harmonização íntima | harmonizacao intima, estetica intima, ninfoplastia, laser intimo
harmonizacao_corporal | harmonização corporal | harmonizacao corporal, harmonizacao de corpo
micropigmentacao | micropigmentação | micropigmentacao, micropigmentacao de sobrancelha, micro de sobrancelha,
  microblading, fio a fio, micropigmentacao labial, nanoblading
design_sobrancelha | design de sobrancelha | design de sobrancelha, sobrancelha, sobrancelhas, brow
  lamination, henna
cilios | extensão de cílios | extensao de cilios, lash lifting, cilios, alongamento de cilios, lifting de
  cilios,
  cilio
transplante_capilar | transplante capilar | transplante capilar, implante capilar, transplante de cabelo,
  implante
  de cabelo, fue, transplante de barba
tratamento_capilar | tratamento capilar | tratamento capilar, queda de cabelo, queda capilar, calvicie, careca,
  alopecia, cabelo caindo, cair cabelo, caindo cabelo, mesoterapia capilar, mesoterapia no cabelo, mmp capilar, mmp,
  entradas no
  cabelo,
  couro cabeludo, cabelo, cabelo ralo, terapia capilar, minoxidil
varizes | tratamento de varizes | varizes, variz, vasinho, vasinhos, escleroterapia, secar vasinhos, secar vasos
pintas_verrugas | remoção de pintas e verrugas | verruga, verrugas, pinta, pintas, remocao de pinta, tirar
  pinta,
  remocao de verruga, tirar verruga, sinal, sinais, sinal no rosto, cauterizacao, acrocordon, tirar um sinal
hiperidrose | tratamento de suor excessivo | hiperidrose, suor excessivo, suor nas maos, suor na mao,
    suor nas axilas, suor na axila, suor no pe, suor,
  suo muito, suando muito, suando demais, sudorese, transpiracao, transpiro muito
emagrecimento_injetavel | tratamento para emagrecer | mounjaro, ozempic, tirzepatida, semaglutida, caneta
  emagrecedora, canetas emagrecedoras, wegovy
soroterapia | soroterapia | soroterapia, soro, soro na veia, vitaminas na veia, ozonioterapia, ozonio
lentes_dentais | lentes de contato dental | lente de contato dental, lentes de contato dental, lente de contato
  nos dentes, facetas, faceta, lentes nos dentes, lente nos dentes
clareamento_dental | clareamento dental | clareamento dental, clarear os dentes, clareamento nos dentes, clarear
  dente, clareamento dentario
implante_dentario | implante dentário | implante dentario, implante de dente, dente
carboxiterapia | carboxiterapia | carboxiterapia, carboxi
prp | PRP | prp, plasma rico em plaquetas, exossomos, pdrn
bronzeamento | bronzeamento | bronzeamento, bronze, bronzeamento natural, jet bronze"""
)
"""A named procedure or a treated area: especifico."""

GENERIC = _table(
    """harmonizacao_facial | harmonização facial | harmonizacao facial, harmonizacao, harmonizar o rosto, full face,
  harmonizar, harmonizacao orofacial, hof
rejuvenescimento | rejuvenescimento | rejuvenescimento, rejuvenescimento facial, rejuvenescer,
  antienvelhecimento,
  anti idade, antiage, anti aging, parecer mais nova, parecer mais novo, ficar mais nova, ficar mais novo, ficar
  mais jovem, parecer mais jovem, envelhecimento
cirurgia_plastica | cirurgia plástica | cirurgia plastica, plastica, cirurgia estetica
tratamento_facial | tratamento facial | tratamento facial, tratamento no rosto, tratamento para o rosto,
  tratamento de pele, tratamento para pele, tratar a pele, tratar minha pele, cuidar da pele, cuidar da minha
  pele, melhorar a pele, melhorar minha pele, skincare, estetica facial, facial, rosto, pele, face, tratar o
  rosto, cuidar do rosto, skin care
tratamento_corporal | tratamento corporal | tratamento corporal, estetica corporal, corporal, corpo,
  tratamento no
  corpo, definir o corpo, pernas, perna, bracos, braco, coxa, coxas, costas, perder medidas, reduzir medidas
emagrecimento | emagrecimento | emagrecimento, emagrecer, perder peso, perder barriga, secar a barriga,
  perder gordura
procedimento_estetico | procedimento estético | procedimento estetico, procedimentos esteticos, tratamento
  estetico, tratamentos esteticos, fazer um procedimento, fazer procedimento, fazer uns procedimentos, estetica,
  injetaveis, tecnologias"""
)
"""An aim with many procedures: generico."""

VAGUE_PHRASES = phrases(
    """melhorar a aparencia, melhorar minha aparencia, melhorar aparencia, melhorar o visual, mudar o visual,
    me sentir
    melhor, sentir melhor comigo, ficar mais bonita, ficar mais bonito, ficar bonita, ficar bonito, ficar linda,
    ficar gata, dar um up, dar uma melhorada, dar uma repaginada, repaginada, repaginar, me cuidar, cuidar de
    mim,
    cuidar mais de mim, dar um jeito, melhorar a autoestima, melhorar minha autoestima, aumentar a autoestima,
    autoestima, auto estima, melhorar umas coisas, melhorar algumas coisas, melhorar algo, mudar algo, mudar
    alguma
    coisa, fazer alguma coisa, fazer algo, um tratamento, algum tratamento, conhecer os procedimentos,
    conhecer os
    tratamentos, conhecer a clinica, conhecer o trabalho, nada especifico, nada em especial, curiosidade, sem
    nada
    em mente, um pouco de tudo, de tudo um pouco, nao sei bem o que, nao sei o que fazer, nao sei o que
    preciso, nao
    sei qual procedimento, nao sei qual tratamento, nao sei exatamente, o que voces recomendam, o que voce
    recomenda, o que voce indica, o que voce me indica, o que voce me recomenda, o que voces indicam, o que me
    indicam, o que me recomendam, ver o que da para fazer, ver o que posso fazer, saber o que posso fazer,
    melhorar
    meu sorriso, um carinho, uma mudanca"""
)
"""A wish without an aim: vago."""

AREAS_ALONE = phrases(
    """sinal, sinais, limpeza, labial, pelos, suor, beico, tatuada, agulhinha, agulhinhas, remocao, boca, labio,
    labios, queixo,
    mento, mandibula, gluteo, bumbum, bunda, virilha, axila, buco, nariz,
    bochecha, bochechas, peito, peitos, seio, seios, mama, mamas, orelha, lobulo, barriga, barriguinha, abdomen,
    flancos, testa, glabela, pescoco, cabelo, sobrancelha, sobrancelhas, cilios, cilio, dente, rosto, pele, face,
    corpo, perna, pernas, braco, bracos, coxa, coxas, costas, facial, corporal, pinta, pintas, cravo, cravos,
    gordura, mancha, manchas, crio, rino, soro, bronze, envelhecimento, estetica, glow, plastica, preencher,
    colageno, massagem, palpebra, palpebras, careca, facetas, faceta, spectra, enzima, enzimas, clareamento, poro,
    poros, sinal no rosto, tecnologias, embaixo dos olhos, harmonizar"""
)
"""Words that name an interest only beside a wish, or as the answer to the question for it."""
