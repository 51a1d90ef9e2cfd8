/** The chosen leads as a file that Excel opens: separated by semicolons, with a byte order mark, no cell a formula. */
import type { LeadSummary } from "./queries";

export type Heads = Record<"name" | "phone" | "temperature" | "score" | "status" | "procedure" | "owner" | "updated", string>;

/** A cell: what begins like a formula is text; quotes are doubled. */
export function cell(value: string | number): string {
  const text = String(value);
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

export function toCsv(leads: readonly LeadSummary[], heads: Heads): string {
  const rows = leads.map((lead) => [
    lead.name,
    lead.phone,
    lead.temperature.replace("TEMPERATURE_", "").toLowerCase(),
    lead.score ?? "",
    lead.status.replace("LEAD_STATUS_", "").toLowerCase(),
    lead.procedure,
    lead.closer_email || lead.team,
    lead.updated_at ?? "",
  ]);
  return `\uFEFF${[Object.values(heads), ...rows].map((row) => row.map(cell).join(";")).join("\r\n")}\r\n`;
}

/** Hands the chosen leads to the browser. */
export function saveCsv(leads: readonly LeadSummary[], heads: Heads): void {
  save(new Blob([toCsv(leads, heads)], { type: "text/csv;charset=utf-8" }), "leads.csv");
}

/** Hands a file to the browser. */
export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: some browsers read the address only after the click is over.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
