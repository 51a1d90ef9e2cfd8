"""What the assistant says in Spanish."""

from __future__ import annotations

from sdr_common.lead import EscalationReason, FactKind
from sdr_dialogue.engine.phrasebook import Comfort, Phrasebook
from sdr_dialogue.engine.topics import Topic

SPANISH = Phrasebook(
    greeting=("¡{hello}{name}! Soy {assistant}, asistente virtual de {clinic} 😊",),
    greeting_again=(
        "¡{hello}{name}! Qué gusto hablar contigo de nuevo 😊",
        "¡{hello}{name}, qué bueno tenerte de vuelta! Soy {assistant}, asistente virtual de {clinic} 😊",
    ),
    hello={"": "Hola", "bom dia": "Buenos días", "boa tarde": "Buenas tardes", "boa noite": "Buenas noches"},
    me="{assistant}",
    questions={
        FactKind.INTEREST: (
            ("¿Qué te gustaría hacerte?", "¿Qué tratamiento estás buscando?"),
            ("¿Hay algún procedimiento o zona que quieras tratar?", "¿Qué es lo que más te gustaría mejorar?"),
            ("Puede ser solo una idea general: rostro, cuerpo, piel… ¿qué te interesó?",),
        ),
        FactKind.NAME: (
            ("¿Cómo te llamas?", "¿Con quién hablo?"),
            ("¿Y cuál es tu nombre, para llamarte bien?",),
            ("¿Me dices solo tu primer nombre? Así el equipo sabe con quién habla.",),
        ),
        FactKind.URGENCY: (
            ("¿Para cuándo te gustaría hacerlo?", "¿Cuándo piensas hacerlo?"),
            ("¿Sería para esta semana, más adelante, o solo estás averiguando?",),
            ("Solo para anotarlo: ¿esta semana, este mes o sin prisa?",),
        ),
        FactKind.KNOWLEDGE: (
            ("¿Ya investigaste sobre esto o es la primera vez?", "¿Ya te lo hiciste o investigaste algo antes?"),
            ("¿Ya conoces un poco el procedimiento o recién empiezas a averiguar?",),
            ("Para saber por dónde empezar: ¿ya te lo hiciste, ya investigaste o es todo nuevo?",),
        ),
        FactKind.LOCATION: (
            ("¿De qué barrio o ciudad eres?", "¿En qué barrio o ciudad vives?"),
            ("Para ver si te queda cerca: ¿en qué barrio o ciudad estás?",),
            ("Puede ser solo la ciudad: ¿de dónde nos escribes?",),
        ),
    },
    questions_without_interest={
        FactKind.URGENCY: ("¿Ya tienes una idea de cuándo te gustaría venir?",),
        FactKind.KNOWLEDGE: ("¿Ya te hiciste algún tratamiento estético o sería la primera vez?",),
    },
    call_you=("¿Te puedo llamar {name}?",),
    call_you_instead=("¡Claro! ¿Cómo prefieres que te llame?",),
    got_name=("¡Mucho gusto, {name}!", "¡Un placer, {name}!"),
    got_interest=("Perfecto, anoté tu interés.", "¡Muy bien, anotado!"),
    got_urgency=("Anotado.", "Muy bien, lo dejo registrado."),
    haste=("Entendido, ¡cuanto antes!",),
    no_hurry=("Sin problema, sin prisa.", "Claro, puedes averiguar con calma."),
    urgency_by_level={},
    experienced=("¡Qué bien, entonces ya lo conoces!",),
    got_knowledge=("Muy bien, eso ayuda.",),
    new_to_it=("No te preocupes, el equipo te explica todo.",),
    near=("¡Qué bueno, estás muy cerca!",),
    got_place=("Anotado: {place}.",),
    occasion=("¡Qué momento tan especial! ✨",),
    corrected=("Sin problema, ya lo corregí.",),
    no_pressure=("Está bien, sin problema.",),
    comfort={
        Comfort.REPEATED: ("Perdón si repetí alguna pregunta.",),
        Comfort.WAITED: ("Perdón por la espera.",),
        Comfort.AFRAID: ("Es muy normal sentir eso; no se hace nada sin aclarar antes todas tus dudas.",),
        Comfort.COSTLY: ("Entiendo, el precio cuenta.",),
        Comfort.DISAPPOINTED: ("Lamento que hayas pasado por eso.",),
        Comfort.SAD: ("Entiendo cómo te sientes.",),
        Comfort.ANGRY: ("Te pido disculpas.",),
        Comfort.GLAD: ("¡Qué bueno leer eso!",),
    },
    neutral=("¡Muy bien!", "¡Entendido!"),
    answers={
        Topic.PRICE: ("El precio depende de cada caso, por eso lo confirma el equipo en la evaluación.",),
        Topic.BOOKING: ("El día y la hora los confirma el equipo; ya dejé anotado tu pedido.",),
        Topic.SAFETY: ("Es una duda importante y debe verla un profesional en la evaluación. Ya la dejé anotada.",),
        Topic.LANGUAGE: ("¡Sí, claro! Puedes escribirme en español.",),
        Topic.ADDRESS: ("La dirección exacta te la envía el equipo por aquí.",),
    },
    price_again=(
        "Entiendo que quieras el precio. Yo no lo tengo, lo da el equipo; si quieres, llamo a alguien ahora.",
    ),
    no_answer=("No tengo esa información aquí; la dejé anotada para que el equipo te responda.",),
    booking=("¡Qué bueno! El equipo confirma el día y la hora contigo.",),
    robot=("Soy {assistant}, asistente virtual de {clinic}. Después el equipo sigue contigo.",),
    why={
        FactKind.INTEREST: "Pregunto para dirigirte al profesional correcto.",
        FactKind.NAME: "Es solo para saber cómo llamarte.",
        FactKind.URGENCY: "Pregunto para que el equipo vea los horarios adecuados.",
        FactKind.KNOWLEDGE: "Pregunto para que el equipo sepa por dónde empezar a explicarte.",
        FactKind.LOCATION: "Pregunto para ver si la clínica te queda accesible.",
    },
    why_anything="Son solo unas preguntas rápidas para que el equipo te atienda mejor.",
    instructions=("Eso no puedo hacerlo por aquí, pero te ayudo con los tratamientos de la clínica.",),
    address=("Estamos en {address}.",),
    offered=("¡Sí, lo hacemos: {procedure}!",),
    not_listed=("No lo encontré en mi lista, lo dejo anotado para que el equipo te confirme.",),
    treated_with=("¡Sí! Para eso trabajamos con {procedure}; el profesional confirma lo mejor para ti.",),
    advice=("Lo mejor para tu caso lo indica el profesional, en la evaluación.",),
    offers=("Trabajamos con {procedures}.",),
    image=("¡Recibí tu foto! Por aquí no puedo evaluar imágenes, eso lo hace el profesional en la consulta.",),
    audio=("No pude escuchar tu audio por aquí 😕 ¿Me lo puedes escribir?",),
    place_pin=("¡Recibí tu ubicación! ¿Me escribes también el barrio o la ciudad?",),
    attachment=("¡Recibí el archivo! Queda aquí para el equipo.",),
    human_offer=("Si prefieres, también puedo llamar a alguien del equipo.",),
    no_more_questions=("¡Está bien, sin problema!",),
    thanks=("¡Perfecto, eso era todo lo que necesitaba!",),
    qualified=("¡Recibí tu mensaje{name}! El equipo sigue contigo por aquí.",),
    welcome=("¡De nada{name}! Cualquier cosa, escríbenos por aquí.",),
    nudge=(
        "¡Hola{name}! Paso para seguir con nuestra conversación, sin apuro 😊",
        "¡Hola{name}! Sigo por aquí, y cualquier duda me la puedes escribir 😊",
        "Hola{name}, sé que el día va corriendo. Cuando puedas, respóndeme por aquí 💛",
    ),
    small_talk=("¡Todo bien por aquí!",),
    opted_out="Está bien, no te enviaré más mensajes. Si algún día quieres hablar con nosotros, escríbenos. ¡Cuídate!",
    deletion="Registré tu pedido de eliminación de datos y lo pasé al equipo responsable. No te enviaré más mensajes.",
    escalation={
        EscalationReason.HUMAN_REQUESTED: "¡Claro! Ya estoy llamando a alguien del equipo para que siga contigo.",
        EscalationReason.IRRITATION: "Te pido disculpas. Ya paso tu conversación a una persona del equipo.",
        EscalationReason.EMERGENCY: (
            "Esto necesita atención ahora. Ve a urgencias o llama al 192 (SAMU). Ya aviso al equipo."
        ),
        EscalationReason.LEGAL: "Lamento la situación. Ya paso tu mensaje a una persona responsable del equipo.",
        EscalationReason.MINOR: (
            "Como eres menor de edad, necesito que te acompañe un adulto responsable. Voy a llamar al equipo."
        ),
    },
    despair=(
        "Lamento mucho que estés pasando por esto. Llama ahora al CVV, 188 (24 horas), o al 192. Ya llamo a "
        "alguien del equipo."
    ),
)
