// A lead's side of the public inbox API: contacts, conversations, messages, typing, and the live stream.

const inboxIdentifier = document.body.dataset.inbox;
const base = `/public/api/v1/inboxes/${encodeURIComponent(inboxIdentifier)}/contacts`;
const STORE = "sdr-sandbox.leads";

/** A request that the server refused; `status` is its code. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message || body?.error || `HTTP ${status}`);
    this.status = status;
  }
}

async function call(method, path, body) {
  const form = body instanceof FormData;
  const response = await fetch(base + path, {
    method,
    headers: body && !form ? { "content-type": "application/json" } : {},
    body: form ? body : body && JSON.stringify(body),
  });
  const text = await response.text();
  let parsed = null;
  try {
    parsed = text ? JSON.parse(text) : null;
  } catch {
    parsed = { error: text };
  }
  if (!response.ok) throw new Refused(response.status, parsed);
  return parsed;
}

const of = (lead) => `/${encodeURIComponent(lead.sourceId)}`;
const inConversation = (lead) => `${of(lead)}/conversations/${lead.conversationId}`;

/** The leads that this browser remembers for this inbox. */
export function rememberedLeads() {
  try {
    const all = JSON.parse(localStorage.getItem(STORE) || "[]");
    return all.filter((lead) => lead.inbox === inboxIdentifier);
  } catch {
    return [];
  }
}

/** Remember the leads of this inbox, newest activity first. */
export function rememberLeads(leads) {
  localStorage.setItem(STORE, JSON.stringify(leads.map(({ typing, ...kept }) => kept)));
}

/** Create a contact and give back what has to be remembered of it. */
export async function createLead(name, phone) {
  const contact = await call("POST", "", {
    name,
    ...(phone ? { phone_number: phone } : {}),
    custom_attributes: phone ? { waha_whatsapp_chat_id: `${phone.slice(1)}@c.us` } : {},
  });
  return { inbox: inboxIdentifier, sourceId: contact.source_id, name, phone, conversationId: null, status: null };
}

/** All of a lead's messages over all its conversations, oldest first; remembers the last conversation. */
export async function loadMessages(lead) {
  const conversations = await call("GET", `${of(lead)}/conversations`);
  conversations.sort((a, b) => a.id - b.id);
  const last = conversations.at(-1);
  // A conversation that was opened meanwhile may not be in the list yet.
  lead.conversationId = last?.id ?? lead.conversationId;
  lead.status = last?.status ?? null;
  return conversations.flatMap((conversation) => conversation.messages).sort((a, b) => a.id - b.id);
}

// The last send of each lead, by its address: a burst keeps its order and opens one conversation only.
const lastSend = new Map();

/** Send a text or a file after what was sent before; like a bridge, a resolved conversation is followed by a new one. */
export function sendMessage(lead, text, file) {
  const sent = (lastSend.get(lead.sourceId) ?? Promise.resolve()).then(() => postMessage(lead, text, file));
  lastSend.set(
    lead.sourceId,
    sent.catch(() => undefined),
  );
  return sent;
}

async function postMessage(lead, text, file) {
  if (!lead.conversationId || lead.status === "resolved") {
    const conversation = await call("POST", `${of(lead)}/conversations`, {});
    lead.conversationId = conversation.id;
    lead.status = conversation.status;
  }
  let body = { content: text };
  if (file) {
    body = new FormData();
    if (text) body.append("content", text);
    body.append("attachments[]", file);
  }
  return call("POST", `${inConversation(lead)}/messages`, body);
}

/** Tell the clinic that the lead types or stopped; a lost one does not matter. */
export async function sendTyping(lead, on) {
  if (!lead.conversationId || lead.status === "resolved") return;
  const body = { typing_status: on ? "on" : "off" };
  await call("POST", `${inConversation(lead)}/toggle_typing`, body).catch((error) => console.warn(error.message));
}

/** Tell the clinic that the lead has read everything. */
export async function sendSeen(lead) {
  if (!lead.conversationId) return;
  await call("POST", `${inConversation(lead)}/update_last_seen`, {}).catch((error) => console.warn(error.message));
}

/** Listen to a lead's live events; returns what ends it. The browser reconnects by itself. */
export function listen(lead, onEvent, onOpen) {
  const query = new URLSearchParams({ inbox_identifier: inboxIdentifier, source_id: lead.sourceId });
  const source = new EventSource(`/sandbox/stream?${query}`);
  source.onopen = onOpen;
  source.onmessage = (message) => onEvent(JSON.parse(message.data));
  return () => source.close();
}
