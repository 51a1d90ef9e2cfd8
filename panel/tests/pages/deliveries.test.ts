/** The page of deliveries: what failed and why, tried again one by one or all together. */
import { flushPromises } from "@vue/test-utils";
import { expect, test } from "vitest";
import DeliveriesPage from "@/pages/deliveries/DeliveriesPage.vue";
import { answer, mountPage } from "../mounting";

const LETTERS = "/api/v1/accounts/1/dead-letters";
const DEAD = {
  delivery_id: "0b2f3c4d-0000-4000-8000-000000000002",
  conversation: { account_id: "1", conversation_id: "31", contact_id: "77" },
  turn_id: "5",
  state: "DELIVERY_STATE_DEAD",
  attempts: 8,
  accepted_at: "2026-03-02T12:00:00Z",
  writes: [
    { position: 0, kind: "attributes", state: "DELIVERY_STATE_DONE", detail: "", message_id: "0", sdr_key: "", refusals: 0 },
    { position: 1, kind: "message", state: "DELIVERY_STATE_DEAD", detail: "o Chatwoot recusou o token (401)", message_id: "0", sdr_key: "", refusals: 0 },
  ],
};

test("a dead letter says what failed and why, and is tried again", async () => {
  const asked = answer({
    [LETTERS]: { deliveries: [DEAD], next_page_token: "" },
    [`/api/v1/accounts/1/deliveries/${DEAD.delivery_id}:retry`]: { delivery: DEAD },
  });
  const { wrapper } = await mountPage(DeliveriesPage, { area: "deliveries" });
  expect(wrapper.text()).toContain("Conversa 31");
  expect(wrapper.text()).toContain("Mensagem ao lead");
  expect(wrapper.text()).toContain("o Chatwoot recusou o token (401)");
  await wrapper.findAll("button").find((button) => button.text() === "Tentar de novo")!.trigger("click");
  await flushPromises();
  expect(asked.filter((call) => call.method === "POST").map((call) => call.path)).toEqual([
    `/api/v1/accounts/1/deliveries/${DEAD.delivery_id}:retry`,
  ]);
});

test("an agent sees what failed and cannot try it again", async () => {
  answer({ [LETTERS]: { deliveries: [DEAD], next_page_token: "" } });
  const { wrapper } = await mountPage(DeliveriesPage, { area: "deliveries", role: "agent" });
  expect(wrapper.findAll("button").map((button) => button.text())).not.toContain("Tentar de novo");
  expect(wrapper.text()).not.toContain("Tentar todas de novo");
});

test("nothing that failed is said in a sentence", async () => {
  answer({ [LETTERS]: { deliveries: [], next_page_token: "" } });
  const { wrapper } = await mountPage(DeliveriesPage, { area: "deliveries" });
  expect(wrapper.text()).toContain("Tudo chegou ao Chatwoot");
});
