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

test("what is typed right after taking back stays, however late the server answers", async () => {
  let slow = false;
  let release = () => {};
  answer({ [SETTINGS]: () => (slow ? new Promise<Response>((done) => (release = () => done(Response.json({ ...STORED, etag: "3.2.1.1" })))) : Response.json(STORED)) });
  const wrapper = await open("clinic");
  await vi.waitFor(() => expect(wrapper.find("form").exists()).toBe(true));
  const name = () => wrapper.findAll("input")[0]!;
  await name().setValue("Bela Pele");
  slow = true;
  await wrapper.findAll("button").find((button) => button.text() === "Descartar")!.trigger("click");
  expect(name().element.value).toBe("Bella Pele");
  await name().setValue("Outra Pele");
  release();
  await flushPromises();
  expect(name().element.value).toBe("Outra Pele");
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

const KEYS = "/api/v1/accounts/1/model-keys";
const OPENAI = { provider: "openai", is_set: true, last_four: "abcd", base_url: "", model: "", analysis_model: "", installed: true, default_model: "gpt-5-mini", default_analysis_model: "gpt-5" };

test("a model's key is tried before it is kept, and what is to be mended is said", async () => {
  const asked = answer({
    [`GET ${KEYS}`]: { keys: [{ ...OPENAI, is_set: false, last_four: "" }] },
    [`POST ${KEYS}/openai:try`]: { outcome: "KEY_TRIAL_NO_CREDIT", model: "gpt-5-mini", status: 429, elapsed_ms: "120" },
    [`PUT ${KEYS}/openai`]: { key: OPENAI },
  });
  const wrapper = await open("models");
  await vi.waitFor(() => expect(wrapper.text()).toContain("Chave da instalação"));
  await wrapper.find("input[type=password]").setValue("sk-0123456789abcd");
  await wrapper.findAll("button").find((button) => button.text() === "Testar chave")!.trigger("click");
  await vi.waitFor(() => expect(wrapper.text()).toContain("sem crédito"));
  await wrapper.find("form").trigger("submit");
  await flushPromises();
  expect(asked.find((call) => call.method === "PUT")!.body).toEqual({ api_key: "sk-0123456789abcd", base_url: "", model: "", analysis_model: "" });
  expect(wrapper.find<HTMLInputElement>("input[type=password]").element.value).toBe("");
});

test("a kept key goes to no other address: it is asked for again", async () => {
  answer({ [`GET ${KEYS}`]: { keys: [OPENAI] } });
  const wrapper = await open("models");
  await vi.waitFor(() => expect(wrapper.text()).toContain("termina em abcd"));
  await wrapper.find("input[type=url]").setValue("https://llm.clinica.test/v1");
  expect(wrapper.text()).toContain("digite a chave de novo");
});

test("inboxes of the Chatwoot that is connected are chosen by name", async () => {
  const asked = answer({
    "/api/v1/accounts/1/chatwoot": { connected: true, chatwoot_url: "https://chat.clinica.test", chatwoot_account_id: "3", admin_token: { is_set: true, last_four: "wxyz" } },
    "/api/v1/accounts/1/chatwoot-choices": { teams: [], agents: [], inboxes: [{ inbox_id: "5", name: "WhatsApp da clínica", channel_type: "Channel::Api" }, { inbox_id: "6", name: "Site", channel_type: "Channel::WebWidget" }] },
    "POST /api/v1/accounts/1:connect": { steps: [], webhook_url: "" },
  });
  const wrapper = await open("connection");
  await vi.waitFor(() => expect(wrapper.text()).toContain("WhatsApp da clínica"));
  await wrapper.find("input[type=checkbox]").setValue(true);
  await wrapper.find("input[type=password]").setValue("token-0123456789");
  await wrapper.find("form").trigger("submit");
  await vi.waitFor(() => expect(asked.find((call) => call.path.endsWith(":connect"))!.body).toMatchObject({ inbox_ids: ["5"] }));
});
