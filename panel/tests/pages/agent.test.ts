/** Agente: words that nobody's publication can take away, drafts, preview, the week, and leaving with unsaved words. */
import { flushPromises } from "@vue/test-utils";
import { expect, test, vi } from "vitest";
import AgentPage from "@/pages/agent/AgentPage.vue";
import { answer, type Answers, type Asked, mountPage } from "../mounting";

const PROMPTS = "/api/v1/accounts/1/prompts";
const RUBRICS = "/api/v1/accounts/1/rubrics";
const CONTENT = { assistant_name: "Bella", persona: "Acolhedora.", tone: "TONE_WARM", emojis_per_reply: 2, guardrails: [], forbidden_topics: [], questions: [], vocabulary: [] };
const RUBRIC = {
  facts: [
    { fact: "interesse", levels: [{ level: "especifico", points: 50 }, { level: "nenhum", points: 0 }] },
    { fact: "urgencia", levels: [{ level: "esta_semana", points: 80 }, { level: "pesquisando", points: 0 }] },
  ],
  thresholds: { hot: 90, warm: 50, cold: 20 },
};
function version(number: number, active: boolean) {
  return { number, note: "", based_on: 0, origin: "draft", created_by: "7", created_at: "2026-03-02T12:00:00Z", active, activated_at: active ? "2026-03-02T12:00:00Z" : undefined, activated_by: "" };
}
function published(number: number): Answers {
  return {
    [`GET ${PROMPTS}`]: { versions: [version(number, true)], next_page_token: "", active_number: number },
    [`${PROMPTS}/0`]: { version: version(number, true), content: CONTENT },
  };
}
async function open(path = "/") {
  const mounted = await mountPage(AgentPage, { area: "agent", path });
  // Tabs come as parts of their own, and the first import of a run is a slow one.
  await vi.waitFor(() => expect(mounted.wrapper.find("form").exists()).toBe(true), { timeout: 10_000 });
  return mounted;
}
function button(wrapper: Awaited<ReturnType<typeof open>>["wrapper"], name: string) {
  return wrapper.findAll("button").find((each) => each.text().startsWith(name))!;
}
function posts(asked: Asked[]): string[] {
  return asked.filter((call) => call.method === "POST").map((call) => call.path);
}

test("publishing keeps the words as a version first, then publishes it on the state that was seen", async () => {
  const asked = answer({
    ...published(3),
    [`POST ${PROMPTS}`]: { version: version(4, false) },
    [`POST ${PROMPTS}/4:activate`]: { version: version(4, true), settings_version: 9 },
  });
  const { wrapper } = await open();
  await wrapper.find("textarea").setValue("Direta e gentil.");
  expect(wrapper.text()).toContain("Alterações não salvas");
  await button(wrapper, "Publicar").trigger("click");
  await vi.waitFor(() => expect(posts(asked)).toEqual([PROMPTS, `${PROMPTS}/4:activate`]));
  const [created, activated] = asked.filter((call) => call.method === "POST").map((call) => call.body as Record<string, unknown>);
  expect(created).toMatchObject({ based_on: 3, content: { persona: "Direta e gentil." } });
  expect(activated).toEqual({ expected_active: 3 });
});

test("somebody else's publication takes no words: they are kept as a version, and may still be published", async () => {
  let active = 3;
  const conflict = { status: 409, reason: "VERSION_CONFLICT", detail: "another version is published" };
  const asked = answer({
    [`GET ${PROMPTS}`]: () => ({ versions: [version(active, true)], next_page_token: "", active_number: active }),
    [`${PROMPTS}/0`]: () => ({ version: version(active, true), content: CONTENT }),
    [`${PROMPTS}/5`]: { version: version(5, false), content: { ...CONTENT, persona: "Minhas palavras." } },
    [`POST ${PROMPTS}`]: { version: version(5, false) },
    [`POST ${PROMPTS}/5:activate`]: (call: Asked) => {
      if ((call.body as { expected_active: number }).expected_active === 4) return { version: version(5, true) };
      active = 4;
      return Response.json(conflict, { status: 409 });
    },
  });
  const { wrapper, router } = await open();
  await wrapper.find("textarea").setValue("Minhas palavras.");
  await button(wrapper, "Publicar").trigger("click");
  await vi.waitFor(() => expect(wrapper.text()).toContain("Outra pessoa publicou a versão 4"));
  expect(wrapper.text()).toContain("guardado como versão 5");
  expect(wrapper.find("textarea").element.value).toBe("Minhas palavras.");
  expect(router.currentRoute.value.query["versao"]).toBe("5");
  await button(wrapper, "Publicar a minha").trigger("click");
  await vi.waitFor(() => expect(posts(asked)).toEqual([PROMPTS, `${PROMPTS}/5:activate`, `${PROMPTS}/5:activate`]));
  await vi.waitFor(() => expect(wrapper.text()).not.toContain("Outra pessoa publicou"));
});

test("a placeholder is told at its field, and cannot be sent", async () => {
  answer(published(3));
  const { wrapper } = await open();
  await wrapper.find("textarea").setValue("Diga {nome} sempre.");
  expect(wrapper.find("textarea").attributes("aria-invalid")).toBe("true");
  expect(wrapper.text()).toContain("{nome} não é preenchido aqui");
  expect(button(wrapper, "Publicar").attributes("disabled")).toBeDefined();
});

test("leaving with unsaved words asks first; staying keeps them", async () => {
  answer(published(3));
  const { wrapper, router } = await open();
  await wrapper.find("textarea").setValue("Outra.");
  const leaving = router.push("/?aba=hours");
  await vi.waitFor(() => expect(document.body.textContent).toContain("Sair sem salvar?"));
  [...document.body.querySelectorAll<HTMLButtonElement>("[role=dialog] button")].find((each) => each.textContent === "Cancelar")!.click();
  await leaving;
  await flushPromises();
  expect(router.currentRoute.value.query["aba"]).toBeUndefined();
  expect(wrapper.find("textarea").element.value).toBe("Outra.");
  wrapper.unmount();
});

test("a rubric is tried on past leads: how many change, from what to what, and which", async () => {
  const asked = answer({
    [`GET ${RUBRICS}`]: { versions: [version(1, true)], next_page_token: "", active_number: 1 },
    [`${RUBRICS}/0`]: { version: version(1, true), rubric: RUBRIC },
    [`POST ${RUBRICS}:preview`]: {
      lead_count: 40,
      changed_count: 6,
      moves: [{ before: "TEMPERATURE_HOT", after: "TEMPERATURE_WARM", count: 6 }, { before: "TEMPERATURE_HOT", after: "TEMPERATURE_HOT", count: 34 }],
      examples: [{ conversation_id: "77", contact_id: "12", score_before: 95, score_after: 88, before: "TEMPERATURE_HOT", after: "TEMPERATURE_WARM" }],
      mean_before: 61.25,
      mean_after: 58,
    },
  });
  const { wrapper } = await open("/?aba=criteria");
  await vi.waitFor(() => expect(wrapper.text()).toContain("130 de 130 pontos"));
  const hot = wrapper.findAll("input").find((input) => input.element.value === "90")!;
  await hot.setValue("96");
  expect(wrapper.text()).toContain("Publicado: 90");
  await button(wrapper, "Ver o efeito").trigger("click");
  await vi.waitFor(() => expect(wrapper.text()).toContain("de 40 leads mudariam de temperatura"));
  expect(asked.find((call) => call.path.endsWith(":preview"))!.body).toMatchObject({ rubric: { thresholds: { hot: 96, warm: 50, cold: 20 } } });
  expect(wrapper.text()).toContain("61,3 antes, 58 depois");
  expect(wrapper.find("a[href='/leads/12']").text()).toContain("95 → 88");
  await hot.setValue("97");
  expect(wrapper.text()).toContain("Os critérios mudaram depois desta prévia");
});

test("a week that somebody else changed meanwhile is put together with mine, and saved again by me", async () => {
  const SETTINGS = "/api/v1/accounts/1/settings";
  const week = (closes: string) => [{ weekday: "mon", opens: "09:00", closes }];
  const document = (closes: string, silent: boolean) => ({ clinic: { time_zone: "America/Sao_Paulo" }, gateway: { hours: week(closes), silent_outside_hours: silent } });
  let stored = { etag: "1", document: document("18:00", false) };
  const asked = answer({
    [`GET ${SETTINGS}`]: () => stored,
    [`PATCH ${SETTINGS}`]: () => {
      if (stored.etag === "2") return { etag: "3", document: document("19:00", true) };
      stored = { etag: "2", document: document("18:00", true) };
      return Response.json({ status: 409, reason: "SETTINGS_CHANGED" }, { status: 409 });
    },
  });
  const { wrapper } = await open("/?aba=hours");
  await wrapper.findAll("input[type=time]")[1]!.setValue("19:00");
  await wrapper.find("form").trigger("submit");
  await vi.waitFor(() => expect(wrapper.text()).toContain("Juntamos as duas versões"));
  expect((wrapper.findAll("input[type=time]")[1]!.element as HTMLInputElement).value).toBe("19:00");
  await wrapper.find("form").trigger("submit");
  await vi.waitFor(() => expect(asked.filter((call) => call.method === "PATCH")).toHaveLength(2));
  expect(asked.findLast((call) => call.method === "PATCH")!.body).toMatchObject({ gateway: { hours: week("19:00"), silent_outside_hours: true } });
});
