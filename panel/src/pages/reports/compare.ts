/** How a figure stands beside the one of the period before. */
export interface Change {
  /** 0.25: a quarter more; null: there was nothing to compare with. */
  ratio: number | null;
  direction: "up" | "down" | "same";
}

export function change(now: number | null, before: number | null): Change | null {
  if (now === null || before === null) return null;
  if (now === before) return { ratio: 0, direction: "same" };
  return { ratio: before === 0 ? null : Math.abs(now - before) / Math.abs(before), direction: now > before ? "up" : "down" };
}

/** A part of a whole, 0 to 1; null: there is no whole. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
