import { flushPromises } from "@vue/test-utils";
import { expect, test } from "vitest";
import KnowledgePage from "@/pages/knowledge/KnowledgePage.vue";
import { base64Of, FILE_LIMIT, refusal, useUploads } from "@/pages/knowledge/uploads";
import { answer, mountPage } from "../mounting";

const KNOWLEDGE = "/api/v1/accounts/1/knowledge";
const DOCUMENT = {
  document_id: "5",
  kind: "DOCUMENT_KIND_PDF",
  origin: "DOCUMENT_ORIGIN_UPLOAD",
  title: "Tabela de preços",
  source: "precos.pdf",
  character_count: 1200,
  passage_count: 4,
  version: "9",
  embedded: false,
  changed_at: "2026-01-31T12:00:00Z",
};
const NONE = { questions: [], next_page_token: "" };

test("files of another kind and files that are too large are refused before they travel", () => {
  expect(refusal({ name: "precos.xlsx", size: 10 })).toBe("wrongKind");
  expect(refusal({ name: "Preços.PDF", size: FILE_LIMIT + 1 })).toBe("tooLarge");
  expect(refusal({ name: "Preços.PDF", size: FILE_LIMIT })).toBeUndefined();
});

test("a file travels as base64, however long it is", async () => {
  const bytes = new Uint8Array(100_000).map((_, place) => place % 251);
  const text = await base64Of(new Blob([bytes]));
  expect(Uint8Array.from(atob(text), (each) => each.charCodeAt(0))).toEqual(bytes);
});

test("uploads go one after another; one that fails holds up no other and can be tried again", async () => {
  const seen: string[] = [];
  let away = true;
  const { uploads, add, retry } = useUploads((body) => {
    seen.push(body.url ?? body.file?.name ?? "");
    return body.url && away ? Promise.reject(new Error("away")) : Promise.resolve();
  });
  await add(["https://clinica.example/precos", new File(["texto"], "preparo.txt"), new File(["x"], "foto.png")]);
  expect(uploads.value.map((each) => each.stage)).toEqual(["failed", "done", "failed"]);
  away = false;
  await retry(1);
  expect(uploads.value[0]?.stage).toBe("done");
  expect(seen).toEqual(["https://clinica.example/precos", "preparo.txt", "https://clinica.example/precos"]);
});

test("a document shows its kind, its state and its passages; one of the settings cannot be deleted here", async () => {
  answer({
    [`${KNOWLEDGE}/documents`]: {
      documents: [DOCUMENT, { ...DOCUMENT, document_id: "6", title: "Tem estacionamento?", origin: "DOCUMENT_ORIGIN_SETTINGS" }],
      next_page_token: "",
      version: "9",
    },
    [`${KNOWLEDGE}/unanswered`]: NONE,
  });
  const { wrapper } = await mountPage(KnowledgePage, { area: "knowledge" });
  const [first, second] = wrapper.findAll("tbody tr");
  for (const said of ["Tabela de preços", "PDF", "4 trechos", "Por texto", "Excluir"]) expect(first?.text()).toContain(said);
  expect(second?.text()).toContain("vem das configurações");
  expect(second?.text()).not.toContain("Excluir");
});

test("closers read and search; they upload and delete nothing", async () => {
  answer({ [`${KNOWLEDGE}/documents`]: { documents: [DOCUMENT], next_page_token: "", version: "9" }, [`${KNOWLEDGE}/unanswered`]: NONE });
  const { wrapper } = await mountPage(KnowledgePage, { area: "knowledge", role: "agent" });
  expect(wrapper.find("input[type=file]").exists()).toBe(false);
  expect(wrapper.get("tbody tr").text()).not.toContain("Excluir");
});

test("a test search says whether the assistant would answer, and from what", async () => {
  const asked = answer({
    [`POST ${KNOWLEDGE}:search`]: {
      passages: [{ passage_id: "1", document_id: "5", title: "Botox", text: "Custa R$ 900.", fit: 0.82, answers: true }],
      answered: true,
      by_meaning: false,
      version: "9",
    },
    [`${KNOWLEDGE}/unanswered`]: NONE,
  });
  const { wrapper } = await mountPage(KnowledgePage, { area: "knowledge", path: "/?aba=search&q=qnt+ta+o+botox" });
  await flushPromises();
  expect(asked.find((each) => each.path.endsWith(":search"))?.body).toEqual({ question: "qnt ta o botox", limit: 8 });
  for (const said of ["O assistente responderia", "Custa R$ 900.", "82%"]) expect(wrapper.text()).toContain(said);
});
