"""What the assistant says in English."""

from __future__ import annotations

from sdr_common.lead import EscalationReason, FactKind
from sdr_dialogue.engine.phrasebook import Comfort, Phrasebook
from sdr_dialogue.engine.topics import Topic

ENGLISH = Phrasebook(
    greeting=("{hello}{name}! I'm {assistant}, the virtual assistant at {clinic} 😊",),
    greeting_again=(
        "{hello}{name}! So good to talk to you again 😊",
        "{hello}{name}, welcome back! I'm {assistant}, the virtual assistant at {clinic} 😊",
    ),
    hello={"": "Hi", "bom dia": "Good morning", "boa tarde": "Good afternoon", "boa noite": "Good evening"},
    me="{assistant}",
    questions={
        FactKind.INTEREST: (
            ("What would you like to have done?", "Which treatment are you looking for?"),
            ("Is there a procedure or an area you would like to treat?", "What would you like to improve?"),
            ("Just a general idea is fine: face, body, skin… what caught your attention?",),
        ),
        FactKind.NAME: (
            ("What's your name?", "What should I call you?"),
            ("And what's your name, so I can address you properly?",),
            ("Could you tell me just your first name, so the team knows who they are talking to?",),
        ),
        FactKind.URGENCY: (
            ("When would you like to have it done?", "When are you thinking of doing it?"),
            ("Would it be this week, later on, or are you just researching for now?",),
            ("Just so I can note it down: this week, this month or no rush?",),
        ),
        FactKind.KNOWLEDGE: (
            (
                "Have you looked into it before, or is this your first time?",
                "Have you had it done or researched it before?",
            ),
            ("Do you already know a bit about the procedure, or are you just starting to look?",),
            ("So the team knows where to start: have you had it, researched it, or is it all new?",),
        ),
        FactKind.LOCATION: (
            ("Which neighborhood or city are you in?", "Where do you live?"),
            ("To see if we're easy to reach: which neighborhood or city are you in?",),
            ("Just the city is fine: where are you writing from?",),
        ),
    },
    questions_without_interest={
        FactKind.URGENCY: ("Do you already have an idea of when you would like to come?",),
        FactKind.KNOWLEDGE: ("Have you had any aesthetic treatment before, or would it be your first time?",),
    },
    call_you=("May I call you {name}?",),
    call_you_instead=("Sure! What would you like me to call you?",),
    got_name=("Nice to meet you, {name}!", "A pleasure, {name}!"),
    got_interest=("Great, I've noted your interest.", "Perfect, noted!"),
    got_urgency=("Noted.", "Got it, I've written that down."),
    haste=("Got it, as soon as possible!",),
    no_hurry=("No rush at all.", "Sure, take your time."),
    urgency_by_level={},
    experienced=("Great, so you already know it well.",),
    got_knowledge=("Great, that helps.",),
    new_to_it=("No problem, the team will explain everything.",),
    near=("Great, you're very close to us!",),
    got_place=("Noted: {place}.",),
    occasion=("What a special moment! ✨",),
    corrected=("No problem, I've corrected that.",),
    no_pressure=("That's fine, no problem.",),
    comfort={
        Comfort.REPEATED: ("Sorry if I repeated a question.",),
        Comfort.WAITED: ("I'm sorry about the wait.",),
        Comfort.AFRAID: (
            "It's perfectly normal to feel that way; nothing is done before all your doubts are cleared.",
        ),
        Comfort.COSTLY: ("I understand, price matters.",),
        Comfort.DISAPPOINTED: ("I'm sorry you went through that.",),
        Comfort.SAD: ("I understand how that feels.",),
        Comfort.ANGRY: ("I'm sorry about that.",),
        Comfort.GLAD: ("So nice to hear!",),
    },
    neutral=("Got it!", "All right!"),
    answers={
        Topic.PRICE: ("The price depends on each case, so the team confirms it at the evaluation.",),
        Topic.BOOKING: ("The team confirms the day and time; I've noted your request.",),
        Topic.SAFETY: (
            "That's an important question and a professional needs to look at it at the evaluation. I've noted it.",
        ),
        Topic.LANGUAGE: ("Yes, of course! Feel free to write in English.",),
        Topic.ADDRESS: ("The team will send you the exact address here.",),
    },
    price_again=(
        "I understand you'd like the price. I don't have it, the team gives it; I can call someone now if you like.",
    ),
    no_answer=("I don't have that information here; I've noted it so the team can answer you.",),
    booking=("Great! The team will confirm the day and time with you.",),
    robot=("I'm {assistant}, the virtual assistant at {clinic}. The team takes over from here afterwards.",),
    why={
        FactKind.INTEREST: "I ask so I can point you to the right professional.",
        FactKind.NAME: "It's just so we know what to call you.",
        FactKind.URGENCY: "I ask so the team can look at the right dates.",
        FactKind.KNOWLEDGE: "I ask so the team knows where to start explaining.",
        FactKind.LOCATION: "I ask to see whether the clinic is easy for you to reach.",
    },
    why_anything="They're just a few quick questions so the team can help you better.",
    instructions=("I can't do that here, but I can help you with the clinic's treatments.",),
    address=("We're at {address}.",),
    offered=("Yes, we do {procedure}!",),
    not_listed=("I couldn't find it on my list; I've noted it so the team can confirm.",),
    treated_with=("Yes, for that we work with {procedure}; the professional confirms what suits you.",),
    advice=("The professional will tell you what suits you best, at the evaluation.",),
    offers=("We work with {procedures}.",),
    image=("I got your photo! I can't evaluate images here, the professional does that at the appointment.",),
    audio=("I couldn't listen to your audio here 😕 Could you type it instead?",),
    place_pin=("I got your location! Could you also write the neighborhood or city?",),
    attachment=("I got the file! It stays here for the team.",),
    human_offer=("If you prefer, I can also call someone from the team.",),
    no_more_questions=("That's fine, no problem!",),
    thanks=("Perfect, that's all I needed!",),
    qualified=("I got your message{name}! The team will continue with you here.",),
    welcome=("You're welcome{name}! Just write here if you need anything.",),
    nudge=(
        "Hi{name}! Just picking our conversation up again, no rush 😊",
        "Hi{name}! I'm still here, just write if you have any questions 😊",
        "Hi{name}, I know days get busy. Whenever you can, just answer me here 💛",
    ),
    small_talk=("All good here!",),
    opted_out="All right, I won't send you any more messages. If you ever want to talk to us, just write. Take care!",
    deletion=(
        "I've registered your data deletion request and passed it on to the team. I won't send you any more messages."
    ),
    escalation={
        EscalationReason.HUMAN_REQUESTED: "Of course! I'm calling someone from the team to continue with you here.",
        EscalationReason.IRRITATION: (
            "I'm sorry about that. I'm handing your conversation over to a person on the team."
        ),
        EscalationReason.EMERGENCY: (
            "This needs attention now. Please go to the nearest emergency room or call 192 (SAMU). I'm "
            "alerting the team."
        ),
        EscalationReason.LEGAL: "I'm sorry about this. I'm passing your message on to someone responsible on the team.",
        EscalationReason.MINOR: (
            "Since you're under age, I need a responsible adult with you. I'll call someone from the team to help."
        ),
    },
    despair=(
        "I'm so sorry you're going through this. Please call CVV at 188 (24 hours) or 192 now. I'm calling "
        "someone from the team."
    ),
)
