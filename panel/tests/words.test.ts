/** Every language has every word, with the same placeholders. */
import { expect, test } from "vitest";

const files = import.meta.glob<{ default: Record<string, unknown> }>("../src/**/i18n/**/*.json", { eager: true });

function flat(words: Record<string, unknown>, prefix = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${prefix}${key}`, value]] : flat(value as Record<string, unknown>, `${prefix}${key}.`),
  );
}
function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").toSorted();
}

const folders = [...new Set(Object.keys(files).map((path) => path.replace(/\/[^/]+\.json$/, "")))];

test("there are words to compare", () => {
  expect(folders).toContain("../src/i18n/common");
});

test.each(folders)("%s says the same things in Portuguese, English and Spanish", (folder) => {
  const portuguese = flat(files[`${folder}/pt-BR.json`]?.default ?? {});
  expect(portuguese.length).toBeGreaterThan(0);
  for (const locale of ["en", "es"]) {
    const other = new Map(flat(files[`${folder}/${locale}.json`]?.default ?? {}));
    expect([...other.keys()].toSorted()).toEqual(portuguese.map(([key]) => key).toSorted());
    for (const [key, text] of portuguese) {
      expect([key, placeholders(other.get(key) ?? "")]).toEqual([key, placeholders(text)]);
      expect(other.get(key), `${locale}: ${key} is empty`).not.toBe("");
    }
  }
});
