/** Two people on one form: nobody's words are lost. */
import { expect, test } from "vitest";
import { merged } from "@/lib/merging";

const BASE = { name: "Bella Pele", city: "Santos", closers: ["camila"] };

test("what each of two people changed alone is kept", () => {
  const mine = { ...BASE, name: "Bela Pele" };
  const theirs = { ...BASE, closers: ["camila", "rafael"] };
  expect(merged(BASE, mine, theirs)).toEqual({ fields: { name: "Bela Pele", city: "Santos", closers: ["camila", "rafael"] }, clash: [] });
});

test("where both changed a field mine stays, and it is told", () => {
  const found = merged(BASE, { ...BASE, city: "Campinas" }, { ...BASE, city: "Sorocaba" });
  expect(found).toEqual({ fields: { ...BASE, city: "Campinas" }, clash: ["city"] });
});

test("the same change by both is no clash", () => {
  expect(merged(BASE, { ...BASE, city: "Campinas" }, { ...BASE, city: "Campinas" }).clash).toEqual([]);
});
