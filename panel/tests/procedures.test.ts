/** Procedures as people call them. */
import { expect, test } from "vitest";
import { createApp, defineComponent, h } from "vue";
import { i18n, type Locale, setLocale } from "@/lib/i18n";
import { tidied, useProcedureName } from "@/lib/procedures";

async function named(slug: string, locale: Locale): Promise<string> {
  await setLocale(locale);
  let name = "";
  const app = createApp(defineComponent({ setup: () => ((name = useProcedureName()(slug)), () => h("i")) }));
  app.use(i18n).mount(document.createElement("div"));
  app.unmount();
  return name;
}

test.each([
  ["pt-BR", "Preenchimento labial"],
  ["en", "Lip filler"],
  ["es", "Relleno de labios"],
] as const)("a known procedure has its name in %s", async (locale, expected) => {
  expect(await named("preenchimento_labial", locale)).toBe(expected);
});

test("a procedure that a clinic named itself is its slug, tidied", () => {
  expect(tidied("olheiras_profundas")).toBe("Olheiras profundas");
  expect(tidied("laser-co2")).toBe("Laser co2");
});

test("no procedure has no name", async () => {
  expect(await named("", "pt-BR")).toBe("");
});
