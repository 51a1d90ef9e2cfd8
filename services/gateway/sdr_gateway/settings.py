"""The gateway's settings: `SDR_GATEWAY_…`, plus what several services share."""

from __future__ import annotations

from typing import Annotated, Self

from annotated_types import Ge, Gt, Le
from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from sdr_common.settings import AllowedNetworks, ServiceSettings
from sdr_common.transport import TARGET

_TARGET = rf"^{TARGET}$"


class GatewaySettings(ServiceSettings):
    """What the gateway needs; start-up tells every fault at once."""

    model_config = SettingsConfigDict(env_prefix="SDR_GATEWAY_", frozen=True, extra="ignore", populate_by_name=True)

    secret_key: Annotated[SecretStr, Field(validation_alias="SDR_SECRET_KEY")]
    """Fernet keys, comma-separated, the newest first: they seal tokens and webhook secrets at rest."""
    allowed_networks: AllowedNetworks = ""
    """Private networks, comma-separated, in which a Chatwoot may be, such as "10.0.0.0/8"; every other address that we
    are given must be a public one."""
    webhooks_per_minute: Annotated[int, Ge(0), Le(10_000_000)] = 60_000
    """Requests that one address may make at the webhook door in a minute, refused ones counting twentyfold; 0: any
    number."""
    calls_per_minute: Annotated[int, Ge(0), Le(10_000_000)] = 6_000
    """gRPC calls that one address may make of the gateway in a minute; 0: any number."""
    requests_per_minute: Annotated[int, Ge(0), Le(1_000_000)] = 600
    """Requests that one session or token may make of the API in a minute; the answers' RateLimit headers say what is
    left. 0: any number."""
    frame_ancestors: Annotated[str, Field(pattern=r"^(https?://[A-Za-z0-9.:*-]+( https?://[A-Za-z0-9.:*-]+)*)?$")] = ""
    """Origins of the Chatwoots that may show the panel in a tab, space-separated, such as "https://chat.clinica.com.br";
    empty: none."""
    sign_in_deadline_s: Annotated[float, Gt(0), Le(60)] = 2.0
    """What a person waits at most for a sign-in, in seconds, Chatwoot's own part of it included."""
    http_host: str = "127.0.0.1"
    """Address of the webhook door."""
    http_port: Annotated[int, Ge(0), Le(65535)] = 8080
    """Port of the webhook door; 0: any free one."""
    grpc_port: Annotated[int, Ge(0), Le(65535)] = 8081
    """Port of the account service; 0: any free one."""
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")] = "http://127.0.0.1:8080"
    """Where Chatwoot reaches the webhook door; http or https, no query."""
    dialogue_target: Annotated[str, Field(validation_alias="SDR_DIALOGUE_TARGET", pattern=_TARGET)] = "127.0.0.1:50052"
    """host:port of dialogue."""
    scoring_target: Annotated[str, Field(validation_alias="SDR_SCORING_TARGET", pattern=_TARGET)] = "127.0.0.1:50053"
    """host:port of scoring."""
    routing_target: Annotated[str, Field(validation_alias="SDR_ROUTING_TARGET", pattern=_TARGET)] = "127.0.0.1:50054"
    """host:port of routing."""
    coalesce_idle_ms: Annotated[int, Ge(0), Le(30_000)] = 2_000
    """Silence that ends a burst, unless the account sets its own."""
    coalesce_max_ms: Annotated[int, Ge(0), Le(60_000)] = 8_000
    """Longest wait after the first message of a burst, unless the account sets its own."""
    quiet_s: Annotated[float, Ge(0), Le(600)] = 5.0
    """Longest wait of a snapshot for a turn that takes it along."""
    echo_quiet_s: Annotated[float, Ge(0), Le(600)] = 20.0
    """Longest wait of our own line's echo; longer than a snapshot's, because the lead's next message
    mostly comes first and takes it along."""
    lease_s: Annotated[float, Ge(1), Le(600)] = 10.0
    """A dead worker's turns are taken up after this long; a living one prolongs its leases at a third of it."""
    in_flight: Annotated[int, Ge(1), Le(10_000)] = 500
    """Turns at a time per process."""
    patience_s: Annotated[float, Ge(0), Le(600)] = 20.0
    """A stale answer goes out all the same when the first message waits longer than this."""
    poison_attempts: Annotated[int, Ge(1), Le(50)] = 5
    """After so many failures of a turn's own a human takes over."""
    respond_timeout_s: Annotated[float, Ge(0.1), Le(300)] = 60.0
    """Deadline of Dialogue.Respond and Analyze; the language model is in it."""
    call_timeout_s: Annotated[float, Ge(0.1), Le(60)] = 10.0
    """Deadline of every other call."""
    connect_timeout_s: Annotated[float, Ge(1), Le(600)] = 120.0
    """Deadline of Routing.ConnectChatwoot, which makes some forty requests."""
    sweep_interval_s: Annotated[float, Ge(0.1), Le(86_400)] = 60.0
    """Pause between two catch-up sweeps of an account."""
    sweep_grace_s: Annotated[float, Ge(0), Le(600)] = 3.0
    """A sweep leaves messages younger than this to their webhooks; the first one after a start does not."""
    sweep_answer_within_s: Annotated[float, Ge(60), Le(2_592_000)] = 86_400.0
    """A lead's message that a sweep finds older than this is context and gets no answer."""
    sweep_lookback_s: Annotated[float, Ge(1), Le(86_400)] = 120.0
    """How far a sweep looks back beyond the one before it."""
    sweep_conversations: Annotated[int, Ge(1), Le(10_000)] = 500
    """Conversations per sweep and account; the rest waits for the next one."""
    retention_interval_s: Annotated[float, Ge(1), Le(2_592_000)] = 86_400.0
    """Pause between two erasures of an account's old records."""
    pulse_interval_s: Annotated[float, Ge(0.1), Le(600)] = 60.0
    """Pause between two looks at an account's connection, of which alerts are made."""
    forget_settle_s: Annotated[float, Ge(0), Le(86_400)] = 120.0
    """So long after a lead was forgotten, what was on its way then is erased too; longer than any turn takes."""
    session_idle_h: Annotated[float, Gt(0), Le(720)] = 12.0
    """Hours without a request after which somebody is signed out."""
    session_max_h: Annotated[float, Gt(0), Le(8760)] = 168.0
    """Hours after which somebody is signed out whatever was done."""
    trace_url_template: Annotated[
        str, Field(validation_alias="SDR_TRACE_URL_TEMPLATE", pattern=r"^(https?://[^\s{}]+\{trace_id\}[^\s{}]*)?$")
    ] = ""
    """Where people see a trace, {trace_id} in it, such as https://jaeger.clinica.com.br/trace/{trace_id}: timelines
    lead there; empty: they tell the id alone."""
    waha_session_url: Annotated[
        str, Field(validation_alias="SDR_WAHA_SESSION_URL", pattern=r"^(https?://[^\s]+)?$")
    ] = ""
    """WAHA's address of the WhatsApp session for `/status`, such as http://waha:3000/api/sessions/default; empty: it
    is not looked at."""
    waha_api_key: Annotated[SecretStr, Field(validation_alias="SDR_WAHA_API_KEY")] = SecretStr("")
    """Key that WAHA asks for; empty: none."""
    account_ttl_s: Annotated[float, Ge(0), Le(300)] = 3.0
    """A change of an account is seen by every process after this long."""

    @field_validator("secret_key")
    @classmethod
    def _keys_are_fernet(cls, value: SecretStr) -> SecretStr:
        keys = [key.strip() for key in value.get_secret_value().split(",") if key.strip()]
        if not keys:
            raise ValueError("at least one Fernet key is needed")
        for key in keys:
            try:
                Fernet(key)
            except ValueError:
                raise ValueError("every key must be 32 url-safe base64-encoded bytes") from None
        return value

    @model_validator(mode="after")
    def _waits_rise(self) -> Self:
        if self.coalesce_max_ms < self.coalesce_idle_ms:
            raise ValueError("SDR_GATEWAY_COALESCE_MAX_MS must not be below SDR_GATEWAY_COALESCE_IDLE_MS")
        return self
