// The lead's phone: pick or invent a lead, write in bursts, see "digitando…" and the answers as they come.
import { attachmentElements, day, el, fill, initials, shortTime, timeElement } from "./dom.js";
import * as client from "./lead_client.js";
import { richText } from "./rich_text.js";

const FIRST = ["Mariana", "Beatriz", "Patrícia", "Fernanda", "Luciana", "Renata", "Aline", "Carla", "Gustavo", "Thiago"];
const LAST = ["Souza", "Lima", "Carvalho", "Moreira", "Teixeira", "Barbosa", "Ramos", "Freitas", "Cardoso", "Martins"];
const TICKS = {
  sending: ["🕓", "Enviando"],
  sent: ["✓", "Enviada"],
  delivered: ["✓✓", "Entregue"],
  read: ["✓✓", "Lida"],
  failed: ["!", "Não enviada"],
};
const RANK = ["failed", "sending", "sent", "delivered", "read"];
const byId = (id) => document.getElementById(id);
const ui = {
  stage: document.querySelector(".stage"),
  list: byId("lead-list"),
  chat: byId("chat"),
  empty: byId("empty"),
  composer: byId("composer"),
  text: byId("text"),
  file: byId("file"),
  presence: byId("presence"),
  dialog: byId("lead-dialog"),
};

let leads = client.rememberedLeads();
let active = null;
let messages = []; // {key, id, mine, content, created_at, status, deleted, attachments, file}
let typing = false;
const shownKeys = new Set(); // bubbles already drawn once: they do not move in again
let stopListening = () => {};
let sending = Promise.resolve();
let typingTimer = 0;
let ownTypingUntil = 0;

function fromServer(message) {
  return {
    key: `m${message.id}`,
    id: message.id,
    mine: message.message_type === 0,
    content: message.content,
    created_at: message.created_at,
    status: "delivered",
    deleted: Boolean(message.content_attributes?.deleted),
    attachments: message.attachments,
  };
}

function renderLeads() {
  const items = leads.map((lead) =>
    el(
      "li",
      {},
      el(
        "button",
        {
          class: "lead",
          type: "button",
          "aria-current": lead === active ? "true" : "false",
          onclick: () => open(lead),
        },
        el("span", { class: "avatar", "aria-hidden": "true" }, initials(lead.name)),
        el(
          "span",
          { class: "lead-text" },
          el("span", { class: "lead-name" }, lead.name),
          el("span", { class: "lead-preview" }, lead.preview || lead.phone || "Nenhuma mensagem ainda"),
        ),
        lead.lastAt ? timeElement(lead.lastAt, shortTime(lead.lastAt)) : null,
      ),
    ),
  );
  fill(ui.list, items);
}

function bubble(message) {
  const [mark, label] = TICKS[message.status] || TICKS.sent;
  const foot = el("span", { class: "bubble-foot" }, timeElement(message.created_at));
  if (message.mine) {
    foot.append(
      el("span", { class: `ticks ${message.status}`, "aria-hidden": "true" }, mark),
      el("span", { class: "visually-hidden" }, label),
    );
  }
  const fresh = !shownKeys.has(message.key);
  shownKeys.add(message.key);
  const side = message.mine ? "mine" : "theirs";
  const classes = ["bubble", side, message.deleted ? "deleted" : "", fresh ? "fresh" : ""].join(" ");
  return el(
    "li",
    { class: classes, dataset: { key: message.key } },
    attachmentElements(message),
    message.content ? richText(message.content, message.mine ? "strong" : "em") : message.file ? el("p", {}, message.file.name) : null,
    foot,
    message.status === "failed"
      ? el("button", { class: "resend", type: "button", onclick: () => resend(message) }, "Não enviada. Tentar de novo")
      : null,
  );
}

function renderChat() {
  const atEnd = ui.chat.scrollHeight - ui.chat.scrollTop - ui.chat.clientHeight < 120;
  const rows = [];
  let lastDay = "";
  for (const message of messages) {
    const label = day(message.created_at);
    if (label !== lastDay) rows.push(el("li", { class: "day" }, (lastDay = label)));
    rows.push(bubble(message));
  }
  if (typing) {
    const dots = [el("span"), el("span"), el("span")];
    rows.push(el("li", { class: "bubble theirs typing", "aria-hidden": "true" }, dots));
  }
  fill(ui.chat, rows);
  ui.presence.textContent = typing ? "digitando…" : "online";
  if (atEnd) ui.chat.scrollTop = ui.chat.scrollHeight;
}

function notePreview(lead) {
  const last = messages.at(-1);
  if (last) {
    lead.preview = (last.mine ? "Você: " : "") + (last.content || "Arquivo").replace(/\s+/g, " ").slice(0, 80);
    lead.lastAt = last.created_at;
  }
  client.rememberLeads(leads);
  renderLeads();
}

function upsert(message) {
  const index = messages.findIndex((known) => known.id === message.id);
  if (index >= 0) {
    const known = messages[index];
    const better = RANK.indexOf(known.status) > RANK.indexOf(message.status) ? known.status : message.status;
    messages[index] = { ...message, status: better };
  } else {
    const own = messages.find((known) => known.mine && !known.id && message.mine && known.content === message.content);
    if (own) Object.assign(own, { ...message, key: own.key });
    else messages.push(message);
  }
  messages.sort((a, b) => (a.id ?? Infinity) - (b.id ?? Infinity));
}

function markRead() {
  for (const message of messages) if (message.mine && message.id) message.status = "read";
}

function setTyping(on) {
  typing = on;
  clearTimeout(typingTimer);
  if (on) typingTimer = setTimeout(() => (setTyping(false), renderChat()), 30_000);
}

function onEvent(event) {
  if (event.type === "reset") return forget(active);
  if (event.type === "conversation_typing_on") {
    markRead();
    setTyping(true);
  } else if (event.type === "conversation_typing_off") setTyping(false);
  else if (event.type === "conversation_read") markRead();
  else if (event.type === "conversation_status_changed") {
    if (event.conversation_id === active.conversationId) active.status = event.status;
  } else if (event.message) {
    const message = fromServer(event.message);
    upsert(message);
    if (!message.mine && event.type === "message_created") {
      markRead();
      setTyping(false);
      if (document.visibilityState === "visible") client.sendSeen(active);
    }
    notePreview(active);
  }
  renderChat();
}

async function reload() {
  const lead = active;
  try {
    const loaded = (await client.loadMessages(lead)).map(fromServer);
    if (lead !== active) return;
    const waiting = messages.filter((message) => !message.id);
    const lastAnswer = loaded.findLast((message) => !message.mine)?.id ?? 0;
    for (const message of loaded) if (message.mine && message.id < lastAnswer) message.status = "read";
    messages = [...loaded, ...waiting];
    notePreview(lead);
    renderChat();
  } catch (error) {
    if (error.status === 404) forget(lead);
    else console.warn(error.message);
  }
}

function forget(lead) {
  leads = leads.filter((known) => known !== lead);
  client.rememberLeads(leads);
  if (lead === active) close();
  renderLeads();
}

function close() {
  stopListening();
  active = null;
  messages = [];
  ui.stage.dataset.view = "leads";
  ui.empty.hidden = false;
  ui.composer.hidden = true;
  renderChat();
}

function open(lead) {
  stopListening();
  active = lead;
  messages = [];
  setTyping(false);
  ui.stage.dataset.view = "chat";
  ui.empty.hidden = true;
  ui.composer.hidden = false;
  renderLeads();
  renderChat();
  reload();
  stopListening = client.listen(lead, onEvent, reload);
  ui.text.focus();
}

function resend(message) {
  messages = messages.filter((known) => known !== message);
  queue(message.content, message.file);
}

/** Show at once, send one after the other: a burst keeps its order. */
function queue(text, file) {
  const lead = active;
  const message = {
    key: crypto.randomUUID?.() ?? String(Math.random()),
    mine: true,
    content: text,
    created_at: Date.now() / 1000,
    status: "sending",
    file,
  };
  messages.push(message);
  renderChat();
  ui.chat.scrollTop = ui.chat.scrollHeight;
  sending = sending.then(async () => {
    try {
      const saved = fromServer(await client.sendMessage(lead, text, file));
      if (lead === active) upsert({ ...saved, status: "sent" });
    } catch (error) {
      message.status = "failed";
      console.warn(error.message);
    }
    if (lead === active) {
      notePreview(lead);
      renderChat();
    }
  });
}

function fitText() {
  ui.text.style.height = "auto";
  ui.text.style.height = `${Math.min(ui.text.scrollHeight + 2, 132)}px`;
}

function tellTyping() {
  const now = Date.now();
  if (!active || now < ownTypingUntil) return;
  ownTypingUntil = now + 2500;
  client.sendTyping(active, true);
}

ui.composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = ui.text.value.trim();
  if (!text || !active) return;
  ui.text.value = "";
  fitText();
  ownTypingUntil = 0;
  queue(text, null);
  client.sendTyping(active, false);
  ui.text.focus();
});
ui.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ui.composer.requestSubmit();
  }
});
ui.text.addEventListener("input", () => {
  fitText();
  if (ui.text.value.trim()) tellTyping();
});
ui.file.addEventListener("change", () => {
  const file = ui.file.files[0];
  if (file && active) queue(ui.text.value.trim() || null, file);
  ui.text.value = ui.file.value = "";
});
byId("back").addEventListener("click", () => {
  ui.stage.dataset.view = "leads";
});
document.addEventListener("visibilitychange", () => {
  if (active && document.visibilityState === "visible") client.sendSeen(active);
});

const pick = (list) => list[Math.floor(Math.random() * list.length)];
function askForLead() {
  byId("lead-name").value = `${pick(FIRST)} ${pick(LAST)}`;
  byId("lead-phone").value = `+55119${Math.floor(10_000_000 + Math.random() * 89_999_999)}`;
  byId("lead-error").hidden = true;
  ui.dialog.showModal();
  byId("lead-name").select();
}
byId("new-lead").addEventListener("click", askForLead);
byId("first-lead").addEventListener("click", askForLead);
byId("lead-cancel").addEventListener("click", () => ui.dialog.close());
byId("lead-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = byId("lead-name").value.trim();
  try {
    const lead = await client.createLead(name || "Lead sem nome", byId("lead-phone").value.trim());
    leads.unshift(lead);
    client.rememberLeads(leads);
    ui.dialog.close();
    open(lead);
  } catch (error) {
    byId("lead-error").textContent = `Não deu para criar o lead: ${error.message}`;
    byId("lead-error").hidden = false;
  }
});

byId("clinic-name").textContent = document.body.dataset.clinic;
byId("clinic-avatar").textContent = initials(document.body.dataset.clinic);
renderLeads();
if (leads.length && matchMedia("(min-width: 761px)").matches) open(leads[0]);
