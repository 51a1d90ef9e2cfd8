/** What this browser remembers: choices, never data of leads. A frame without storage forgets, and works all the same. */

type Key = "sdr.theme" | "sdr.locale" | "sdr.account" | "sdr.signed-in";

export function recall(key: Key): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** @param value null: forget it. */
export function keep(key: Key, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // The choice then lasts as long as the page.
  }
}
