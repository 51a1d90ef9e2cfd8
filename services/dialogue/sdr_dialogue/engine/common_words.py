"""Words that are neither a lead's name nor a place, however they stand alone."""

from __future__ import annotations

from sdr_dialogue.domain.text import words

COMMON_WORDS = words(
    """a o as os um uma uns umas de do da dos das em no na nos nas por pelo pela para com sem sob sobre ate e ou
    mas que
    se como porque quando onde qual quais quem quanto quanta quantos quantas cujo eu tu ele ela nos eles elas voce
    voces me te lhe meu minha meus minhas seu sua seus suas nosso nossa dele dela esse essa isso este esta isto aquele
    aquela aquilo outro outra mesmo mesma todo toda todos todas tudo nada algo alguem ninguem algum alguma nenhum
    nenhuma cada qualquer muito muita pouco pouca mais menos bem mal ja ainda agora hoje amanha ontem sempre nunca
    logo depois antes aqui ai ali la perto longe sim nao ok talvez tambem so apenas ate mesmo alias entao assim tipo
    tanto faz ser sou e era foi sao estou esta estao estava tenho tem tinha ter vou vai vamos ir quero quer queria
    gostaria posso pode poderia podem faco faz fazem fazer fiz fez feito sei sabe saber vi ver viu vendo olhar olha
    olhando dizer disse fala falar falou falando dar deu da moro mora morar vivo trabalho trabalhar preciso precisa
    gosto gostei acho acha achei penso pensei pesquisei pesquisar pesquisando pesquisa procuro procurar procurando
    conheco conhece conhecer chamo chama chamar nome oi ola opa bom boa dia tarde noite tchau obrigada obrigado valeu
    beleza blz certo claro tudo joia legal otimo otima massa show perfeito pronto pronta desculpa desculpe favor por
    gentileza preco precos valor valores custa custo quanto barato caro carissimo desconto promocao parcela parcelar
    cartao pix dinheiro pagar pagamento consulta avaliacao horario horarios agenda agendar marcar marcacao vaga hora
    horas minuto semana semanas mes meses ano anos data dias segunda terca quarta quinta sexta sabado domingo feira
    janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro urgente pressa calma
    rapido cedo breve primeira primeiro vez vezes ultima proximo proxima clinica atendente humano pessoa pessoas robo
    bot doutor doutora dra dr medico medica moca moco mulher homem amiga amigo mae pai filha filho irma irmao marido
    esposa tia prima cliente paciente gente dona senhora senhor querida querido amor linda lindo flor rosto pele corpo
    boca labio labios nariz testa olho olhos cabelo barriga braco perna pescoco bumbum gluteo mao peito procedimento
    procedimentos tratamento tratamentos estetica botox preenchimento harmonizacao laser tatuagem limpeza peeling
    depilacao rugas manchas acne melasma olheiras flacidez celulite estrias gordura papada sobrancelha bioestimulador
    silicone lipo foto fotos audio video mensagem endereco local lugar localizacao cidade bairro estado rua avenida
    numero telefone whatsapp instagram facebook google site internet tiktok anuncio indicacao informacao informacoes
    info duvida duvidas pergunta perguntas resposta responder interesse interessada interessado curiosidade problema
    problemas motivo questao coisa coisas jeito forma verdade mentira certeza ideia vontade medo dor doi doer
    resultado resultados tempo dinheiro conta caso vida casa familia escola depende dependendo prefiro prefere falo
    digo passo informo informar passar deixa deixar esquece esquecer espera esperar aguarda aguardar parar pare sair
    cancelar volto voltar chegar chega sera seria tomara nossa credo meu deus jesus ave puxa poxa caramba uai eita nem
    nunca jamais aham uhum kkk kkkk rs rsrs hahaha haha hehe ne viu hein hum hmm ah eh uh ta to bora dale top sozinha
    sozinho casada casado solteira solteiro velha velho nova novo jovem feia feio bonita bonito feliz triste cansada
    cansado atrasada ocupada ocupado dirigindo trabalhando ansiosa ansioso insegura inseguro decidida decidido
    disponivel grande pequeno melhor pior igual diferente especifico especifica geral vago simples dificil facil
    possivel impossivel raiva absurdo pessoalmente presencial online particular convenio plano unimed remover tirar
    melhorar mudar tratar cuidar aumentar diminuir afinar pretendo pensando decidir decidi resolver resolvi entender
    entendi explica explicar manda mandar mande envia enviar passa liga ligar ligacao responde atende atender recebi
    recebeu quer dizer identificar anonimo anonima privado segredo importa"""
)
