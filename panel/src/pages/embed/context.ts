/** What Chatwoot tells a Dashboard App: a JSON text, by postMessage, to whoever is in the frame. Ids are all we take. */

/** The exact text that makes Chatwoot tell its context again. */
export const ASK = "chatwoot-dashboard-app:fetch-info";

/**
 * The contact's id in a message; null where the message is no context of the Chatwoot that we know. It only chooses what is
 * asked for: what may be seen is decided by the session, on the server.
 */
export function contactOf(message: { origin: string; data: unknown }, chatwootOrigin: string): string | null {
  if (message.origin !== chatwootOrigin || typeof message.data !== "string") return null;
  let told: unknown;
  try {
    told = JSON.parse(message.data);
  } catch {
    return null;
  }
  if (!isRecord(told) || told.event !== "appContext" || !isRecord(told.data)) return null;
  const { contact, conversation } = told.data;
  // The contact may not be loaded yet; the conversation then names its sender.
  const meta = isRecord(conversation) && isRecord(conversation.meta) ? conversation.meta : {};
  const id = (isRecord(contact) && contact.id) || (isRecord(meta.sender) && meta.sender.id);
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? String(id) : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
