"""How people write on WhatsApp: abbreviations, pictures that speak, and Spanish and English in Portuguese words."""

from __future__ import annotations

from sdr_dialogue.domain.text import words


def _pairs(text: str) -> dict[str, str]:
    """A mapping written as one text: "short=long" entries with commas between them."""
    entries = (entry.partition("=") for entry in text.split(",") if entry.strip())
    return {" ".join(short.split()): " ".join(long.split()) for short, _, long in entries}


ABBREVIATIONS = _pairs(
    """vc=voce, vcs=voces, vs=voces, ce=voce, oce=voce, vose=voce, voçe=voce, tb=tambem, tbm=tambem, tmb=tambem,
    tambm=tambem, pq=porque, pqe=porque, pk=porque, oq=o que, oque=o que, q=que, ke=que, qe=que, td=tudo, tds=todos,
    hj=hoje, hoj=hoje, oje=hoje, amanhan=amanha, amnh=amanha, amanh=amanha, amana=amanha, amha=amanha,
    ant=antes, qto=quanto, qnto=quanto, qt=quanto, qnt=quanto, kto=quanto, quato=quanto, qtos=quantos, qts=quantos,
    qnd=quando, qndo=quando, qdo=quando, qd=quando, quandu=quando, mto=muito, mt=muito, muinto=muito, mta=muita,
    msm=mesmo, n=nao, nn=nao, naum=nao, nao=nao, nop=nao, nope=nao, nem=nem, ss=sim, s=sim, sin=sim,
    sla=sei la, nsei=nao sei, nse=nao sei, qro=quero, kero=quero, qero=quero, qria=queria, keria=queria,
    fds=fim de semana, finde=fim de semana, findi=fim de semana, dps=depois, dpois=depois, dpos=depois,
    agr=agora, agra=agora, vcz=voces, pra=para, pr=para, p=para, pro=para o, pras=para as, pros=para os, prum=para um,
    pruma=para uma, estou=estou, to=estou, tou=estou, tô=estou, ta=esta, tah=esta, tava=estava, tao=estao, ne=ne,
    neh=ne, aki=aqui, aq=aqui, ngm=ninguem, cmg=comigo, ctg=contigo, eh=e, ehh=e, soh=so, jah=ja, ateh=ate, c=com,
    cm=com, cmo=como, cm0=como, cmu=como, ctz=certeza, qq=qualquer, qlqr=qualquer, qlq=qualquer, nd=nada,
    pfv=por favor,
    pf=por favor, pfvr=por favor, pls=por favor, pv=privado, msg=mensagem, msgs=mensagens, end=endereco, bj=beijo,
    obg=obrigada, obgd=obrigada, obgda=obrigada, obgdo=obrigado, obrigda=obrigada, brigada=obrigada, brigado=obrigado,
    vlw=obrigado, valeu=obrigado, blz=beleza, bls=beleza, flw=tchau, tlg=entendi, entao=entao, etao=entao,
    entaum=entao,
    proc=procedimento, procd=procedimento, smn=semana, sem4na=semana, smana=semana, semanha=semana, seman=semana,
    prox=proxima, próx=proxima, proxi=proxima, prx=proxima, fzr=fazer, faze=fazer, faser=fazer, fz=fazer, fzer=fazer,
    min=minutos, hrs=horas, hr=hora, seg=segunda, qua=quarta, qui=quinta, sex=sexta, sab=sabado,
    segundafeira=segunda feira, tercafeira=terca feira, quartafeira=quarta feira, quintafeira=quinta feira,
    sextafeira=sexta feira, tds=todos, mes=mes, mez=mes, meis=mes, mse=mes, anivesario=aniversario, niver=aniversario,
    aniver=aniversario, tatoo=tatuagem, tattoo=tatuagem, tato=tatuagem, tatu=tatuagem, tattu=tatuagem, tatto=tatuagem,
    btox=botox, botx=botox, btx=botox, botoque=botox, botoc=botox, botok=botox, botoks=botox, botos=botox,
    bottox=botox, boutox=botox, butox=botox, botoxi=botox, botxo=botox, botaox=botox, bototx=botox,
    lazer=laser, leiser=laser, laiser=laser, harmo=harmonizacao, harmon=harmonizacao, preench=preenchimento,
    depi=depilacao, depila=depilacao, sobrancelia=sobrancelha, sombrancelha=sobrancelha, sobrancela=sobrancelha,
    pele=pele, limpesa=limpeza, pesquizei=pesquisei, pesquizar=pesquisar, pesquiza=pesquisa, pesquizando=pesquisando,
    presso=preco, preso=preco, presos=precos, orsamento=orcamento, orcament=orcamento, avaliasao=avaliacao,
    onnde=onde, endereso=endereco, sertesa=certeza, numca=nunca, nunk=nunca, nunc=nunca, nuncaa=nunca,
    conheso=conheco, konheco=conheco,
    conhesso=conheco, presiso=preciso, presizo=preciso, voses=voces, fasso=faco, faso=faco, fis=fiz, tive=tive,
    atendente=atendente, atndente=atendente, atedente=atendente, umano=humano, vdd=verdade, vrdd=verdade, bm=bom,
    bd=bom dia, bt=boa tarde, bn=boa noite, bdia=bom dia, btarde=boa tarde, bnoite=boa noite, tbom=esta bom,
    tabom=esta bom, qm=quem, km=quem, pessoalmnte=pessoalmente, plmds=pelo amor de deus, pfvor=por favor,
    dxa=deixa, dx=deixa, nome=nome, insta=instagram, ig=instagram, zap=whatsapp, wpp=whatsapp, zapp=whatsapp,
    whats=whatsapp, tt=tiktok, ytb=youtube, prcs=precisa, fal=fala, sau=sao, tbn=tambem"""
)
"""Spellings of the chat, with the words they stand for."""

_IN_FULL = _pairs(
    """hj=hoje, qnd=quando, qdo=quando, qd=quando, q=que, fds=fim de semana, amanha=amanhã, mes=mês, sabado=sábado,
    terca=terça, marco=março, proximo=próximo, proxima=próxima, ate=até, rapido=rápido, possivel=possível, der=der,
    pq=porque, dps=depois, prox=próxima, agr=agora, mto=muito, mt=muito, vc=você, vcs=vocês"""
)


_HASTE = ("pressa", "urgente", "urgência", "urgencia", "urgentemente", "quanto antes")


def spelled_out(text: str) -> str:
    """A lead's few words as the assistant writes them: "qnd der" gives "quando der"."""
    if text.lower() in _HASTE:
        return "o quanto antes"
    return " ".join(_IN_FULL.get(word.lower(), word) for word in text.split())


EMOJI_WORDS = {
    "👍": "ok",
    "👌": "ok",
    "✅": "sim",
    "✔": "sim",
    "👎": "nao",
    "❌": "nao",
    "😡": "furia",
    "🤬": "furia",
    "😠": "furia",
}
"""Pictures that are an answer by themselves."""

_SPANISH = _pairs(
    """hola=oi, buenas=oi, buenos dias=bom dia, buenas tardes=boa tarde, buenas noches=boa noite, buen dia=bom dia, me
    llamo=me chamo, mi nombre es=meu nome e, mi nombre=meu nome, soy=sou, soy de=sou de, yo=eu, vivo en=moro em,
    vivo=moro, estoy en=estou em, estoy=estou, en=em, el=o, la=a, los=os, las=as, del=do, al=ao, y=e, con=com,
    sin=sem, quiero=quero, queria=queria, quisiera=queria, me gustaria=gostaria, necesito=preciso, busco=procuro,
    hacer=fazer, hacerme=fazer, ponerme=fazer, quitar=tirar, quitarme=tirar, borrar=remover, borrarme=remover,
    eliminar=remover, eliminacion=remocao, remocion=remocao, tatuaje=tatuagem, tatuajes=tatuagem, un=um, una=uma,
    unos=uns, unas=umas, muy=muito, mucho=muito, si=sim, no=nao, ya=ja, nunca=nunca, hoy=hoje, manana=amanha, pasado
    manana=depois de amanha, esta semana=essa semana, semana que viene=semana que vem, la semana que viene=semana que
    vem, proxima semana=semana que vem, la proxima semana=semana que vem, semana proxima=semana que vem, mes que
    viene=mes que vem, el mes que viene=mes que vem, proximo mes=mes que vem, el proximo mes=mes que vem, este
    mes=esse mes, dos semanas=duas semanas, dentro de=dentro de, dias=dias, meses=meses, mes=mes, ano=ano, ano que
    viene=ano que vem, sin prisa=sem pressa, sin apuro=sem pressa, no tengo prisa=sem pressa, no tengo apuro=sem
    pressa, solo mirando=so pesquisando, solo averiguando=so pesquisando, averiguando=pesquisando,
    investigando=pesquisando, buscando=procurando, solo=so, cuanto antes=o quanto antes, lo antes posible=o quanto
    antes, lo mas pronto posible=o quanto antes, urgente=urgente, ahora=agora, primera vez=primeira vez, es la primera
    vez=e a primeira vez, nunca lo hice=nunca fiz, nunca me hice=nunca fiz, nunca lo he hecho=nunca fiz, nunca me lo
    hice=nunca fiz, ya lo hice=ja fiz, ya me hice=ja fiz, ya lo he hecho=ja fiz, ya hice=ja fiz, nunca
    investigue=nunca pesquisei, ya investigue=ja pesquisei, investigue=pesquisei, ya averigue=ja pesquisei,
    averigue=pesquisei, he investigado=pesquisei, un poco=um pouco, algo=algo, conozco=conheco, no conozco=nao
    conheco, no se=nao sei, no se nada=nao sei nada, lunes=segunda, martes=terca, miercoles=quarta, jueves=quinta,
    viernes=sexta, sabado=sabado, domingo=domingo, fin de semana=fim de semana, precio=preco, precios=precos,
    cuanto=quanto, cuanto cuesta=quanto custa, cuanto sale=quanto custa, cuanto vale=quanto custa, cuesta=custa,
    donde=onde, donde estan=onde ficam, donde queda=onde fica, ubicacion=localizacao, direccion=endereco,
    horario=horario, hablar con=falar com, persona=pessoa, una persona=uma pessoa, humano=humano, alguien=alguem,
    asesor=atendente, agente=atendente, no me interesa=nao tenho interesse, no estoy interesada=nao tenho interesse,
    no estoy interesado=nao tenho interesse, no gracias=nao obrigada, gracias=obrigada, muchas gracias=obrigada, por
    favor=por favor, arrugas=rugas, labios=labios, relleno=preenchimento, relleno de labios=preenchimento labial,
    aumento de labios=preenchimento labial, depilacion laser=depilacao a laser, depilacion=depilacao,
    limpieza=limpeza, limpieza facial=limpeza de pele, limpieza de cutis=limpeza de pele, manchas=manchas,
    ojeras=olheiras, papada=papada, celulitis=celulite, estrias=estrias, grasa=gordura, vientre=barriga,
    panza=barriga, barriga=barriga, nariz=nariz, piel=pele, cara=rosto, rostro=rosto, armonizacion=harmonizacao,
    armonizacion facial=harmonizacao facial, bioestimulador=bioestimulador, hilos=fios, hilos tensores=fios de pdo,
    verme mejor=melhorar a aparencia, mejorar mi apariencia=melhorar a aparencia, mi boda=meu casamento,
    boda=casamento, me caso=vou casar, cumpleanos=aniversario, viaje=viagem, graduacion=formatura, porque=porque, por
    que=por que, para que=para que, eres un robot=voce e um robo, eres robot=voce e robo, es un robot=e um robo, sos
    un robot=e um robo, numero equivocado=numero errado, me equivoque=engano, enero=janeiro, febrero=fevereiro,
    marzo=marco, abril=abril, mayo=maio, junio=junho, julio=julho, agosto=agosto, septiembre=setembro,
    octubre=outubro, noviembre=novembro, diciembre=dezembro, barrio=bairro, ciudad=cidade, aqui en=aqui em, cerca
    de=perto de, informacion=informacao, tengo=tenho, anos=anos, en realidad=na verdade, mejor dicho=na verdade,
    perdon=desculpa, conocer=conhecer, saber=saber, me interesa=tenho interesse em, estoy interesada en=tenho
    interesse em, estoy interesado en=tenho interesse em, da igual=tanto faz, me da igual=tanto faz, cualquier
    dia=qualquer dia, no tengo fecha=sem data, todavia no se=nao sei ainda, aun no se=nao sei ainda, todavia no=ainda
    nao, aun no=ainda nao, es la primera vez que busco=primeira vez que procuro, no quiero recibir mas mensajes=nao
    quero mais receber mensagens, pueden=podem, tienen=tem, hacen=fazem, ustedes=voces, duele=doi, cita=horario,
    turno=horario, me lo pongo=faco, me la pongo=faco, me pongo=faco, hace anos=faz anos, hace=faz, dos=dois,
    cuatro=quatro, siete=sete, ocho=oito, nueve=nove, diez=dez, quince=quinze,
    veinte=vinte, treinta=trinta,
    ya me la hice=ja fiz, me la hice=fiz, una vez=uma vez, dos veces=duas vezes, varias veces=varias vezes,
    agendar=agendar, reservar=agendar, abren=abrem, atienden=atendem"""
)

_ENGLISH = _pairs(
    """hi=oi, hello=oi, hey=oi, good morning=bom dia, good afternoon=boa tarde, good evening=boa noite,
    my name is=meu nome e, my names=meu nome e, call me=pode me chamar de, this is=aqui e, i am=sou, im=sou,
    i live in=moro em, i live near=moro perto de, i live at=moro em, im from=sou de, i am from=sou de,
    im based in=moro em, im in=estou em, i am in=estou em, i live=moro, from=de, in=em, at=em, the=o, a=um, an=um,
    and=e, with=com, without=sem, for=para, but=mas, i want to=quero, i want=quero, want=quero, i would like=gostaria,
    i would like to=gostaria, id like to=gostaria, id like=gostaria, i need=preciso, i need to=preciso,
    im looking for=procuro, i am looking for=procuro, looking for=procuro, im interested in=tenho interesse em,
    i am interested in=tenho interesse em, interested in=tenho interesse em, get=fazer, to get=fazer, do=fazer,
    to do=fazer, have=tenho, i have=tenho, remove=remover, to remove=remover, removing=remover, removal=remocao,
    tattoo removal=remocao de tatuagem, laser tattoo removal=remocao de tatuagem, tattoo=tatuagem, tattoos=tatuagem,
    remove a tattoo=remover tatuagem, remove my tattoo=remover tatuagem, lip filler=preenchimento labial,
    lip fillers=preenchimento labial, lip augmentation=preenchimento labial, filler=preenchimento,
    fillers=preenchimento, laser hair removal=depilacao a laser, hair removal=depilacao a laser, hair loss=queda de
    cabelo, facial cleaning=limpeza de pele, skin cleaning=limpeza de pele, facial harmonization=harmonizacao facial,
    wrinkles=rugas, dark circles=olheiras, double chin=papada, stretch marks=estrias, cellulite=celulite, acne=acne,
    spots=manchas, scars=cicatrizes, scar=cicatriz, belly=barriga, fat=gordura localizada, lips=labios, lip=labios,
    forehead=testa, nose=nariz, skin=pele, face=rosto, rejuvenation=rejuvenescimento, peeling=peeling, peel=peeling,
    look better=melhorar a aparencia, look younger=rejuvenescer, improve my appearance=melhorar a aparencia,
    today=hoje, tomorrow=amanha, this week=essa semana, next week=semana que vem, in two weeks=em duas semanas,
    in 2 weeks=em 2 semanas, two weeks=duas semanas, weeks=semanas, week=semana, days=dias, months=meses, month=mes,
    next month=mes que vem, this month=esse mes, next year=ano que vem, in a month=em um mes, in a week=em uma semana,
    a couple of weeks=duas semanas, a few months=alguns meses, weekend=fim de semana, this weekend=esse fim de semana,
    as soon as possible=o quanto antes, asap=o quanto antes, soon=em breve, now=agora, right now=agora,
    no rush=sem pressa, no hurry=sem pressa, not in a hurry=sem pressa, im not in a hurry=sem pressa,
    just looking=so pesquisando, just researching=so pesquisando, just browsing=so pesquisando,
    only researching=so pesquisando, researching=pesquisando, anytime=tanto faz, whenever=tanto faz,
    monday=segunda, tuesday=terca, wednesday=quarta, thursday=quinta, friday=sexta, saturday=sabado, sunday=domingo,
    january=janeiro, february=fevereiro, march=marco, april=abril, may=maio, june=junho, july=julho, august=agosto,
    september=setembro, october=outubro, november=novembro, december=dezembro, first time=primeira vez,
    my first time=minha primeira vez, its my first time=e a minha primeira vez, never done it=nunca fiz,
    ive never done it=nunca fiz, i have never done it=nunca fiz, never done=nunca fiz, ive never done=nunca fiz,
    ive never had=nunca fiz, never had=nunca fiz, never researched=nunca pesquisei, first search=primeira pesquisa,
    ive done it before=ja fiz, i have done it before=ja fiz, done it before=ja fiz, i did it before=ja fiz,
    ive had=ja fiz, ive had it before=ja fiz, i know the prices=sei os precos, ive researched=pesquisei,
    i researched=pesquisei, i have researched=pesquisei, did some research=pesquisei, read about it=li sobre,
    i read about it=li sobre, a little=um pouco, a bit=um pouco, little bit=um pouco, i dont know=nao sei,
    i dont know yet=nao sei ainda, not sure=nao sei, im not sure=nao sei, i dont know anything=nao sei nada,
    i know nothing=nao sei nada, dont know anything=nao sei nada, how much=quanto custa, how much is=quanto custa,
    how much does=quanto custa, how much is it=quanto custa, how much does it cost=quanto custa, price=preco,
    prices=precos, cost=custa, where=onde, where are you=onde ficam, where is=onde fica, address=endereco,
    location=localizacao, located=localizacao, opening hours=horario, hours=horario, open=abrem,
    speak to=falar com, speak with=falar com, talk to=falar com, talk with=falar com, someone=alguem, human=humano,
    a human=um humano, a person=uma pessoa, person=pessoa, real person=pessoa de verdade, agent=atendente,
    not interested=nao tenho interesse, im not interested=nao tenho interesse,
    i am not interested=nao tenho interesse,
    no longer interested=nao tenho interesse, no thanks=nao obrigada, no thank you=nao obrigada, thanks=obrigada,
    thank you=obrigada, please=por favor, yes=sim, yeah=sim, yep=sim, sure=sim, no=nao, nope=nao, not=nao,
    never=nunca,
    not yet=ainda nao, wedding=casamento, my wedding=meu casamento, im getting married=vou casar,
    birthday=aniversario,
    trip=viagem, graduation=formatura, vacation=ferias, because=porque, why=por que, why do you ask=por que pergunta,
    why do you need=por que precisa, are you a robot=voce e um robo, are you a bot=voce e um robo, bot=robo,
    are you human=voce e humano, wrong number=numero errado, actually=na verdade, sorry=desculpa, neighborhood=bairro,
    watched=assisti, i watched=assisti, saw=vi, heard=ouvi, i heard=ouvi, ive heard=ouvi falar, underarms=axilas,
    armpits=axilas, bikini=virilha, bikini line=virilha, on=em, couple of=dois, a couple of=dois,
    couple=dois, within=em, did=fiz, sessions=sessoes, session=sessao, some=alguns,
    full legs=perna inteira, legs=pernas, leg=perna, back=costas, every=a cada, get it every=faco a cada,
    i get it every=faco a cada, i get it=ja faco, twice=duas vezes,
    once=uma vez,
    several times=varias vezes, three times=tres vezes, about=, one=um, two=dois, three=tres, four=quatro, five=cinco,
    six=seis, eight=oito, ten=dez, im staying in=estou em, staying in=estou em, i stay in=estou em, city=cidade,
    near=perto de, you=voce, it=isso, my=meu, is=e, does=, does it hurt=doi, hurt=doi, appointment=horario,
    book=agendar, schedule=agendar, do you do=voces fazem, do you have=voces tem, do you offer=voces fazem,
    stop messaging me=nao me mande mais mensagens, unsubscribe=descadastrar, stop=parar, ive been=sou, years old=anos,
    want to get=quero fazer, i want to get=quero fazer, i want to do=quero fazer, id like to get=gostaria de fazer,
    im only researching=so pesquisando, im just researching=so pesquisando, im just looking=so pesquisando"""
)

FOREIGN_PHRASES = {"es": _SPANISH, "en": _ENGLISH}
"""Per language: its plain phrases, with the Portuguese ones that the rules know."""

LONGEST_FOREIGN_PHRASE = max(len(phrase.split()) for table in FOREIGN_PHRASES.values() for phrase in table)

TIME_WORDS = (
    "semana",
    "amanha",
    "proxima",
    "proximo",
    "segunda",
    "quinta",
    "sabado",
    "domingo",
    "janeiro",
    "fevereiro",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
    "pesquisando",
    "primeira",
    "urgente",
)
"""Words of dates whose misspellings are read."""
NO_TIME_WORDS = words(
    """semanas semanal segundo segundos segundas quinto quintas sabados domingos proximos proximas primeiro primeiros
    primeiras amanhas setembrino pesquisado pesquisar urgentes urgencia quantia quanta pinta pintas quinze janeira
    agosta
    aproxima"""
)
"""Words of their own that only look like one of them."""
