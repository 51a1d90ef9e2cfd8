/** What an error says to people: what happened, and what to do. */
import { useI18n } from "vue-i18n";
import { ApiError } from "./errors";

/** Reasons that have words of their own under `common.reasons`; all others speak by their status. */
const OWN = new Set([
  "SIGN_IN_REFUSED",
  "TOO_MANY_ATTEMPTS",
  "CHATWOOT_UNAVAILABLE",
  "CHATWOOT_DENIED",
  "NOT_CONNECTED",
  "CONVERSATION_OPTED_OUT",
  "CONVERSATION_NOT_FOUND",
  "LEAD_NOT_FOUND",
  "REQUEST_IN_PROGRESS",
  "WRITE_CONFLICT",
]);

export function useErrorWords(): (error: unknown) => { title: string; advice: string } {
  const { t } = useI18n();
  return (error) => {
    if (!(error instanceof ApiError)) return { title: t("common.errors.internal.title"), advice: t("common.errors.internal.advice") };
    const key = OWN.has(error.reason) ? `common.reasons.${error.reason}` : `common.errors.${error.advice}`;
    const minutes = Math.max(1, Math.ceil(error.retryAfterS / 60));
    return { title: t(`${key}.title`), advice: t(`${key}.advice`, { minutes }) };
  };
}
