// The message pane: bubbles, private notes, activities, and the head with the conversation's actions.
import { attachmentElements, day, el, fill, initials, timeElement } from "./dom.js";
import { temperatureChip } from "./inbox_list.js";
import { richText } from "./rich_text.js";
import { STATUS_NAMES } from "./vocabulary.js";

const INCOMING = 0;
const ACTIVITY = 2;
const TEMPLATE = 3;
const TICKS = { sent: ["✓", "Enviada"], delivered: ["✓✓", "Entregue"], read: ["✓✓", "Lida"], failed: ["!", "Falhou"] };

function author(message) {
  if (message.sender?.type === "agent_bot") return `🤖 ${message.sender.name}`;
  if (message.sender?.name) return message.sender.name;
  return message.message_type === TEMPLATE ? "Mensagem automática" : "Celular da clínica";
}

function bubble(message) {
  if (message.message_type === ACTIVITY) {
    return el("li", { class: "activity" }, message.content, " ", timeElement(message.created_at));
  }
  const mine = message.message_type !== INCOMING;
  const kind = message.private ? "note" : mine ? "outgoing" : "incoming";
  const byBot = message.sender?.type === "agent_bot" ? "bot" : "";
  const foot = el("span", { class: "bubble-foot" }, timeElement(message.created_at));
  if (mine && !message.private) {
    const [mark, label] = TICKS[message.status] || TICKS.sent;
    foot.append(
      el("span", { class: `ticks ${message.status}`, "aria-hidden": "true" }, mark),
      el("span", { class: "visually-hidden" }, label),
    );
  }
  return el(
    "li",
    { class: `bubble ${kind} ${byBot}`, dataset: { id: message.id } },
    message.private
      ? el("span", { class: "author" }, `🔒 Nota privada · ${author(message)}`)
      : mine
        ? el("span", { class: "author" }, author(message))
        : null,
    attachmentElements(message),
    message.content ? richText(message.content) : null,
    message.content_attributes?.external_error
      ? el("p", { class: "error-text" }, `Não entregue: ${message.content_attributes.external_error}`)
      : null,
    foot,
  );
}

/** Draw a conversation's messages; stays where the reader is unless at the end. */
export function renderMessages(list, messages, typing, toEnd) {
  const atEnd = toEnd || list.scrollHeight - list.scrollTop - list.clientHeight < 140;
  const rows = [];
  let lastDay = "";
  for (const message of messages) {
    const label = day(message.created_at);
    if (label !== lastDay) rows.push(el("li", { class: "day" }, (lastDay = label)));
    rows.push(bubble(message));
  }
  if (typing) rows.push(el("li", { class: "activity" }, `${typing} está digitando…`));
  fill(list, rows);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

/** Draw the head of the message pane with the actions on status and owner. */
export function renderHead(head, conversation, me, actions) {
  const contact = conversation.meta.sender;
  const { status } = conversation;
  const mine = conversation.meta.assignee_type === "User" && conversation.meta.assignee?.id === me.id;
  const button = (text, action, extra = "") =>
    el("button", { type: "button", class: `button small ${extra}`, onclick: action }, text);
  fill(
    head,
    el("button", { type: "button", class: "icon-button back", "aria-label": "Voltar à lista", onclick: actions.back }, "‹"),
    el("span", { class: "avatar", "aria-hidden": "true" }, initials(contact.name)),
    el(
      "div",
      { class: "head-text" },
      el("h2", {}, contact.name || `Conversa ${conversation.id}`),
      el(
        "p",
        { class: "chips" },
        el("span", { class: `status ${status}` }, STATUS_NAMES[status]),
        temperatureChip(contact),
      ),
    ),
    el(
      "div",
      { class: "head-actions" },
      mine ? null : button("Atribuir a mim", actions.assignToMe),
      status === "pending" ? null : button("Devolver ao bot", () => actions.setStatus("pending")),
      status === "open" ? null : button(status === "resolved" ? "Reabrir" : "Abrir", () => actions.setStatus("open")),
      status === "resolved" ? null : button("Resolver", () => actions.setStatus("resolved"), "primary"),
      button("Detalhes", actions.details, "details-button"),
    ),
  );
}
