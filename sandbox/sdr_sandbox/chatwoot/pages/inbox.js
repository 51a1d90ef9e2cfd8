// The closer's inbox: signs in, loads everything once, then follows live events.
import { el, fill } from "./dom.js";
import * as api from "./inbox_api.js";
import { renderHead, renderMessages } from "./inbox_chat.js";
import { renderList } from "./inbox_list.js";
import { renderPanel } from "./inbox_panel.js";

const byId = (id) => document.getElementById(id);
const ui = {
  app: byId("app"),
  login: byId("login"),
  tabs: byId("tabs"),
  conversations: byId("conversations"),
  head: byId("chat-head"),
  messages: byId("messages"),
  nothing: byId("nothing"),
  composer: byId("composer"),
  text: byId("text"),
  side: byId("side"),
  live: byId("live"),
};
const state = {
  me: null,
  conversations: new Map(),
  labels: new Map(),
  agents: [],
  teams: [],
  status: "all",
  search: "",
  activeId: null,
  messages: [],
  typing: new Map(), // conversation id -> who types
  note: false,
};
let stream = new AbortController();
let drawn = false;
let scrollToEnd = false;
let panelSignature = "";

const active = () => state.conversations.get(state.activeId);

function toast(text) {
  const element = el("p", { class: "toast" }, text);
  byId("toasts").append(element);
  setTimeout(() => element.remove(), 6000);
}

/** Run an action of the closer; what goes wrong is shown, not swallowed. */
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (error.status === 401 && !state.me) return showLogin();
    toast(`Não deu certo: ${error.message}`);
  }
}

function draw() {
  if (drawn) return;
  drawn = true;
  requestAnimationFrame(() => {
    drawn = false;
    renderList(ui, state, { filter, open });
    const conversation = active();
    ui.nothing.hidden = Boolean(conversation);
    ui.head.hidden = ui.composer.hidden = !conversation;
    if (!conversation) return fill(ui.messages);
    renderHead(ui.head, conversation, state.me, headActions);
    renderMessages(ui.messages, state.messages, state.typing.get(conversation.id), scrollToEnd);
    scrollToEnd = false;
    drawPanel(conversation);
  });
}

/** The panel has inputs: it is drawn again only if what it shows has changed and nobody is using it. */
function drawPanel(conversation) {
  const { meta, labels, status, priority, custom_attributes: attributes, id } = conversation;
  const signature = JSON.stringify([id, meta, labels, status, priority, attributes, state.teams, [...state.labels.keys()]]);
  const writing = ui.side.contains(document.activeElement) && document.activeElement.matches("input, select");
  if (signature === panelSignature || (writing && panelSignature.startsWith(`[${id},`))) return;
  panelSignature = signature;
  renderPanel(ui.side, conversation, state, panelActions);
}

function filter(status) {
  state.status = status;
  draw();
}

async function open(id) {
  state.activeId = id;
  state.messages = [];
  ui.app.dataset.view = "chat";
  scrollToEnd = true;
  draw();
  await attempt(async () => {
    const loaded = await api.messages(id);
    if (state.activeId !== id) return;
    state.messages = loaded;
    scrollToEnd = true;
    draw();
    await markSeen();
  });
}

async function markSeen() {
  const conversation = active();
  if (conversation?.unread_count && document.visibilityState === "visible") await api.seen(conversation.id);
}

const panelActions = {
  assignAgent: (id) => attempt(() => api.assignAgent(state.activeId, id)),
  assignTeam: (id) => attempt(() => api.assignTeam(state.activeId, id)),
  setPriority: (priority) => attempt(() => api.setPriority(state.activeId, priority)),
  setStatus: (status) => attempt(() => api.setStatus(state.activeId, status)),
  setLabels: (titles) =>
    attempt(async () => {
      document.activeElement?.blur();
      await api.setLabels(state.activeId, titles);
    }),
  closeDetails: () => {
    ui.app.dataset.view = "chat";
  },
};
const headActions = {
  back: () => {
    ui.app.dataset.view = "list";
  },
  details: () => {
    ui.app.dataset.view = "side";
  },
  assignToMe: () => panelActions.assignAgent(state.me.id),
  setStatus: panelActions.setStatus,
};

function onEvent(event) {
  if (event.type === "reset") return location.reload();
  if (event.type.startsWith("conversation_typing")) {
    noteTyping(event);
    return draw();
  }
  if (event.conversation) state.conversations.set(event.conversation.id, event.conversation);
  if (event.contact) {
    for (const conversation of state.conversations.values()) {
      if (conversation.meta.sender.id === event.contact.id) conversation.meta.sender = event.contact;
    }
  }
  if (event.message && event.message.conversation_id === state.activeId) {
    const index = state.messages.findIndex((known) => known.id === event.message.id);
    if (index >= 0) state.messages[index] = event.message;
    else state.messages.push(event.message);
    state.messages.sort((a, b) => a.id - b.id);
    if (event.message.message_type === 0) attempt(markSeen);
  }
  if (event.message) state.typing.delete(event.message.conversation_id);
  if (event.conversation?.labels.some((title) => !state.labels.has(title))) attempt(loadLabels);
  draw();
}

function noteTyping(event) {
  const names = { Contact: "O lead", AgentBot: "O bot", User: "Alguém da clínica" };
  const on = event.type === "conversation_typing_on";
  if (!on || event.by === "User") return state.typing.delete(event.conversation_id);
  state.typing.set(event.conversation_id, names[event.by]);
  setTimeout(() => {
    state.typing.delete(event.conversation_id);
    draw();
  }, 12_000);
  return true;
}

async function loadLabels() {
  state.labels = new Map((await api.labels()).map((label) => [label.title, label]));
  for (const conversation of state.conversations.values()) {
    for (const title of conversation.labels) if (!state.labels.has(title)) state.labels.set(title, {});
  }
  draw();
}

async function loadAll() {
  const [rows, agents, teams] = await Promise.all([api.conversations(), api.agents(), api.teams()]);
  state.conversations = new Map(rows.map((row) => [row.id, row]));
  state.agents = agents;
  state.teams = teams;
  await loadLabels();
  if (state.activeId) state.messages = await api.messages(state.activeId);
  draw();
}

function onLive(connected) {
  ui.live.textContent = connected ? "ao vivo" : "reconectando…";
  ui.live.classList.toggle("off", !connected);
  if (connected) attempt(loadAll);
}

function setMode(note) {
  state.note = note;
  byId("mode-reply").setAttribute("aria-pressed", String(!note));
  byId("mode-note").setAttribute("aria-pressed", String(note));
  ui.composer.classList.toggle("note", note);
  ui.text.placeholder = note ? "Só a equipe vê esta nota" : "Escreva para o lead";
  byId("composer-hint").textContent = note ? "O lead não recebe notas." : "Enter envia, Shift+Enter quebra a linha.";
  byId("send").textContent = note ? "Salvar nota" : "Enviar";
}

function showLogin(message) {
  stream.abort();
  api.forgetToken();
  state.me = null;
  ui.app.hidden = true;
  ui.login.hidden = false;
  byId("login-error").hidden = !message;
  byId("login-error").textContent = message || "";
  byId("email").focus();
}

async function start() {
  try {
    state.me = await api.profile();
    const account = await api.account();
    byId("account-name").textContent = account.name;
    byId("me").textContent = state.me.name;
  } catch (error) {
    return showLogin(error.status === 401 ? "O acesso não vale mais. Entre de novo." : error.message);
  }
  ui.login.hidden = true;
  ui.app.hidden = false;
  setMode(false);
  draw();
  stream = new AbortController();
  return api.listen(onEvent, onLive, stream.signal);
}

byId("login-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await api.signIn(byId("email").value, byId("password").value);
    await start();
  } catch (error) {
    const wrong = error.status === 401 ? "E-mail ou senha não conferem." : error.message;
    byId("login-error").textContent = wrong;
    byId("login-error").hidden = false;
  }
});
byId("sign-out").addEventListener("click", () => showLogin());
byId("search").addEventListener("input", (event) => {
  state.search = event.target.value;
  draw();
});
byId("mode-reply").addEventListener("click", () => setMode(false));
byId("mode-note").addEventListener("click", () => setMode(true));
let typedUntil = 0;
ui.text.addEventListener("input", () => {
  if (Date.now() < typedUntil || !state.activeId) return;
  typedUntil = Date.now() + 4000;
  attempt(() => api.typing(state.activeId, "on", state.note));
});
ui.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ui.composer.requestSubmit();
  }
});
ui.composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = ui.text.value.trim();
  if (!text) return;
  attempt(async () => {
    await api.send(state.activeId, text, state.note);
    ui.text.value = "";
    typedUntil = 0;
    scrollToEnd = true;
    await api.typing(state.activeId, "off", state.note);
    setMode(false);
  });
});
document.addEventListener("visibilitychange", () => attempt(markSeen));

api.adoptTokenFromAddress();
if (api.hasToken()) start();
else showLogin();
