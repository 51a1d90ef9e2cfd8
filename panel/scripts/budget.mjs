// Holds every page to its budget of script: what the page's first view loads, gzipped, by Vite's manifest.
// Lazy parts that a page loads later (charts) are counted to the page that is named for them in LATER.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const out = new URL(process.env.PANEL_OUT ?? "../../services/gateway/sdr_gateway/panel_dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", out), "utf8"));
const SHARED = ["src/i18n/shell/pt-BR.json", "src/i18n/common/pt-BR.json"];
const DEFAULT_KB = 130;
const OVER = { overview: 160, reports: 190 };
const LATER = { overview: ["src/lib/charts.ts"], reports: ["src/lib/charts.ts"] };

const sizes = new Map();
function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, out)), { level: 9 }).length);
  return sizes.get(file);
}
function load(key, files) {
  const chunk = manifest[key];
  if (chunk === undefined || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const each of chunk.imports ?? []) load(each, files);
}

let failed = false;
for (const key of Object.keys(manifest).toSorted()) {
  const area = /^src\/pages\/([^/]+)\/\w+Page\.vue$/.exec(key)?.[1];
  if (area === undefined) continue;
  const files = new Set();
  for (const each of ["index.html", ...SHARED, key, `src/pages/${area}/i18n/pt-BR.json`, ...(LATER[area] ?? [])]) load(each, files);
  const scripts = [...files].filter((file) => file.endsWith(".js"));
  const kb = scripts.reduce((sum, file) => sum + size(file), 0) / 1000;
  const limit = OVER[area] ?? DEFAULT_KB;
  const verdict = kb <= limit ? "ok" : "TOO LARGE";
  failed ||= kb > limit;
  console.log(`${area.padEnd(12)} ${kb.toFixed(1).padStart(6)} kB of ${limit} kB gzipped script in ${scripts.length} files: ${verdict}`);
}
process.exit(failed ? 1 : 0);
