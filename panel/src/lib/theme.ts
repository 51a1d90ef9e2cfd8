/** Light, dark, or the system's; `public/theme.js` applies it before the first paint. */
import { ref } from "vue";
import { keep, recall } from "./storage";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

function kept(): Theme {
  const value = recall("sdr.theme");
  return THEMES.includes(value as Theme) ? (value as Theme) : "system";
}

export const theme = ref<Theme>(kept());
/** Counts changes of colours: charts, which cannot see CSS variables, draw anew. */
export const themeChanges = ref(0);

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  keep("sdr.theme", chosen);
  window.dispatchEvent(new Event("sdr:theme"));
}

new MutationObserver(() => (themeChanges.value += 1)).observe(document.documentElement, {
  attributes: true,
  attributeFilter: ["class"],
});
