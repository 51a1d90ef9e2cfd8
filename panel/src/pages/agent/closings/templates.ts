/** Closing messages: their placeholders, what is wrong with them, and how a lead would read them. */
import type { Change, Settings } from "@/lib/settings";

export const VARIABLES = ["nome", "clinica", "closer", "procedimento"] as const;
export type Known = Record<(typeof VARIABLES)[number], string>;
export const CLOSINGS = ["hot", "warm", "cold", "very_cold"] as const;
export const POLITE_LINES = ["wrong_number", "supplier", "job_seeker", "spam"] as const;
/** A polite line that is just this says nothing at all. */
export const SAY_NOTHING = "-";

export interface ClosingsForm {
  closing: Record<(typeof CLOSINGS)[number], string>;
  polite: Record<(typeof POLITE_LINES)[number], string>;
}

export function formOf({ document }: Settings): ClosingsForm {
  const { closing, polite_lines: polite } = document?.routing ?? {};
  return {
    closing: Object.fromEntries(CLOSINGS.map((key) => [key, closing?.[key] ?? ""])) as ClosingsForm["closing"],
    polite: Object.fromEntries(POLITE_LINES.map((key) => [key, polite?.[key] ?? ""])) as ClosingsForm["polite"],
  };
}

export function changeOf(form: ClosingsForm): Change {
  return { routing: { closing: form.closing, polite_lines: form.polite } };
}

/** The first placeholder that nothing fills, as it was written; empty: there is none. */
export function unknownIn(template: string): string {
  for (const [whole, name] of template.matchAll(/\{([\p{L}\p{N}_]*)\}/gu)) {
    if (!VARIABLES.some((known) => known === name)) return whole;
  }
  return "";
}

const UNKNOWN: Partial<Known> = { closer: "nossa equipe", procedimento: "sua avaliação" };
const TEAM_OF_CLINIC = /(?<![\p{L}\p{N}_])equipe \{clinica\}/gu;
/** Names that begin with one of these take an article: "equipe da Clínica Aurora", but "equipe Bella Pele". */
const ARTICLES = {
  do: ["centro", "consultorio", "consultório", "espaço", "espaco", "estúdio", "estudio", "grupo", "hospital", "instituto", "núcleo", "studio", "spa"],
  da: ["casa", "clinica", "clínica", "policlínica", "policlinica"],
};
const BEGINS = /(?:^|[.!?…]\s+|\n\s*)$/;

function article(clinic: string): string {
  const first = (clinic.trim().split(/\s+/)[0] ?? "").toLowerCase();
  const found = Object.entries(ARTICLES).find(([, words]) => words.includes(first));
  return found ? `${found[0]} ` : "";
}

/** A template as a lead whose name is known reads it; the service's own tests hold it to the same cases. */
export function filled(template: string, known: Known): string {
  const text = template.replaceAll(TEAM_OF_CLINIC, `equipe ${article(known.clinica)}{clinica}`);
  let reads = "";
  let position = 0;
  for (const match of text.matchAll(/\{(clinica|closer|procedimento|nome)\}/g)) {
    reads += text.slice(position, match.index);
    const name = match[1] as keyof Known;
    const value = known[name] || (UNKNOWN[name] ?? "");
    reads += BEGINS.test(reads) ? value.charAt(0).toUpperCase() + value.slice(1) : value;
    position = match.index + match[0].length;
  }
  return reads + text.slice(position);
}
