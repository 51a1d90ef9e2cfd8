/** What jsdom lacks, and a clean slate for each test. */
import { afterEach, beforeEach, vi } from "vitest";

beforeEach(() => {
  localStorage.clear();
  // Nothing is ever on the screen: charts are not drawn, their tables are there.
  vi.stubGlobal("IntersectionObserver", class { observe(): void {} disconnect(): void {} });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
});
afterEach(() => vi.unstubAllGlobals());
