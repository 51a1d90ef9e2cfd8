"""The contract to the domain and back. Total: what the contract lets through is converted."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from sdr.common.v1 import lead_pb2 as lead
from sdr.dialogue.v1 import dialogue_pb2 as pb
from sdr_common.clock import utc_now
from sdr_common.lead import REQUIRED_FACTS, FactKind, Sentiment
from sdr_common.lead_proto import (
    behaviour_to_wire,
    channel_from_wire,
    channel_to_wire,
    disqualification_to_wire,
    end_reason_to_wire,
    escalation_to_wire,
    fact_kind_to_wire,
    fact_to_wire,
    status_to_wire,
    timestamp_from_wire,
    timestamp_to_wire,
)
from sdr_dialogue.convert_knowledge import citation_to_wire
from sdr_dialogue.domain.conversation import LeadMessage, Recording, Speaker, Usage
from sdr_dialogue.domain.costs import Costs
from sdr_dialogue.domain.hearing_audio import AUDIO
from sdr_dialogue.domain.memory import normal_phone
from sdr_dialogue.domain.mood_trend import MoodTrend
from sdr_dialogue.domain.settings import AccountSettings, FrequentQuestion, Procedure, Tone, WordChoice
from sdr_dialogue.domain.turn import (
    Answer,
    Burst,
    ConversationRef,
    Judgement,
    LeadState,
    Nudge,
    Observation,
    ObservationKind,
    ShownConversation,
    ShownLine,
    TurnRecord,
)
from sdr_dialogue.domain.verdicts import Verdict

_KINDS: dict[int, ObservationKind] = {
    pb.OBSERVATION_KIND_BOT_LINE: ObservationKind.BOT_LINE,
    pb.OBSERVATION_KIND_HUMAN_LINE: ObservationKind.HUMAN_LINE,
    pb.OBSERVATION_KIND_LEAD_LINE: ObservationKind.LEAD_LINE,
    pb.OBSERVATION_KIND_EDITED: ObservationKind.EDITED,
    pb.OBSERVATION_KIND_DELETED: ObservationKind.DELETED,
}
_TRENDS: dict[MoodTrend, pb.SentimentTrend.ValueType] = {
    MoodTrend.STEADY: pb.SENTIMENT_TREND_STEADY,
    MoodTrend.BETTER: pb.SENTIMENT_TREND_BETTER,
    MoodTrend.WORSE: pb.SENTIMENT_TREND_WORSE,
}
_SENTIMENTS: dict[Sentiment, pb.Sentiment.ValueType] = {
    Sentiment.POSITIVE: pb.SENTIMENT_POSITIVE,
    Sentiment.NEUTRAL: pb.SENTIMENT_NEUTRAL,
    Sentiment.NEGATIVE: pb.SENTIMENT_NEGATIVE,
    Sentiment.IRRITATED: pb.SENTIMENT_IRRITATED,
}
_SPEAKERS: dict[Speaker, pb.Speaker.ValueType] = {
    Speaker.LEAD: pb.SPEAKER_LEAD,
    Speaker.BOT: pb.SPEAKER_BOT,
    Speaker.HUMAN: pb.SPEAKER_HUMAN,
}


_TONES = {pb.TONE_WARM: Tone.WARM, pb.TONE_DIRECT: Tone.DIRECT, pb.TONE_FORMAL: Tone.FORMAL}
_TONE_WORDS = {tone: word for word, tone in _TONES.items()}


def _text(text: str) -> str:
    """A text that Postgres takes: NUL is the one character it refuses."""
    return text.replace("\x00", "")


def conversation_from_wire(ref: lead.ConversationRef) -> ConversationRef:
    """Names a conversation."""
    return ConversationRef(
        ref.account_id, ref.conversation_id, ref.contact_id, ref.inbox_id, channel_from_wire(ref.channel)
    )


def conversation_to_wire(ref: ConversationRef) -> lead.ConversationRef:
    """Names a conversation."""
    return lead.ConversationRef(
        account_id=ref.account_id,
        conversation_id=ref.conversation_id,
        contact_id=ref.contact_id,
        inbox_id=ref.inbox_id,
        channel=channel_to_wire(ref.channel),
    )


def burst_from_wire(request: pb.RespondRequest) -> Burst:
    """What is to be answered; messages oldest first, each once."""
    messages = {message.message_id: _message(message) for message in request.messages}
    return Burst(
        conversation=conversation_from_wire(request.conversation),
        turn_id=request.turn_id,
        messages=tuple(messages.values()),
        observations=observations_from_wire(request.observations),
        contact_name=_text(request.contact.name).strip(),
        phone=normal_phone(request.contact.phone) if request.contact.phone else "",
        attributes={key: _text(value) for key, value in request.contact.custom_attributes.items()},
    )


def _message(message: pb.LeadMessage) -> LeadMessage:
    heard = [item.transcribed_text for item in message.attachments if item.transcribed_text.strip()]
    return LeadMessage(
        message_id=message.message_id,
        text=_text("\n".join(part for part in (message.text, *heard) if part.strip())),
        sent_at=timestamp_from_wire(message.sent_at) if message.HasField("sent_at") else utc_now(),
        attachment_types=tuple(
            _text(item.file_type) or "file" for item in message.attachments if not item.transcribed_text.strip()
        ),
        recordings=tuple(
            Recording(position, item.url)
            for position, item in enumerate(message.attachments)
            if item.file_type == AUDIO and item.url and not item.transcribed_text.strip()
        ),
    )


def observations_from_wire(observations: Iterable[pb.Observation]) -> tuple[Observation, ...]:
    """What was seen; kinds of a newer contract are left out."""
    return tuple(
        Observation(
            message_id=item.message_id,
            kind=_KINDS[item.kind],
            text=_text(item.text),
            happened_at=timestamp_from_wire(item.happened_at) if item.HasField("happened_at") else None,
            sdr_key=item.sdr_key,
        )
        for item in observations
        if item.kind in _KINDS
    )


def lead_state_to_wire(state: LeadState) -> lead.LeadState:
    """What is known of a lead; attempts in the facts' published order."""
    return lead.LeadState(
        facts=[fact_to_wire(state.facts[kind]) for kind in FactKind if kind in state.facts],
        known_count=sum(kind in state.facts for kind in REQUIRED_FACTS),
        attempts=[
            lead.Attempt(kind=fact_kind_to_wire(kind), count=state.attempts[kind])
            for kind in FactKind
            if kind in state.attempts
        ],
        status=status_to_wire(state.status),
        started_at=timestamp_to_wire(state.started_at),
    )


def usage_to_wire(usage: Usage) -> pb.Usage:
    """What a call cost."""
    return pb.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_micro_usd=usage.cost_micro_usd,
        cached_tokens=usage.cached_tokens,
    )


def costs_response(costs: Costs, brl_per_usd: float, *, stopped: bool) -> pb.GetCostsResponse:
    """What models cost in a period."""
    return pb.GetCostsResponse(
        lines=[
            pb.CostLine(
                engine=line.engine,
                purpose=line.purpose,
                prompt_version=line.prompt_version,
                call_count=line.call_count,
                lead_count=line.lead_count,
                usage=usage_to_wire(line.usage),
            )
            for line in costs.lines
        ],
        lead_count=costs.lead_count,
        cost_micro_usd=costs.cost_micro_usd,
        cost_milli_brl=round(costs.cost_micro_usd * brl_per_usd / 1000),
        month_micro_usd=costs.month_micro_usd,
        stopped=stopped,
    )


def _sentiment(value: Sentiment | None) -> pb.Sentiment.ValueType:
    return pb.SENTIMENT_UNSPECIFIED if value is None else _SENTIMENTS[value]


def respond_response(answer: Answer) -> pb.RespondResponse:
    """One answer."""
    return pb.RespondResponse(
        reply=answer.reply,
        answer=answer.answer,
        asks=fact_kind_to_wire(answer.asks),
        lead=lead_state_to_wire(answer.lead),
        ended=end_reason_to_wire(answer.ended),
        disqualification=disqualification_to_wire(answer.disqualification),
        escalation=escalation_to_wire(answer.escalation),
        opted_out=answer.opted_out,
        silence=answer.silence,
        sentiment=_sentiment(answer.sentiment),
        sentiment_trend=_TRENDS[answer.sentiment_trend] if answer.sentiment_trend else pb.SENTIMENT_TREND_UNSPECIFIED,
        language=answer.language,
        unanswered_question=answer.unanswered_question,
        engine=answer.engine,
        prompt_version=answer.prompt_version,
        usage=usage_to_wire(answer.usage),
        already_qualified=answer.already_qualified,
        verdicts=map(verdict_to_wire, answer.verdicts),
        new_interest=answer.new_interest,
    )


def nudge_response(nudge: Nudge) -> pb.NudgeResponse:
    """One reminder."""
    return pb.NudgeResponse(
        reply=nudge.reply,
        asks=fact_kind_to_wire(nudge.asks),
        lead=lead_state_to_wire(nudge.state),
        language=nudge.language,
    )


def verdict_to_wire(verdict: Verdict) -> pb.Verdict:
    """One finding of the guards."""
    return pb.Verdict(check=verdict.check.value, action=verdict.action.value, count=verdict.count)


def analyze_response(judgement: Judgement) -> pb.AnalyzeResponse:
    """One judgement."""
    return pb.AnalyzeResponse(
        lead=lead_state_to_wire(judgement.state),
        behaviour=behaviour_to_wire(judgement.behaviour),
        summary=judgement.summary,
        disqualification=disqualification_to_wire(judgement.disqualification),
        engine=judgement.engine,
        usage=usage_to_wire(judgement.usage),
    )


def get_conversation_response(shown: ShownConversation) -> pb.GetConversationResponse:
    """A conversation for people."""
    return pb.GetConversationResponse(
        lines=[_line(line) for line in shown.lines],
        lead=lead_state_to_wire(shown.lead),
        summary=shown.summary,
        behaviour=behaviour_to_wire(shown.behaviour),
        ended=end_reason_to_wire(shown.ended),
    )


def _line(line: ShownLine) -> pb.Line:
    return pb.Line(
        message_id=line.message_id,
        speaker=_SPEAKERS[line.speaker],
        text=line.text,
        said_at=timestamp_to_wire(line.said_at),
        unconfirmed=line.unconfirmed,
    )


def list_turns_response(turns: Iterable[TurnRecord], next_page_token: str) -> pb.ListTurnsResponse:
    """One page of turns."""
    return pb.ListTurnsResponse(turns=[_turn(turn) for turn in turns], next_page_token=next_page_token)


def _turn(turn: TurnRecord) -> pb.TurnRecord:
    answered_at: Timestamp | None = timestamp_to_wire(turn.answered_at)
    return pb.TurnRecord(
        turn_id=turn.turn_id,
        answered_at=answered_at,
        message_ids=turn.message_ids,
        reply=turn.reply,
        asks=fact_kind_to_wire(turn.asks),
        learned=[fact_to_wire(fact) for fact in turn.learned],
        engine=turn.engine,
        prompt_version=turn.prompt_version,
        settings_version=turn.settings_version,
        usage=usage_to_wire(turn.usage),
        sentiment=_sentiment(turn.sentiment),
        verdicts=map(verdict_to_wire, turn.verdicts),
        citations=map(citation_to_wire, turn.citations),
        knowledge_version=turn.knowledge_version,
        prompt_number=turn.prompt_number,
    )


def account_settings_from_wire(clinic: lead.Clinic, settings: pb.DialogueSettings, version: int = 1) -> AccountSettings:
    """An account's settings, with the product's defaults where the contract's zero means them."""
    questions: dict[FactKind, tuple[str, ...]] = {}
    for kind in FactKind:
        wordings = tuple(_text(item.text) for item in settings.questions if item.fact == kind.value)
        if wordings:
            questions[kind] = wordings
    return AccountSettings(
        clinic_name=_text(clinic.name),
        assistant_name=_text(clinic.assistant_name),
        time_zone=clinic.time_zone,
        clinic_address=_text(clinic.address),
        clinic_city=_text(clinic.city),
        procedures=tuple(
            Procedure(item.slug, _text(item.name), tuple(map(_text, item.synonyms))) for item in settings.procedures
        ),
        near=tuple(map(_text, settings.served_area.near)),
        far=tuple(map(_text, settings.served_area.far)),
        questions=questions,
        attempts_per_fact=settings.attempts_per_fact or 3,
        message_limit=settings.message_limit or 20,
        persona=_text(settings.persona),
        emojis_per_reply=settings.emojis_per_reply if settings.HasField("emojis_per_reply") else 2,
        frequent_questions=tuple(
            FrequentQuestion(_text(item.question), _text(item.answer)) for item in settings.frequent_questions
        ),
        forbidden_topics=tuple(map(_text, settings.forbidden_topics)),
        budget_alert_brl=settings.budget_alert_brl if settings.HasField("budget_alert_brl") else 500,
        budget_stop_brl=settings.budget_stop_brl if settings.HasField("budget_stop_brl") else 1000,
        own_name=_text(settings.assistant_name),
        tone=_TONES.get(settings.tone, Tone.WARM),
        guardrails=tuple(map(_text, settings.guardrails)),
        vocabulary=tuple(WordChoice(_text(item.avoid), _text(item.use)) for item in settings.vocabulary),
        version=version,
    )


def account_settings_to_wire(settings: AccountSettings) -> tuple[lead.Clinic, pb.DialogueSettings]:
    """The clinic and the settings; the version travels beside them."""
    clinic = lead.Clinic(
        name=settings.clinic_name,
        assistant_name=settings.assistant_name,
        time_zone=settings.time_zone,
        address=settings.clinic_address,
        city=settings.clinic_city,
    )
    message = pb.DialogueSettings(
        procedures=[
            pb.Procedure(slug=item.slug, name=item.name, synonyms=item.synonyms) for item in settings.procedures
        ],
        served_area=pb.ServedArea(near=settings.near, far=settings.far),
        questions=[
            pb.Question(fact=kind.value, text=text) for kind in FactKind for text in settings.questions.get(kind, ())
        ],
        attempts_per_fact=settings.attempts_per_fact,
        message_limit=settings.message_limit,
        persona=settings.persona,
        emojis_per_reply=settings.emojis_per_reply,
        frequent_questions=[
            pb.FrequentQuestion(question=item.question, answer=item.answer) for item in settings.frequent_questions
        ],
        forbidden_topics=settings.forbidden_topics,
        budget_alert_brl=settings.budget_alert_brl,
        budget_stop_brl=settings.budget_stop_brl,
        assistant_name=settings.own_name,
        tone=_TONE_WORDS[settings.tone],
        guardrails=settings.guardrails,
        vocabulary=[pb.WordChoice(avoid=item.avoid, use=item.use) for item in settings.vocabulary],
    )
    return clinic, message


def get_settings_response(settings: AccountSettings) -> pb.GetSettingsResponse:
    """One version of an account's settings."""
    clinic, message = account_settings_to_wire(settings)
    return pb.GetSettingsResponse(clinic=clinic, settings=message, version=settings.version)
