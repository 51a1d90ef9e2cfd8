import { flushPromises } from "@vue/test-utils";
import { expect, test } from "vitest";
import LeadPage from "@/pages/lead/LeadPage.vue";
import { answer, mountPage } from "../mounting";

const BASE = "/api/v1/accounts/1";
const JUDGEMENT = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const LEAD = {
  lead: {
    contact_id: "77",
    conversation_id: "42",
    name: "Mariana Costa",
    status: "LEAD_STATUS_PAUSED",
    temperature: "TEMPERATURE_HOT",
    score: 115,
    procedure: "botox",
    known_count: 5,
    channel: "CHANNEL_WHATSAPP",
    outcome: "LEAD_OUTCOME_OPEN",
    team: "Vendas",
    closer_email: "",
    phone: "",
    updated_at: "2026-01-31T12:00:00Z",
  },
  facts: [{ kind: "FACT_KIND_LOCATION", value: "Moema", evidence: "moro em Moema", level: "perto", locked: false }],
  qualifications: [
    {
      qualification_id: JUDGEMENT,
      score: 115,
      temperature: "TEMPERATURE_HOT",
      rubric_version: 3,
      rules: [],
      lines: [{ kind: "FACT_KIND_URGENCY", level: "esta_semana", points: 30, maximum: 30, quote: "pode ser amanhã", note: "" }],
    },
  ],
  feedback: [],
  outcomes: [],
  escalations: [],
  surveys: [],
};
const ANSWERS = {
  [`${BASE}/leads/77`]: LEAD,
  [`${BASE}/conversations/42`]: { lines: [{ speaker: "SPEAKER_LEAD", text: "queria saber do botox" }], summary: "" },
  [`${BASE}/conversations/42/timeline`]: {
    verdict: "O robô está pausado: a equipe respondeu.",
    items: [{ what: "received", text: "Chegou uma mensagem.", turn_id: "3", trace_id: "", message_ids: [] }],
    next_page_token: "",
  },
  [`${BASE}/conversations/42:resume`]: { phase_before: "paused" },
  [`${BASE}/leads/77/outcome`]: { changed: true },
  [`${BASE}/qualifications/${JUDGEMENT}/feedback`]: {},
};
const ROUTE = { area: "lead", route: "/leads/:contact", path: "/leads/77" };

test("every point is explained with the lead's own words", async () => {
  answer(ANSWERS);
  const { wrapper } = await mountPage(LeadPage, ROUTE);
  expect(wrapper.get("h1").text()).toBe("Mariana Costa");
  expect(wrapper.text()).toContain("115 / 130");
  expect(wrapper.text()).toContain("“pode ser amanhã”");
  expect(wrapper.text()).toContain("“moro em Moema”");
  expect(wrapper.text()).toContain("queria saber do botox");
  expect(wrapper.get("a[target=_blank]").attributes("href")).toBe("https://chat.clinica.test/app/accounts/1/conversations/42");
});

test("a paused conversation is given back to the bot, and a sale is told", async () => {
  const asked = answer(ANSWERS);
  const { wrapper } = await mountPage(LeadPage, ROUTE);
  const press = async (name: string) => {
    await wrapper.findAll("button").find((button) => button.text() === name)?.trigger("click");
    await flushPromises();
  };
  await press("Devolver ao robô");
  await press("Ganho");
  await press("Está certa");
  const changes = asked.filter((call) => call.method === "POST").map((call) => [call.path, call.body]);
  expect(changes).toEqual([
    [`${BASE}/conversations/42:resume`, {}],
    [`${BASE}/leads/77/outcome`, { conversation_id: "42", outcome: "LEAD_OUTCOME_WON" }],
    [`${BASE}/qualifications/${JUDGEMENT}/feedback`, { verdict: "JUDGEMENT_VERDICT_RIGHT", reason: "" }],
  ]);
});

test("who asked for silence cannot be given back", async () => {
  answer({ ...ANSWERS, [`${BASE}/leads/77`]: { ...LEAD, lead: { ...LEAD.lead, status: "LEAD_STATUS_OPT_OUT" } } });
  const { wrapper } = await mountPage(LeadPage, ROUTE);
  expect(wrapper.text()).toContain("Pediu silêncio");
  expect(wrapper.text()).not.toContain("Devolver ao robô");
});

test("a frame in Chatwoot shows why the bot is silent, not the conversation that stands beside it", async () => {
  answer(ANSWERS);
  const { wrapper } = await mountPage(LeadPage, { ...ROUTE, path: "/leads/77?embed=1" });
  expect(wrapper.text()).toContain("O robô está pausado: a equipe respondeu.");
  expect(wrapper.findAll("[role=tab]").map((tab) => tab.text())).toEqual(["Por que o robô (não) respondeu", "Entregas"]);
});
