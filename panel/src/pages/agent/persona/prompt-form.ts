/** The prompt as its form holds it: lists are lines of a text, from and to the API's shape. */
import type { PromptContent } from "../queries";

export const FACTS = ["nome", "interesse", "urgencia", "conhecimento", "localizacao", "motivacao"] as const;
export type FactWord = (typeof FACTS)[number];
export const TONES = ["TONE_WARM", "TONE_DIRECT", "TONE_FORMAL"] as const;
/** Wordings of one question at most, as the service has it. */
const WORDINGS = 10;

export interface PromptForm {
  name: string;
  persona: string;
  tone: (typeof TONES)[number];
  emojis: string;
  /** One per line. */
  guardrails: string;
  /** One per line. */
  forbidden: string;
  /** Per fact, one wording per line. */
  questions: Record<FactWord, string>;
  vocabulary: { avoid: string; use: string }[];
}
/** What is wrong with a field: a word of `agent.fault`, and what its sentence names. */
export interface Fault {
  word: "placeholder" | "short" | "long" | "many" | "pair";
  named: Record<string, string | number>;
}
export type Faults = Readonly<Record<string, Fault>>;

export function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

export function formOf(content: PromptContent): PromptForm {
  const tone = TONES.find((each) => each === content.tone) ?? "TONE_WARM";
  const wordings = (fact: FactWord) => content.questions.filter((each) => each.fact === fact).map((each) => each.text);
  return {
    name: content.assistant_name,
    persona: content.persona,
    tone,
    emojis: String(content.emojis_per_reply ?? 2),
    guardrails: content.guardrails.join("\n"),
    forbidden: content.forbidden_topics.join("\n"),
    questions: Object.fromEntries(FACTS.map((fact) => [fact, wordings(fact).join("\n")])) as Record<FactWord, string>,
    vocabulary: content.vocabulary.map(({ avoid, use }) => ({ avoid, use })),
  };
}

/** A row of words that is empty on both sides says nothing. */
function pairs(form: PromptForm): PromptForm["vocabulary"] {
  return form.vocabulary
    .map(({ avoid, use }) => ({ avoid: avoid.trim(), use: use.trim() }))
    .filter(({ avoid, use }) => avoid || use);
}

export function contentOf(form: PromptForm) {
  return {
    assistant_name: form.name.trim(),
    persona: form.persona.trim(),
    tone: form.tone,
    emojis_per_reply: Number(form.emojis),
    guardrails: linesOf(form.guardrails),
    forbidden_topics: linesOf(form.forbidden),
    questions: FACTS.flatMap((fact) => linesOf(form.questions[fact]).map((text) => ({ fact, text }))),
    vocabulary: pairs(form),
  };
}

/** Liquid and the placeholders of templates: nothing fills them here, and leads would read them as they stand. */
const PLACEHOLDER = /\{\{|\}\}|\{%|%\}|\$\{?[A-Za-z_]\w*|\{[^{}\n]{1,40}\}/;

function placeholderIn(text: string): Fault | undefined {
  const found = PLACEHOLDER.exec(text);
  return found ? { word: "placeholder", named: { found: found[0] } } : undefined;
}
function faultOfLines(text: string, least: number, most: number, count: number): Fault | undefined {
  const lines = linesOf(text);
  if (lines.length > count) return { word: "many", named: { count: lines.length, limit: count } };
  const short = lines.find((line) => line.length < least);
  if (short !== undefined) return { word: "short", named: { line: short, limit: least } };
  const long = lines.find((line) => line.length > most);
  return long === undefined ? undefined : { word: "long", named: { line: `${long.slice(0, 40)}…`, limit: most } };
}

/** What the service would refuse, by field of the form: said while it is typed, not after it was sent. */
export function faultsOf(form: PromptForm): Faults {
  const found: [string, Fault | undefined][] = [
    ["name", placeholderIn(form.name)],
    ["persona", placeholderIn(form.persona)],
    ["guardrails", placeholderIn(form.guardrails) ?? faultOfLines(form.guardrails, 3, 300, 30)],
    ["forbidden", faultOfLines(form.forbidden, 2, 80, 100)],
    ...FACTS.map((fact): [string, Fault | undefined] => [
      `questions.${fact}`,
      placeholderIn(form.questions[fact]) ?? faultOfLines(form.questions[fact], 5, 300, WORDINGS),
    ]),
    ["vocabulary", faultOfPairs(form)],
  ];
  return Object.fromEntries(found.filter((each): each is [string, Fault] => each[1] !== undefined));
}
function faultOfPairs(form: PromptForm): Fault | undefined {
  const words = pairs(form);
  if (words.length > 60) return { word: "many", named: { count: words.length, limit: 60 } };
  const half = words.find(({ avoid, use }) => avoid.length < 2 || use.length < 2);
  if (half) return { word: "pair", named: { found: half.avoid || half.use } };
  return placeholderIn(words.map(({ avoid, use }) => `${avoid}\n${use}`).join("\n"));
}
