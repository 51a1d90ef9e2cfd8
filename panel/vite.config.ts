/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import { baseCompile } from "@intlify/message-compiler";
import tailwindcss from "@tailwindcss/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

const gateway = process.env.SDR_GATEWAY_URL ?? "http://127.0.0.1:8080";

type Words = string | Words[] | { [key: string]: Words };

/** Where a node stood in its text; of use to error messages only. */
const PLACES = new Set(["start", "end", "loc", "source"]);

function compiled(words: Words): object {
  if (typeof words === "string") {
    const { ast } = baseCompile(words, { jit: true, optimize: true, minify: true, mangle: true });
    return JSON.parse(JSON.stringify(ast, (key, value: unknown) => (PLACES.has(key) ? undefined : value))) as object;
  }
  if (Array.isArray(words)) return words.map(compiled);
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [key, compiled(value)]));
}

/** Words as what their compiler would make of them, so that browsers need not load the compiler (5 kB gzipped). */
const precompiledWords: Plugin = {
  name: "precompiled-words",
  apply: "build",
  enforce: "pre",
  transform: (code, id) => (/\/i18n\/[\w/-]+\.json$/.test(id) ? JSON.stringify(compiled(JSON.parse(code) as Words)) : null),
};

export default defineConfig(({ command }) => ({
  base: "/panel/",
  plugins: [precompiledWords, vue(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: "false",
    __VUE_I18N_LEGACY_API__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __INTLIFY_DROP_MESSAGE_COMPILER__: String(command === "build"),
  },
  build: {
    // The gateway serves it from its own package, so that an image and a checkout have it at the same place.
    outDir: process.env.PANEL_OUT ?? "../services/gateway/sdr_gateway/panel_dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": gateway, "/openapi.json": gateway } },
  test: { environment: "jsdom", include: ["tests/**/*.test.ts", "src/**/*.test.ts"], setupFiles: ["tests/setup.ts"] },
}));
