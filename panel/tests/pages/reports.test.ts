import { flushPromises } from "@vue/test-utils";
import { expect, test } from "vitest";
import { change, share } from "@/pages/reports/compare";
import ReportsPage from "@/pages/reports/ReportsPage.vue";
import { answer, mountPage } from "../mounting";

const REPORT = "/api/v1/accounts/1/report";
const INSIGHTS = "/api/v1/accounts/1/insights";
const SAID = {
  line_count: 12,
  cut: false,
  keywords: [{ word: "botox", conversation_count: 4, examples: [] }],
  objections: [
    { kind: "price", conversation_count: 3, examples: [{ conversation_id: "42", text: "achei caro", said_at: "2026-03-02T12:00:00Z" }] },
  ],
  unanswered: [{ question: "Aceita convênio?", asked_count: 2, conversation_ids: ["42"] }],
  suggestions: [
    { target: "prompt", reason: "objection", about: "price", conversation_count: 3, conversation_ids: ["42"] },
    { target: "knowledge", reason: "unanswered", about: "Aceita convênio?", conversation_count: 2, conversation_ids: ["42"] },
  ],
};
const TIMES = { count: "12", average: "20s", p50: "11s", p90: "60s", p95: "75.500s" };
const FIGURES = {
  new_lead_count: "40",
  answered_lead_count: "38",
  judged_lead_count: "30",
  completed_lead_count: "28",
  warm_lead_count: "20",
  abandoned_lead_count: "4",
  in_progress_lead_count: "8",
  won_lead_count: "5",
  lost_lead_count: "2",
  success_ratio: 0.7,
  first_answer: TIMES,
  qualified_lead_count: "30",
  by_temperature: [],
  average_score: 71.25,
  qualification: TIMES,
  escalated_lead_count: "1",
  sold_lead_count: "6",
  missed_lead_count: "1",
  cost_micro_usd: "900000",
  cost_per_new_lead_micro_usd: "22500",
  cost_per_qualified_lead_micro_usd: "30000",
  satisfaction: { answer_count: "4", count_by_rating: ["0", "0", "1", "1", "2"], average: 4.25, net_promoter: 25 },
  agreement: { right_count: "9", too_high_count: "1", too_low_count: "2" },
};
const row = (key: string, came: string, won = "0") => ({
  key,
  new_lead_count: came,
  judged_lead_count: came,
  hot_lead_count: "0",
  warm_lead_count: came,
  won_lead_count: won,
  lost_lead_count: "0",
  average_score: 80,
});
const GIVEN = {
  from: "2026-03-01T03:00:00Z",
  until: "2026-04-01T03:00:00Z",
  previous_from: "2026-02-01T03:00:00Z",
  previous_until: "2026-03-01T03:00:00Z",
  time_zone: "America/Sao_Paulo",
  step: "day",
  figures: FIGURES,
  previous: { ...FIGURES, new_lead_count: "32", first_answer: { ...TIMES, p50: "22s" } },
  by_temperature: [row("quente", "10", "4"), row("morno", "10", "1"), row("frio", "10"), row("muito_frio", "0"), row("", "10")],
  by_channel: [row("whatsapp", "30", "5"), row("instagram", "10")],
  by_inbox: [row("4", "40", "5")],
  by_procedure: [row("botox", "25", "5"), row("", "15")],
  by_closer: [row("", "40", "5")],
  by_hour: Array.from({ length: 24 }, (_, hour) => row(String(hour), hour === 9 ? "40" : "0")),
  abandoned_at: [{ fact: "urgencia", lead_count: "3" }, { fact: "", lead_count: "1" }],
  series: [
    {
      date: "2026-03-01",
      new_lead_count: "40",
      qualified_lead_count: "30",
      hot_lead_count: "10",
      warm_lead_count: "10",
      cold_lead_count: "10",
      very_cold_lead_count: "0",
      average_score: 71.25,
      sold_lead_count: "6",
      missed_lead_count: "1",
      cost_micro_usd: "900000",
    },
  ],
};

test("figures stand beside those of the period before", async () => {
  answer({ [REPORT]: GIVEN, [INSIGHTS]: SAID });
  const { wrapper } = await mountPage(ReportsPage, { area: "reports" });
  const text = wrapper.text();
  expect(text).toContain("01/03/2026 a 31/03/2026, comparado com 01/02/2026 a 28/02/2026");
  expect(text).toMatch(/Leads novos40\s*▲\s*subiu\s*25%\s*antes: 32/);
  expect(text).toMatch(/Primeira resposta \(metade até\)11 s\s*▼\s*caiu\s*50%\s*antes: 22 s/);
});

test("sales, times, where leads gave up and satisfaction are told in words", async () => {
  answer({ [REPORT]: GIVEN, [INSIGHTS]: SAID });
  const text = (await mountPage(ReportsPage, { area: "reports" })).wrapper.text();
  expect(text).toContain("4 respostas.");
  expect(text).toContain("Amostra pequena");
  expect(text).toMatch(/Urgência3 75%/);
  expect(text).toContain("Antes da primeira pergunta");
  expect(text).toMatch(/Quente10\s*4\s*0\s*40%/);
});

test("a free period is asked for by its days and stands in the address", async () => {
  const asked = answer({ [REPORT]: GIVEN, [INSIGHTS]: SAID });
  const { wrapper, router } = await mountPage(ReportsPage, { area: "reports", path: "/?period=free&days=2026-03-01..2026-03-09" });
  expect(asked.find((call) => call.path === REPORT)?.query).toEqual({ first_day: "2026-03-01", last_day: "2026-03-09" });
  await wrapper.findAll("input[type=date]")[1]?.setValue("2026-02-01");
  await flushPromises();
  expect(router.currentRoute.value.query).toEqual({ period: "free", days: "2026-03-01..2026-02-01" });
  expect(wrapper.text()).toContain("Vem antes do primeiro dia");
  expect(asked.filter((call) => call.path === REPORT)).toHaveLength(1);
});

test("the leads that are counted can be taken away as files", async () => {
  answer({ [REPORT]: GIVEN, [INSIGHTS]: SAID });
  const { wrapper } = await mountPage(ReportsPage, { area: "reports" });
  const links = wrapper.findAll("a[download]").map((link) => link.attributes("href") ?? "").filter((href) => href.includes("leads:export"));
  expect(links).toEqual([
    "/api/v1/accounts/1/leads:export?format=csv&language=pt-BR&from=2026-03-01T03%3A00%3A00Z&until=2026-04-01T03%3A00%3A00Z",
    "/api/v1/accounts/1/leads:export?format=xlsx&language=pt-BR&from=2026-03-01T03%3A00%3A00Z&until=2026-04-01T03%3A00%3A00Z",
  ]);
});

test("what leads say leads to their conversations and to what can be changed", async () => {
  answer({ [REPORT]: GIVEN, [INSIGHTS]: SAID });
  const { wrapper } = await mountPage(ReportsPage, { area: "reports" });
  await flushPromises();
  const section = wrapper.get("[aria-labelledby=reports-insights]");
  expect(section.text()).toContain("Preparar o atendimento para preço");
  expect(section.text()).toContain("Responder na base de conhecimento: “Aceita convênio?”");
  expect(section.text()).toContain("“achei caro”");
  expect(section.findAll("a").map((link) => link.attributes("href"))).toContain("/leads/42");
});

test("an outage says what to do and tries again", async () => {
  let down = true;
  answer({ [REPORT]: () => (down ? Response.json({ status: 503 }, { status: 503 }) : GIVEN), [INSIGHTS]: SAID });
  const { wrapper } = await mountPage(ReportsPage, { area: "reports" });
  expect(wrapper.get("[role=alert]").text()).toContain("Uma parte do sistema não responde");
  down = false;
  await wrapper.get("[role=alert] button").trigger("click");
  await flushPromises();
  expect(wrapper.text()).toContain("Leads novos");
});

test("what was nothing before has no share, and what is equal says so", () => {
  expect(change(3, 0)).toEqual({ ratio: null, direction: "up" });
  expect(change(3, 3)).toEqual({ ratio: 0, direction: "same" });
  expect(change(null, 3)).toBeNull();
  expect(change(1, 4)).toEqual({ ratio: 0.75, direction: "down" });
  expect(share(1, 0)).toBeNull();
});
