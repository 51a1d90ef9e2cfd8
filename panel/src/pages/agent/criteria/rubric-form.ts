/** The rubric as its form holds it: numbers are texts, as fields give them; checked as the service checks it. */
import type { Rubric } from "../queries";

/** The highest score, and what the best levels sum up to. */
export const MAXIMUM = 130;

export interface RubricForm {
  facts: { fact: string; levels: { level: string; points: string }[] }[];
  hot: string;
  warm: string;
  cold: string;
}
/** What is wrong with a field: a word of `agent.fault`, and what its sentence names. */
export interface Fault {
  word: "number" | "rises" | "below" | "sum";
  named: Record<string, string | number>;
}
/** By field: `<fact>.<level>`, `sum`, `hot`, `warm` or `cold`. */
export type Faults = Readonly<Record<string, Fault>>;

export function formOf(rubric: Rubric): RubricForm {
  const { hot, warm, cold } = rubric.thresholds ?? { hot: 90, warm: 50, cold: 20 };
  return {
    facts: rubric.facts.map(({ fact, levels }) => ({ fact, levels: levels.map(({ level, points }) => ({ level, points: String(points) })) })),
    hot: String(hot),
    warm: String(warm),
    cold: String(cold),
  };
}

/** Null: not a whole number of the range. */
export function whole(text: string, least: number): number | null {
  const value = Number(text);
  return /^\d{1,3}$/.test(text.trim()) && value >= least && value <= MAXIMUM ? value : null;
}

export function rubricOf(form: RubricForm) {
  return {
    facts: form.facts.map(({ fact, levels }) => ({
      fact: fact as "interesse" | "urgencia" | "conhecimento" | "localizacao" | "motivacao",
      levels: levels.map(({ level, points }) => ({ level, points: Number(points) })),
    })),
    thresholds: { hot: Number(form.hot), warm: Number(form.warm), cold: Number(form.cold) },
  };
}

/** What the best levels sum up to; what is no number counts nothing. */
export function sumOf(form: RubricForm): number {
  return form.facts.reduce((sum, { levels }) => sum + Math.max(0, ...levels.map(({ points }) => whole(points, 0) ?? 0)), 0);
}

export function faultsOf(form: RubricForm): Faults {
  const faults: Record<string, Fault> = {};
  for (const { fact, levels } of form.facts) {
    let limit = MAXIMUM;
    for (const { level, points } of levels) {
      const value = whole(points, 0);
      if (value === null) faults[`${fact}.${level}`] = { word: "number", named: { least: 0, most: MAXIMUM } };
      else if (value > limit) faults[`${fact}.${level}`] = { word: "rises", named: { limit } };
      else limit = value;
    }
  }
  const sum = sumOf(form);
  if (sum !== MAXIMUM) faults["sum"] = { word: "sum", named: { sum, most: MAXIMUM } };
  let above = MAXIMUM + 1;
  for (const key of ["hot", "warm", "cold"] as const) {
    const value = whole(form[key], 1);
    if (value === null) faults[key] = { word: "number", named: { least: 1, most: MAXIMUM } };
    else if (value >= above) faults[key] = { word: "below", named: { limit: above } };
    else above = value;
  }
  return faults;
}
