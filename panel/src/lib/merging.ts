/** Two people changed the same form: what each of them changed alone is kept, and what both changed is told. */

export interface Merged<Fields> {
  /** Theirs, with all that I changed; where both changed a field, mine. */
  fields: Fields;
  /** Fields that both changed, differently. */
  clash: (keyof Fields)[];
}

/** Whether two values say the same; the order of keys counts, as forms always make them in one order. */
export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * @param base What both began with.
 * @param mine What I have now.
 * @param theirs What was saved meanwhile.
 */
export function merged<Fields extends object>(base: Fields, mine: Fields, theirs: Fields): Merged<Fields> {
  const fields = { ...theirs };
  const clash: (keyof Fields)[] = [];
  for (const key of Object.keys(mine) as (keyof Fields)[]) {
    if (same(mine[key], base[key])) continue;
    fields[key] = mine[key];
    if (!same(theirs[key], base[key]) && !same(theirs[key], mine[key])) clash.push(key);
  }
  return { fields, clash };
}
