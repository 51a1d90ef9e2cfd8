import { flushPromises } from "@vue/test-utils";
import { expect, test } from "vitest";
import { contactOf } from "@/pages/embed/context";
import EmbedPage from "@/pages/embed/EmbedPage.vue";
import { answer, mountPage } from "../mounting";

const ORIGIN = "https://chat.clinica.test";

function context(data: object): string {
  return JSON.stringify({ event: "appContext", data });
}

test("the lead of the conversation that is open in Chatwoot is shown without our navigation", async () => {
  answer({});
  const { router } = await mountPage(EmbedPage, { area: "embed", path: "/?theme=dark" });
  window.dispatchEvent(new MessageEvent("message", { origin: ORIGIN, data: context({ contact: { id: 77 } }) }));
  await flushPromises();
  expect(router.currentRoute.value.fullPath).toBe("/leads/77?theme=dark&embed=1");
});

test("who is not the account's Chatwoot is not listened to", () => {
  expect(contactOf({ origin: "https://evil.test", data: context({ contact: { id: 77 } }) }, ORIGIN)).toBeNull();
});

test("a contact that is not loaded yet is named by the conversation's sender", () => {
  const data = context({ contact: {}, conversation: { id: 42, meta: { sender: { id: 78 } } } });
  expect(contactOf({ origin: ORIGIN, data }, ORIGIN)).toBe("78");
});

test.each(["not json", JSON.stringify({ event: "other" }), context({}), context({ contact: { id: "7/../8" } }), context({ contact: { id: -1 } }), { event: "appContext" }])(
  "what is no context is no lead: %o",
  (data) => {
    expect(contactOf({ origin: ORIGIN, data }, ORIGIN)).toBeNull();
  },
);

test("outside of a frame it says how it is meant", async () => {
  answer({});
  const { wrapper } = await mountPage(EmbedPage, { area: "embed" });
  expect(wrapper.text()).toContain("Abra uma conversa no Chatwoot");
});
