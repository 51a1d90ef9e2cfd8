// The list of conversations: status tabs with counts, search, and a line per conversation.
import { el, fill, initials, shortTime, timeElement } from "./dom.js";
import { STATUSES, STATUS_NAMES, TEMPERATURES, scoreOf, temperatureOf } from "./vocabulary.js";

/** A label as a chip with its colour. */
export function labelChip(title, definitions, onRemove) {
  const colour = definitions.get(title)?.color;
  const dot = el("span", { class: "chip-dot", "aria-hidden": "true" });
  if (/^#[0-9a-f]{3,8}$/i.test(colour || "")) dot.style.background = colour;
  const remove =
    onRemove &&
    el("button", { type: "button", class: "chip-remove", "aria-label": `Remover etiqueta ${title}`, onclick: onRemove }, "×");
  return el("span", { class: "chip" }, dot, title, remove || null);
}

/** The temperature as a coloured chip, null if unknown. */
export function temperatureChip(contact) {
  const temperature = temperatureOf(contact);
  if (!temperature) return null;
  const score = scoreOf(contact);
  const text = TEMPERATURES[temperature] + (score === null ? "" : ` · ${score}`);
  return el("span", { class: `temperature ${temperature}` }, text);
}

/** What the last message of a conversation says, and whose it is. */
export function preview(conversation) {
  const last = conversation.last_non_activity_message;
  if (!last) return "Sem mensagens";
  const text = (last.content || "Arquivo").replace(/[*_~`]/g, "").replace(/\s+/g, " ");
  if (last.private) return `🔒 ${text}`;
  if (last.message_type === 0) return text;
  return `${last.sender?.type === "agent_bot" ? "🤖" : "Clínica:"} ${text}`;
}

function matches(conversation, text) {
  if (!text) return true;
  const contact = conversation.meta.sender;
  const fields = [contact.name, contact.phone_number, preview(conversation), ...conversation.labels];
  return fields.some((field) => (field || "").toLowerCase().includes(text));
}

/** Draw tabs and list; `state` holds conversations (Map), status, search, activeId, labels (Map). */
export function renderList(ui, state, actions) {
  const rows = [...state.conversations.values()];
  const found = rows.filter((row) => matches(row, state.search.trim().toLowerCase()));
  const tabs = Object.entries(STATUSES).map(([status, name]) => {
    const count = status === "all" ? found.length : found.filter((row) => row.status === status).length;
    if (status === "snoozed" && !count && state.status !== status) return null;
    const pressed = String(state.status === status);
    return el(
      "button",
      { type: "button", "aria-pressed": pressed, onclick: () => actions.filter(status) },
      `${name} `,
      el("span", { class: "count" }, String(count)),
    );
  });
  fill(ui.tabs, tabs);
  const shown = found.filter((row) => state.status === "all" || row.status === state.status);
  shown.sort((a, b) => b.last_activity_at - a.last_activity_at || b.id - a.id);
  const items = shown.slice(0, 300).map((row) => line(row, state, actions));
  fill(ui.conversations, items.length ? items : el("li", { class: "none" }, "Nenhuma conversa aqui."));
}

function line(row, state, actions) {
  const contact = row.meta.sender;
  const typing = state.typing.has(row.id);
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        class: `conversation ${temperatureOf(contact)}`,
        "aria-current": row.id === state.activeId ? "true" : "false",
        onclick: () => actions.open(row.id),
      },
      el("span", { class: "avatar", "aria-hidden": "true" }, initials(contact.name)),
      el(
        "span",
        { class: "conversation-text" },
        el(
          "span",
          { class: "conversation-head" },
          el("span", { class: "conversation-name" }, contact.name || `Conversa ${row.id}`),
          timeElement(row.last_activity_at, shortTime(row.last_activity_at)),
        ),
        el("span", { class: `conversation-preview ${typing ? "typing" : ""}` }, typing ? "digitando…" : preview(row)),
        el(
          "span",
          { class: "chips" },
          temperatureChip(contact),
          state.status === "all" ? el("span", { class: `status ${row.status}` }, STATUS_NAMES[row.status]) : null,
          row.labels.filter((title) => !title.startsWith("temperatura-")).map((title) => labelChip(title, state.labels)),
        ),
      ),
      row.unread_count && row.id !== state.activeId
        ? el("span", { class: "unread", "aria-label": `${row.unread_count} não lidas` }, String(row.unread_count))
        : null,
    ),
  );
}
