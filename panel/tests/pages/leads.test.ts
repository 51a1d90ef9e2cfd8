import { flushPromises } from "@vue/test-utils";
import { expect, test, vi } from "vitest";
import { useToasts } from "@/lib/toasts";
import { cell } from "@/pages/leads/csv";
import LeadsPage from "@/pages/leads/LeadsPage.vue";
import { answer, mountPage } from "../mounting";

const LEADS = "/api/v1/accounts/1/leads";
const LEAD = {
  contact_id: "77",
  conversation_id: "42",
  name: "Mariana Costa",
  status: "LEAD_STATUS_QUALIFIED",
  temperature: "TEMPERATURE_HOT",
  score: 115,
  procedure: "botox",
  known_count: 5,
  channel: "CHANNEL_WHATSAPP",
  team: "Vendas",
  closer_email: "",
  qualification_id: "",
  cost_micro_usd: "0",
  updated_at: "2026-01-31T12:00:00Z",
};

test("a lead shows its name, temperature and score, and leads to its page", async () => {
  answer({ [LEADS]: { leads: [LEAD], next_page_token: "" } });
  const { wrapper } = await mountPage(LeadsPage, { area: "leads" });
  const row = wrapper.get("tbody tr");
  expect(row.text()).toContain("Mariana Costa");
  expect(row.text()).toContain("Quente");
  expect(row.text()).toContain("115");
  expect(row.get("a").attributes("href")).toBe("/leads/77");
});

test("filters stand in the address and are asked of the server", async () => {
  const asked = answer({ [LEADS]: { leads: [], next_page_token: "" } });
  const { wrapper, router } = await mountPage(LeadsPage, { area: "leads", path: "/?q=mari" });
  expect(asked.at(-1)?.query).toEqual({ page_size: "25", search: "mari" });
  await wrapper.findAll("select")[0]?.setValue("HOT");
  await flushPromises();
  expect(router.currentRoute.value.query).toEqual({ q: "mari", temperature: "HOT" });
  expect(asked.at(-1)?.query).toEqual({ page_size: "25", search: "mari", temperature: "TEMPERATURE_HOT" });
});

test("no lead at all and no lead with these filters are told apart", async () => {
  answer({ [LEADS]: { leads: [], next_page_token: "" } });
  expect((await mountPage(LeadsPage, { area: "leads" })).wrapper.text()).toContain("Nenhum lead ainda");
  const filtered = (await mountPage(LeadsPage, { area: "leads", path: "/?temperature=COLD" })).wrapper;
  expect(filtered.text()).toContain("Nenhum lead com esses filtros");
});

test("an outage says what to do and tries again", async () => {
  let down = true;
  const outage = () => Response.json({ status: 503 }, { status: 503 });
  answer({ [LEADS]: () => (down ? outage() : { leads: [LEAD], next_page_token: "" }) });
  const { wrapper } = await mountPage(LeadsPage, { area: "leads" });
  expect(wrapper.get("[role=alert]").text()).toContain("Uma parte do sistema não responde");
  down = false;
  await wrapper.get("[role=alert] button").trigger("click");
  await flushPromises();
  expect(wrapper.text()).toContain("Mariana Costa");
});

test("a deed is done to every chosen lead, and a refusal of one is told", async () => {
  const asked = answer({
    [LEADS]: { leads: [LEAD, { ...LEAD, contact_id: "78", conversation_id: "43" }], next_page_token: "" },
    [`${LEADS}/77/outcome`]: { changed: true },
    [`${LEADS}/78/outcome`]: () => Response.json({ status: 503 }, { status: 503 }),
  });
  const { wrapper } = await mountPage(LeadsPage, { area: "leads" });
  await wrapper.get("thead input").setValue(true);
  expect(wrapper.text()).toContain("2 escolhidos");
  await wrapper.findAll("button").find((button) => button.text() === "Ganhos")?.trigger("click");
  await flushPromises();
  const confirm = [...document.querySelectorAll("[role=dialog] button")].find((button) => button.textContent?.trim() === "Ganhos");
  confirm?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  await vi.waitFor(() => expect(useToasts().toasts.map((toast) => toast.text)).toEqual(["Feito em 1; 1 não aceitaram."]));
  expect(asked.filter((call) => call.method === "POST").map((call) => [call.path, call.body])).toEqual([
    [`${LEADS}/77/outcome`, { conversation_id: "42", outcome: "LEAD_OUTCOME_WON" }],
    [`${LEADS}/78/outcome`, { conversation_id: "43", outcome: "LEAD_OUTCOME_WON" }],
  ]);
});

test("an exported cell is never a formula", () => {
  expect(cell('=HYPERLINK("x")')).toBe(`"'=HYPERLINK(""x"")"`);
  expect(cell("Ana; Maria")).toBe('"Ana; Maria"');
});
