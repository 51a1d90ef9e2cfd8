import { flushPromises } from "@vue/test-utils";
import { expect, test } from "vitest";
import { loadArea } from "@/lib/i18n";
import AlertsTab from "@/pages/alerts/AlertsTab.vue";
import { answer, mountPage } from "../mounting";

const SETTINGS = "/api/v1/accounts/1/alert-settings";
const ALERTS = "/api/v1/accounts/1/alerts";
const STORED = {
  version: 3,
  email_ready: true,
  settings: {
    budget: { off: false },
    error_rate: { off: false, percent: 10, at_least: 3 },
    no_leads: { off: false, after: "28800s" },
    connection: { off: true, waha_url: "", waha_session: "default", waha_api_key: "", waha_api_key_set: false },
    hot_lead: { off: false, after: "900s" },
    channels: { email_to: ["ana@clinica.example"], slack_webhook_url: "", slack_webhook_url_set: true },
    language: "pt",
  },
};
const ALERT = {
  alert_id: "5b0e8a3a-0000-4000-8000-000000000003",
  kind: "ALERT_KIND_HOT_LEAD_WAITING",
  subject: "42",
  text: "Um lead quente espera resposta há mais de 15 min (conversa 42, com o time).",
  fired_at: "2026-01-31T12:00:00Z",
  acknowledged_by: "",
  notices: [{ channel: "email", resolved: false, state: "sent", problem: "" }],
};
const FOUND = { [SETTINGS]: STORED, [ALERTS]: { alerts: [ALERT], next_page_token: "" } };

async function mounted() {
  await loadArea("schedules");
  return mountPage(AlertsTab, { area: "alerts" });
}

test("an alert says what it is, how people were told, and can be marked as seen", async () => {
  const asked = answer({ ...FOUND, [`POST ${ALERTS}/${ALERT.alert_id}:acknowledge`]: { alert: ALERT } });
  const { wrapper } = await mounted();
  expect(wrapper.text()).toContain("Um lead quente espera resposta");
  expect(wrapper.text()).toContain("E-mail: avisado");
  await wrapper.findAll("button").find((each) => each.text() === "Marcar como visto")?.trigger("click");
  await flushPromises();
  expect(asked.filter((each) => each.method === "POST")).toHaveLength(1);
});

test("what is changed is saved with the version that was read, and keeps the secrets", async () => {
  const asked = answer({ ...FOUND, [`PUT ${SETTINGS}`]: { settings: STORED.settings, version: 4 } });
  const { wrapper } = await mounted();
  const save = wrapper.findAll("button").find((each) => each.text() === "Salvar");
  expect(save?.attributes("disabled")).toBeDefined();
  const hours = wrapper.findAll("input").find((each) => (each.element as HTMLInputElement).value === "8");
  await hours?.setValue("4,5");
  await wrapper.get("form").trigger("submit");
  await flushPromises();
  expect(asked.find((each) => each.method === "PUT")?.body).toMatchObject({
    expected_version: 3,
    settings: {
      no_leads: { off: false, after: "16200s" },
      connection: { off: true },
      channels: { email_to: ["ana@clinica.example"], slack_webhook_url: "", slack_webhook_url_set: true },
    },
  });
});

test("a test message that does not arrive says why", async () => {
  answer({ ...FOUND, [`POST ${SETTINGS}:test`]: { sent: false, problem: "recipients_refused" } });
  const { wrapper } = await mounted();
  const { useToasts } = await import("@/lib/toasts");
  await wrapper.findAll("button").find((each) => each.text() === "Testar e-mail")?.trigger("click");
  await flushPromises();
  expect(useToasts().toasts.at(-1)?.text).toBe("Os destinatários foram recusados. Confira os e-mails.");
});
