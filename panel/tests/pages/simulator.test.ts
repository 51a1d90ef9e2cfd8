import { flushPromises } from "@vue/test-utils";
import { expect, test } from "vitest";
import { ApiError } from "@/lib/errors";
import { bodyOf, NO_SETUP, useConversation } from "@/pages/simulator/conversation";
import type { SimulateBody, Simulated } from "@/pages/simulator/queries";
import SimulatorPage from "@/pages/simulator/SimulatorPage.vue";
import { answer, mountPage } from "../mounting";

const ACCOUNT = "/api/v1/accounts/1";
const FACT = {
  kind: "FACT_KIND_INTEREST",
  value: "Botox",
  level: "especifico",
  evidence: "queria saber do botox",
  source_message_id: "1",
  confidence: 0.9,
  source: "FACT_SOURCE_LEAD",
  locked: false,
  canonical: "botox",
};

function step(reply: string, replay: string, ended = "END_REASON_UNSPECIFIED") {
  return {
    answer: {
      reply,
      ended,
      escalation: "ESCALATION_REASON_UNSPECIFIED",
      asks: "FACT_KIND_NAME",
      engine: "scripted",
      verdicts: [],
      usage: { input_tokens: "120", output_tokens: "30", cost_micro_usd: "210", cached_tokens: "0" },
      lead: { facts: [FACT], known_count: 1, attempts: [], status: "LEAD_STATUS_IN_PROGRESS" },
    },
    prompt: [],
    passages: [],
    elapsed_ms: "12",
    replay,
  };
}
function played(...replies: string[]): Simulated {
  return { steps: replies.map((reply) => step(reply, `replay of ${reply}`)) } as unknown as Simulated;
}

test("what was answered is replayed, so that no engine is paid for it twice", async () => {
  const bodies: SimulateBody[] = [];
  const talk = useConversation(
    (body) => {
      bodies.push(body);
      return Promise.resolve(bodies.length === 1 ? played("a") : played("a", "b"));
    },
    () => Promise.resolve(undefined),
  );
  await talk.send("oi\n\nquero botox");
  await talk.send("semana que vem");
  expect(bodies[1]?.bursts).toEqual([
    { messages: ["oi", "quero botox"], replay: "replay of a" },
    { messages: ["semana que vem"], replay: "" },
  ]);
  expect(talk.turns.value.map((turn) => turn.step?.answer?.reply)).toEqual(["a", "b"]);
});

test("a burst that failed blocks the next one until it is sent again", async () => {
  let away = true;
  const talk = useConversation(
    () => (away ? Promise.reject(new ApiError("unavailable", 503)) : Promise.resolve(played("a"))),
    () => Promise.resolve(undefined),
  );
  await talk.send("oi");
  await talk.send("mais uma");
  expect(talk.turns.value.map((turn) => turn.state)).toEqual(["failed"]);
  away = false;
  await talk.resend();
  expect(talk.turns.value.map((turn) => turn.state)).toEqual(["answered"]);
});

test("an answer to a conversation that was left is dropped", async () => {
  let arrive: (found: Simulated) => void = () => undefined;
  const talk = useConversation(
    () => new Promise((resolve) => (arrive = resolve)),
    () => Promise.resolve(undefined),
  );
  const sent = talk.send("oi");
  talk.restart();
  arrive(played("tarde"));
  await sent;
  expect(talk.turns.value).toEqual([]);
});

test("version, engine, name and hour travel with every call", () => {
  const at = "2026-03-02T09:30";
  const body = bodyOf([], { contactName: " Ana ", engine: "scripted", promptNumber: 3, at });
  expect(body).toEqual({
    bursts: [],
    contact_name: "Ana",
    engine: "scripted",
    prompt_number: 3,
    simulated_at: new Date(at).toISOString(),
  });
  expect(bodyOf([], NO_SETUP)).not.toHaveProperty("simulated_at");
});

test("an answer shows its score, its facts with the lead's words, and what it took", async () => {
  answer({
    [`${ACCOUNT}/prompts`]: { versions: [], next_page_token: "", active_number: 1 },
    [`POST ${ACCOUNT}/simulations`]: played("Qual é o seu nome?"),
    [`POST ${ACCOUNT}/scores:try`]: {
      qualification: {
        score: 50,
        temperature: "TEMPERATURE_WARM",
        rules: [],
        lines: [{ kind: "FACT_KIND_INTEREST", level: "especifico", points: 50, maximum: 50, quote: "", note: "" }],
      },
    },
  });
  const { wrapper } = await mountPage(SimulatorPage, { area: "simulator" });
  await wrapper.get("textarea").setValue("queria saber do botox");
  await wrapper.get("section form").trigger("submit");
  await flushPromises();
  const trace = wrapper.get("aside").text();
  expect(wrapper.get("[role=log]").text()).toContain("Qual é o seu nome?");
  for (const said of ["50 / 130", "Morno", "específico", "“queria saber do botox”", "Motor de roteiro", "150"]) {
    expect(trace).toContain(said);
  }
});

test("an outage is told in the chat, with a way to send again", async () => {
  answer({ [`POST ${ACCOUNT}/simulations`]: Response.json({ status: 503 }, { status: 503 }) });
  const { wrapper } = await mountPage(SimulatorPage, { area: "simulator", role: "agent" });
  await wrapper.get("textarea").setValue("oi");
  await wrapper.get("section form").trigger("submit");
  await flushPromises();
  expect(wrapper.get("[role=alert]").text()).toContain("Uma parte do sistema não responde");
  expect(wrapper.get("[role=alert] button").text()).toContain("Enviar de novo");
});
