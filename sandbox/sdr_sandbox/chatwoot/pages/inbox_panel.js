// The side panel: temperature and score, what is known of the lead, owner, team, priority, labels.
import { el, fill } from "./dom.js";
import { labelChip, temperatureChip } from "./inbox_list.js";
import { MAX_SCORE, PRIORITIES, QUALIFICATION, STATUS_NAMES, readable, scoreOf, temperatureOf } from "./vocabulary.js";

const HIDDEN = /^(sdr_ia_temperatura|sdr_ia_score|waha_whatsapp_)/;

function scoreBlock(contact) {
  const score = scoreOf(contact);
  const temperature = temperatureOf(contact);
  if (score === null && !temperature) {
    return el("p", { class: "muted" }, "Ainda sem score: o bot está conhecendo o lead.");
  }
  const share = Math.max(0, Math.min(1, (score ?? 0) / MAX_SCORE));
  const bar = el("div", { class: `bar-fill ${temperature}` });
  bar.style.width = `${(share * 100).toFixed(1)}%`;
  return el(
    "div",
    { class: "score" },
    el(
      "div",
      { class: "score-head" },
      el("span", { class: "score-number" }, score === null ? "–" : String(score)),
      el("span", { class: "muted" }, `de ${MAX_SCORE}`),
      temperatureChip(contact),
    ),
    el(
      "div",
      {
        class: "bar",
        role: "meter",
        "aria-label": "Score do lead",
        "aria-valuemin": "0",
        "aria-valuemax": String(MAX_SCORE),
        "aria-valuenow": String(score ?? 0),
      },
      bar,
    ),
  );
}

function rows(pairs) {
  const filled = pairs.filter(([, value]) => value);
  if (!filled.length) return el("p", { class: "muted" }, "Nada por enquanto.");
  return el(
    "dl",
    { class: "facts" },
    filled.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
  );
}

function select(label, options, current, onChange) {
  const box = el("select", { onchange: (event) => onChange(event.target.value) });
  for (const [value, text] of options) {
    box.append(el("option", { value, ...(String(value) === String(current ?? "") ? { selected: true } : {}) }, text));
  }
  return el("label", { class: "field" }, label, box);
}

function labelBlock(conversation, state, actions) {
  const chips = conversation.labels.map((title) =>
    labelChip(title, state.labels, () => actions.setLabels(conversation.labels.filter((known) => known !== title))),
  );
  const input = el("input", { id: "new-label", list: "known-labels", placeholder: "Nova etiqueta", autocomplete: "off" });
  const form = el(
    "form",
    {
      class: "label-form",
      onsubmit: (event) => {
        event.preventDefault();
        const title = input.value.trim().toLowerCase();
        if (title) actions.setLabels([...conversation.labels, title]);
      },
    },
    el("label", { class: "visually-hidden", for: "new-label" }, "Nova etiqueta"),
    input,
    el("datalist", { id: "known-labels" }, [...state.labels.keys()].map((title) => el("option", { value: title }))),
    el("button", { type: "submit", class: "button small" }, "Adicionar"),
  );
  return [el("div", { class: "chips wrap" }, chips.length ? chips : el("span", { class: "muted" }, "Nenhuma")), form];
}

function section(title, ...content) {
  return el("section", {}, el("h3", {}, title), content.flat());
}

/** Draw the panel of a conversation. */
export function renderPanel(side, conversation, state, actions) {
  const contact = conversation.meta.sender;
  const attributes = contact.custom_attributes || {};
  const known = Object.entries(QUALIFICATION).map(([key, name]) => [name, readable(key, attributes[key])]);
  const others = Object.entries({ ...attributes, ...conversation.custom_attributes })
    .filter(([key]) => !(key in QUALIFICATION) && !HIDDEN.test(key))
    .map(([key, value]) => [key, readable(key, value)]);
  const bot = conversation.meta.assignee_type === "AgentBot" ? conversation.meta.assignee : null;
  const people = [["", bot ? `Bot: ${bot.name}` : "Ninguém"], ...state.agents.map((agent) => [agent.id, agent.name])];
  const teams = [["", "Nenhuma"], ...state.teams.map((team) => [team.id, team.name])];
  const priorities = [["", "Sem prioridade"], ...Object.entries(PRIORITIES)];
  fill(
    side,
    el(
      "header",
      { class: "side-head" },
      el("h2", {}, "Detalhes do lead"),
      el("button", { type: "button", class: "icon-button side-close", "aria-label": "Fechar detalhes", onclick: actions.closeDetails }, "×"),
    ),
    section("Score", scoreBlock(contact)),
    section("Qualificação", rows(known)),
    section(
      "Atendimento",
      select("Responsável", people, bot ? "" : conversation.meta.assignee?.id, (value) => actions.assignAgent(Number(value) || null)),
      select("Equipe", teams, conversation.meta.team?.id, (value) => actions.assignTeam(Number(value) || null)),
      select("Prioridade", priorities, conversation.priority, (value) => actions.setPriority(value || null)),
      select("Situação", Object.entries(STATUS_NAMES).filter(([status]) => status !== "snoozed" || conversation.status === status), conversation.status, actions.setStatus),
    ),
    section("Etiquetas", labelBlock(conversation, state, actions)),
    section(
      "Contato",
      rows([
        ["Telefone", contact.phone_number],
        ["E-mail", contact.email],
        ["Conversa", `#${conversation.id}`],
      ]),
    ),
    others.length ? section("Outros atributos", rows(others)) : null,
  );
}
