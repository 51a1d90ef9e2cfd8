import { flushPromises } from "@vue/test-utils";
import { afterEach, expect, test } from "vitest";
import SchedulesPage from "@/pages/schedules/SchedulesPage.vue";
import { spreadsheetId } from "@/pages/schedules/form";
import { answer, mountPage } from "../mounting";

const SCHEDULES = "/api/v1/accounts/1/report-schedules";
const SENDINGS = "/api/v1/accounts/1/report-sendings";
const WEEKLY = {
  schedule_id: "5b0e8a3a-0000-4000-8000-000000000001",
  plan: {
    name: "Resumo da semana",
    cadence: "CADENCE_WEEKLY",
    weekday: 1,
    month_day: 1,
    local_time: "08:00",
    format: "REPORT_FORMAT_PDF",
    language: "pt",
    paused: false,
    target: { slack: { webhook_url: "", webhook_url_set: true } },
  },
  next_at: "2026-02-02T11:00:00Z",
};
const FAILED = {
  sending_id: "5b0e8a3a-0000-4000-8000-000000000002",
  schedule_id: WEEKLY.schedule_id,
  name: "Resumo da semana",
  channel: "slack",
  slot_at: "2026-01-26T11:00:00Z",
  from: "2026-01-19T03:00:00Z",
  until: "2026-01-26T03:00:00Z",
  state: "SENDING_STATE_FAILED",
  attempt_count: 6,
  problem: "http_404",
  by_hand: false,
};
const FOUND = {
  [SCHEDULES]: { schedules: [WEEKLY], email_ready: true, time_zone: "America/Sao_Paulo" },
  [SENDINGS]: { sendings: [FAILED], next_page_token: "" },
};

afterEach(() => {
  document.body.innerHTML = "";
});

function inDialog(text: string): HTMLElement {
  const found = [...document.body.querySelectorAll<HTMLElement>("[role=dialog] button")].find((each) => each.textContent?.includes(text));
  if (!found) throw new Error(`there is no button ${text}`);
  return found;
}

test("a schedule says when and where to, and the history what went wrong", async () => {
  answer(FOUND);
  const { wrapper } = await mountPage(SchedulesPage, { area: "schedules" });
  expect(wrapper.get("li h3").text()).toBe("Resumo da semana");
  expect(wrapper.text()).toContain("Toda semana, segunda-feira, às 08:00");
  expect(wrapper.text()).toContain("A resposta foi o erro 404.");
  expect(wrapper.get("a[download]").attributes("href")).toBe("/api/v1/accounts/1/report:render?period=week&language=pt");
});

test("a failed sending is taken up again", async () => {
  const asked = answer({ ...FOUND, [`POST ${SENDINGS}/${FAILED.sending_id}:retry`]: { sending: FAILED } });
  const { wrapper } = await mountPage(SchedulesPage, { area: "schedules" });
  await wrapper.findAll("button").find((each) => each.text() === "Tentar de novo")?.trigger("click");
  await flushPromises();
  expect(asked.map((each) => each.method)).toContain("POST");
});

test("pausing sends the whole plan, without a secret that would replace the kept one", async () => {
  const asked = answer({ ...FOUND, [`PUT ${SCHEDULES}/${WEEKLY.schedule_id}`]: { schedule: WEEKLY } });
  const { wrapper } = await mountPage(SchedulesPage, { area: "schedules" });
  await wrapper.get("[role=switch]").trigger("click");
  await flushPromises();
  const put = asked.find((each) => each.method === "PUT");
  expect(put?.body).toMatchObject({ plan: { paused: true, weekday: 1, target: { slack: { webhook_url: "" } } } });
});

test("a new schedule by e-mail is made from the form, and a refused field says so", async () => {
  const refusal = { status: 400, errors: [{ field: "plan.target.email.to[0]", detail: "must be a valid email" }] };
  let answers = 0;
  const asked = answer({ ...FOUND, [`POST ${SCHEDULES}`]: () => (answers++ === 0 ? Response.json(refusal, { status: 400 }) : { schedule: WEEKLY }) });
  const { wrapper } = await mountPage(SchedulesPage, { area: "schedules" });
  await wrapper.findAll("button").find((each) => each.text() === "Novo envio")?.trigger("click");
  await flushPromises();
  const form = document.body.querySelector<HTMLFormElement>("#schedule-form");
  if (!form) throw new Error("the form is not open");
  const type = (selector: string, value: string) => {
    const field = form.querySelector<HTMLInputElement>(selector);
    if (!field) throw new Error(`there is no ${selector}`);
    field.value = value;
    field.dispatchEvent(new Event("input"));
  };
  type("input[maxlength='100']", "Todo dia");
  type("textarea", "ana@clinica, bia@clinica.example");
  form.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  expect(document.body.textContent).toContain("Escreva de 1 a 20 e-mails válidos.");
  form.dispatchEvent(new Event("submit", { cancelable: true }));
  await flushPromises();
  expect(asked.filter((each) => each.method === "POST").at(-1)?.body).toMatchObject({
    plan: { name: "Todo dia", cadence: "CADENCE_WEEKLY", target: { email: { to: ["ana@clinica", "bia@clinica.example"] } } },
  });
  expect(document.body.querySelector("#schedule-form")).toBeNull();
});

test("a schedule is removed only after a question", async () => {
  const asked = answer({ ...FOUND, [`DELETE ${SCHEDULES}/${WEEKLY.schedule_id}`]: { cancelled_count: 0 } });
  const { wrapper } = await mountPage(SchedulesPage, { area: "schedules" });
  await wrapper.findAll("button").find((each) => each.text() === "Excluir")?.trigger("click");
  await flushPromises();
  expect(asked.some((each) => each.method === "DELETE")).toBe(false);
  inDialog("Excluir").click();
  await flushPromises();
  expect(asked.some((each) => each.method === "DELETE")).toBe(true);
});

test("nothing yet says what a schedule is good for", async () => {
  answer({ [SCHEDULES]: { schedules: [], email_ready: true, time_zone: "" }, [SENDINGS]: { sendings: [], next_page_token: "" } });
  const { wrapper } = await mountPage(SchedulesPage, { area: "schedules" });
  expect(wrapper.text()).toContain("Nenhum envio automático");
  expect(wrapper.text()).toContain("Nada foi enviado ainda.");
});

test("a spreadsheet is known by its address or its id", () => {
  expect(spreadsheetId("https://docs.google.com/spreadsheets/d/1aBc_D-e/edit#gid=0")).toBe("1aBc_D-e");
  expect(spreadsheetId(" 1aBcDeFg ")).toBe("1aBcDeFg");
});
