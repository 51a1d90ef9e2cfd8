import { expect, test, vi } from "vitest";
import OverviewPage from "@/pages/overview/OverviewPage.vue";
import { answer, mountPage } from "../mounting";

const BASE = "/api/v1/accounts/1";
const TEMPERATURES = ["HOT", "WARM", "COLD", "VERY_COLD"].map((word, at) => ({ temperature: `TEMPERATURE_${word}`, lead_count: String([18, 21, 9, 0][at]) }));
const OVERVIEW = {
  new_lead_count: "1048",
  qualified_lead_count: "48",
  by_temperature: TEMPERATURES,
  average_first_answer_time: "11.400s",
  top_procedures: [{ procedure: "harmonizacao_facial", lead_count: "7" }],
};
const FIGURES = { new_lead_count: "1048", qualified_lead_count: "48", by_temperature: TEMPERATURES };
const REPORT = {
  figures: { ...FIGURES, first_answer: { average: "11.4s" } },
  previous: { ...FIGURES, new_lead_count: "524", first_answer: { average: "22.8s" } },
  by_hour: [{ key: "9", new_lead_count: "5" }],
  series: [{ date: "2026-01-31", new_lead_count: "5", qualified_lead_count: "2", hot_lead_count: "1" }],
};

function observe(): void {
  vi.stubGlobal("IntersectionObserver", class { observe() {} disconnect() {} });
}

test("figures stand beside those of the period before, and what is better is called so", async () => {
  observe();
  answer({ [`${BASE}/overview`]: OVERVIEW, [`${BASE}/report`]: REPORT, [`${BASE}/leads`]: { leads: [], next_page_token: "" } });
  const { wrapper } = await mountPage(OverviewPage, { area: "overview" });
  const cards = wrapper.findAll("dl").map((card) => card.text().replaceAll("\u00a0", " "));
  expect(cards[0]).toContain("1.048");
  expect(cards[0]).toMatch(/\+100%\s+vs\. ontem/);
  expect(cards[3]).toContain("11 s");
  expect(cards[3]).toContain("-50%");
  expect(wrapper.findAll("dl")[3]?.find(".text-teal-text").exists()).toBe(true);
  expect(wrapper.text()).toContain("Harmonização facial");
  expect(wrapper.text()).toContain("Nenhum lead quente ainda");
});

test("a report that is late leaves the figures standing", async () => {
  observe();
  answer({
    [`${BASE}/overview`]: OVERVIEW,
    [`${BASE}/report`]: () => Response.json({ status: 503 }, { status: 503 }),
    [`${BASE}/leads`]: { leads: [], next_page_token: "" },
  });
  const { wrapper } = await mountPage(OverviewPage, { area: "overview" });
  expect(wrapper.text()).toContain("1.048");
  expect(wrapper.find("[role=alert]").text()).toContain("Uma parte do sistema não responde");
});

test("the period stands in the address", async () => {
  observe();
  const asked = answer({ [`${BASE}/overview`]: OVERVIEW });
  await mountPage(OverviewPage, { area: "overview", path: "/?period=month" });
  expect(asked.find((call) => call.path.endsWith("/overview"))?.query).toEqual({ period: "month" });
});
