/** The tokens' values as charts need them: canvases do not know CSS variables. */
export type Token = "text" | "muted" | "line" | "surface" | "blue" | "blue-soft" | "teal" | "teal-soft" | "amber" | "ruby" | "iris" | "slate" | "cold";

export function colour(token: Token): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${token}`).trim();
}
