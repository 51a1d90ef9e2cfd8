/** Ajustes: tabs, a form that changes only what was typed, faults at their fields, secrets shown once. */
import { flushPromises } from "@vue/test-utils";
import { expect, test, vi } from "vitest";
import SettingsPage from "@/pages/settings/SettingsPage.vue";
import { answer, mountPage } from "../mounting";

const SETTINGS = "/api/v1/accounts/1/settings";
const STORED = {
  etag: "3.1.1.1",
  document: {
    clinic: { name: "Bella Pele", assistant_name: "Bella", time_zone: "America/Sao_Paulo", address: "", city: "Santos" },
    dialogue: { budget_alert_brl: 500, budget_stop_brl: 1000 },
    gateway: { silent_outside_hours: true },
  },
};

async function open(tab: string) {
  const mounted = await mountPage(SettingsPage, { area: "settings", path: `/?aba=${tab}` });
  await vi.waitFor(() => expect(mounted.wrapper.find("[role=tabpanel][data-state=active]").text()).not.toBe(""));
  await flushPromises();
  return mounted.wrapper;
}

test("a change names the fields of its form alone, on the state that was read", async () => {
  const asked = answer({ [SETTINGS]: STORED, [`PATCH ${SETTINGS}`]: { ...STORED, etag: "4.1.1.1" } });
  const headers: (string | null)[] = [];
  const real = fetch;
  vi.stubGlobal("fetch", (request: Request) => {
    if (request.method === "PATCH") headers.push(request.headers.get("If-Match"));
    return real(request);
  });
  const wrapper = await open("clinic");
  await vi.waitFor(() => expect(wrapper.find("form").exists()).toBe(true));
  await wrapper.findAll("input")[0]!.setValue("Bela Pele");
  expect(wrapper.text()).toContain("Alterações não salvas");
  await wrapper.find("form").trigger("submit");
  await flushPromises();
  const change = asked.find((call) => call.method === "PATCH")!.body as Record<string, object>;
  expect(Object.keys(change)).toEqual(["clinic", "gateway"]);
  expect(change["clinic"]).toMatchObject({ name: "Bela Pele", city: "Santos" });
  expect(change["gateway"]).toEqual({ nudge: { off: false } });
  expect(headers).toEqual(['"3.1.1.1"']);
});

test("faults stand at their fields", async () => {
  const refusal = { status: 400, reason: "INVALID_FIELD", errors: [{ field: "dialogue.budget_stop_brl", detail: "must not be below budget_alert_brl" }] };
  answer({ [SETTINGS]: STORED, [`PATCH ${SETTINGS}`]: () => Response.json(refusal, { status: 400 }), "/api/v1/accounts/1/costs": { lines: [], month_micro_usd: "0", cost_micro_usd: "0", cost_milli_brl: "0", lead_count: "0", stopped: false } });
  const wrapper = await open("budget");
  await vi.waitFor(() => expect(wrapper.find("form").exists()).toBe(true));
  await wrapper.findAll("input")[1]!.setValue("100");
  await wrapper.find("form").trigger("submit");
  await vi.waitFor(() => expect(wrapper.text()).toContain("must not be below budget_alert_brl"));
});

test("the test of the connection says what to mend, what is missing first", async () => {
  answer({
    "/api/v1/accounts/1/chatwoot": {
      connected: true,
      chatwoot_url: "https://chat.clinica.test",
      chatwoot_account_id: "3",
      connected_at: "2026-03-02T12:00:00Z",
      admin_token: { is_set: true, last_four: "wxyz" },
      webhook_secret: { is_set: true, last_four: "" },
      webhook_url: "",
    },
    "/api/v1/accounts/1/connection": {
      healthy: false,
      chatwoot_version: "4.15.1",
      steps: [
        { name: "bot", outcome: "found", advice: "" },
        { name: "team:Vendas", outcome: "missing", advice: "Crie o time Vendas no Chatwoot." },
      ],
    },
  });
  const wrapper = await open("connection");
  await vi.waitFor(() => expect(wrapper.text()).toContain("Definido, termina em wxyz"));
  await wrapper.findAll("button").find((button) => button.text() === "Testar ligação")!.trigger("click");
  await vi.waitFor(() => expect(wrapper.text()).toContain("Falta uma coisa"));
  expect(wrapper.findAll("li").map((item) => item.text())[0]).toContain("Crie o time Vendas no Chatwoot.");
});

test("who is signed in and which programs have access", async () => {
  answer({
    "/api/v1/accounts/1/sessions": [
      { session_id: "00".repeat(8), user_id: 7, user_name: "Helena", role: "administrator", created_at: "2026-03-02T12:00:00Z", seen_at: "2026-03-02T12:00:00Z", ends_at: "2026-03-03T12:00:00Z", is_own: true },
    ],
    "/api/v1/accounts/1/tokens": [],
  });
  const wrapper = await open("access");
  await vi.waitFor(() => expect(wrapper.text()).toContain("Helena"));
  expect(wrapper.text()).toContain("Esta sessão");
  expect(wrapper.text()).toContain("Nenhum token");
});
