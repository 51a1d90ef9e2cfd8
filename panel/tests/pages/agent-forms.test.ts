/** What the forms of the page Agente take from the API, refuse, and send back. */
import { expect, test } from "vitest";
import { filled, type Known, unknownIn } from "@/pages/agent/closings/templates";
import * as rubric from "@/pages/agent/criteria/rubric-form";
import * as hours from "@/pages/agent/hours/hours-form";
import * as prompt from "@/pages/agent/persona/prompt-form";
import * as teams from "@/pages/agent/teams/teams-form";
import type { Settings } from "@/lib/settings";
import cases from "./closing-cases.json";

const CONTENT = {
  assistant_name: "Bella",
  persona: "Acolhedora.",
  tone: "TONE_DIRECT" as const,
  emojis_per_reply: 0,
  guardrails: ["Nunca comente sobre outras clínicas"],
  forbidden_topics: ["concorrente", "desconto"],
  questions: [
    { fact: "urgencia", text: "Para quando você quer?" },
    { fact: "nome", text: "Como você se chama?" },
    { fact: "urgencia", text: "Tem pressa?" },
  ],
  vocabulary: [{ avoid: "consulta", use: "avaliação" }],
};
const RUBRIC = {
  facts: [
    { fact: "interesse", levels: [{ level: "especifico", points: 50 }, { level: "vago", points: 30 }] },
    { fact: "urgencia", levels: [{ level: "esta_semana", points: 80 }, { level: "pesquisando", points: 0 }] },
  ],
  thresholds: { hot: 90, warm: 50, cold: 20 },
};
function settings(document: object): Settings {
  return { etag: "1.1.1.1", document } as unknown as Settings;
}

test("a prompt goes through its form unchanged, its questions in the order of the facts", () => {
  const form = prompt.formOf(CONTENT);
  expect(form.questions.urgencia).toBe("Para quando você quer?\nTem pressa?");
  expect(prompt.contentOf(form)).toEqual({
    ...CONTENT,
    questions: [CONTENT.questions[1], CONTENT.questions[0], CONTENT.questions[2]],
  });
  expect(prompt.faultsOf(form)).toEqual({});
});

test("blank lines and empty rows of words say nothing", () => {
  const form = { ...prompt.formOf(CONTENT), guardrails: "\n  Fale pouco  \n\n", vocabulary: [{ avoid: " ", use: "" }] };
  expect(prompt.contentOf(form)).toMatchObject({ guardrails: ["Fale pouco"], vocabulary: [] });
  expect(prompt.faultsOf(form)).toEqual({});
});

test.each([
  ["persona", { persona: "Oi {nome}!" }, { word: "placeholder", named: { found: "{nome}" } }],
  ["persona", { persona: "Oi {{ contact.name }}" }, { word: "placeholder", named: { found: "{{" } }],
  ["guardrails", { guardrails: "ok" }, { word: "short", named: { line: "ok", limit: 3 } }],
  ["forbidden", { forbidden: "x" }, { word: "short", named: { line: "x", limit: 2 } }],
  ["vocabulary", { vocabulary: [{ avoid: "consulta", use: "" }] }, { word: "pair", named: { found: "consulta" } }],
])("a fault of %s is told before it is sent", (field, change, fault) => {
  expect(prompt.faultsOf({ ...prompt.formOf(CONTENT), ...change })).toEqual({ [field]: fault });
});

test("eleven wordings of a question are one too many", () => {
  const form = prompt.formOf(CONTENT);
  form.questions.nome = Array.from({ length: 11 }, (_, at) => `Qual é o seu nome, versão ${at}?`).join("\n");
  expect(prompt.faultsOf(form)).toEqual({ "questions.nome": { word: "many", named: { count: 11, limit: 10 } } });
});

test("a rubric goes through its form unchanged", () => {
  const form = rubric.formOf(RUBRIC);
  expect(rubric.rubricOf(form)).toEqual(RUBRIC);
  expect(rubric.faultsOf(form)).toEqual({});
});

test.each([
  ["a weaker answer worth more", (form: rubric.RubricForm) => (form.facts[0]!.levels[1]!.points = "60"), { "interesse.vago": { word: "rises", named: { limit: 50 } }, sum: { word: "sum", named: { sum: 140, most: 130 } } }],
  ["half a point", (form: rubric.RubricForm) => (form.facts[0]!.levels[1]!.points = "1.5"), { "interesse.vago": { word: "number", named: { least: 0, most: 130 } } }],
  ["warm not below hot", (form: rubric.RubricForm) => (form.warm = "90"), { warm: { word: "below", named: { limit: 90 } } }],
  ["no threshold", (form: rubric.RubricForm) => (form.cold = "0"), { cold: { word: "number", named: { least: 1, most: 130 } } }],
])("a rubric with %s is told at its field", (_, change, faults) => {
  const form = rubric.formOf(RUBRIC);
  change(form);
  expect(rubric.faultsOf(form)).toEqual(faults);
});

test("rules keep their order and can change it", () => {
  expect(teams.moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(teams.moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
});

test("closers and rules go through their form; a strategy needs somebody who gets leads", () => {
  const form = teams.formOf(
    settings({
      routing: {
        team_rules: [{ team: "closers", temperatures: ["quente"], procedures: ["botox"], inbox_ids: ["3"] }],
        closer_strategy: "",
        closers: [{ name: "Camila", email: "camila@clinica.test", priority: "", inactive: false }],
        escalation_team: "closers",
        resolve_cold: true,
      },
    }),
  );
  expect(teams.changeOf(form)).toEqual({
    routing: {
      team_rules: [{ team: "closers", temperatures: ["quente"], procedures: ["botox"], inbox_ids: ["3"] }],
      closer_strategy: "none",
      closers: [{ name: "Camila", email: "camila@clinica.test", priority: "medium", inactive: false }],
      escalation_team: "closers",
      resolve_cold: true,
    },
  });
  const away = { ...form, strategy: "random", closers: form.closers.map((closer) => ({ ...closer, active: false })) };
  expect(teams.faultsOf(away)).toEqual({ closers: "closers" });
  expect(teams.faultsOf({ ...form, rules: [{ team: "", temperatures: [], procedures: [], inboxes: [] }] })).toEqual({ "rules.0": "team" });
});

test.each(cases)("$template reads as the service will send it", ({ template, known, reads }) => {
  expect(filled(template, known as Known)).toBe(reads);
});

test("a placeholder that nothing fills is found", () => {
  expect(unknownIn("Oi {nome}, fale com {closer} da {clinica} sobre {procedimento}")).toBe("");
  expect(unknownIn("Oi {nome}, custa {preço}")).toBe("{preço}");
  expect(unknownIn("Oi {}")).toBe("{}");
});

const WEEK = {
  gateway: {
    hours: [
      { weekday: "mon", opens: "14:00", closes: "18:00" },
      { weekday: "mon", opens: "09:00", closes: "12:00" },
      { weekday: "sat", opens: "09:00", closes: "13:00" },
    ],
    holidays: { off: false, state: "", customary: true, open_on: [] },
    closed_on: ["2026-12-24"],
  },
};

test("a week goes through its form in order, with the product's state where none is named", () => {
  const form = hours.formOf(settings(WEEK));
  expect(hours.changeOf(form)).toEqual({
    gateway: {
      hours: [
        { weekday: "mon", opens: "09:00", closes: "12:00" },
        { weekday: "mon", opens: "14:00", closes: "18:00" },
        { weekday: "sat", opens: "09:00", closes: "13:00" },
      ],
      silent_outside_hours: false,
      holidays: { off: false, state: "SP", customary: true, open_on: [] },
      closed_on: ["2026-12-24"],
    },
  });
  expect(hours.faultsOf(form)).toEqual({});
});

test("stretches that overlap, end before they begin or lack a time are told at their day", () => {
  const form = hours.formOf(settings(WEEK));
  form.days.mon[1]!.opens = "11:00";
  form.days.sat[0]!.closes = "08:00";
  form.days.sun = [{ opens: "", closes: "12:00" }];
  expect(hours.faultsOf(form)).toEqual({ mon: "overlap", sat: "order", sun: "time" });
});

test("monday is copied to the working days alone", () => {
  const { days } = hours.formOf(settings(WEEK));
  const copy = hours.copiedToWorkingDays(days, "mon");
  expect(copy.fri).toEqual(days.mon);
  expect(copy.sat).toEqual([{ opens: "09:00", closes: "13:00" }]);
  copy.fri[0]!.opens = "10:00";
  expect(copy.mon[0]!.opens).toBe("09:00");
});
