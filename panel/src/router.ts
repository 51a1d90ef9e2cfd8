/** Routes of the pages that are there; who may see them; words and focus on navigation. */
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";
import { expectArea, i18n, loadArea } from "./lib/i18n";
import { useSession, type Role } from "./lib/session";
import { PAGES, type Page } from "./routes";

declare module "vue-router" {
  interface RouteMeta {
    area?: string;
    role?: Role;
    /** Without navigation: sign-in. */
    bare?: boolean;
  }
}

const files = import.meta.glob<{ default: object }>("./pages/*/*Page.vue");

/** The file of a page, when it is there. */
function fileOf(page: Page) {
  return files[`./pages/${page.area}/${page.file}.vue`];
}

/** Pages that are there. */
export const pages: readonly Page[] = PAGES.filter((page) => fileOf(page) !== undefined);

const routes: RouteRecordRaw[] = pages.map((page) => ({
  path: page.path,
  name: page.area,
  component: fileOf(page)!,
  meta: { area: page.area, role: page.role },
}));

export const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes: [
    ...routes,
    { path: "/entrar", name: "login", component: () => import("./shell/LoginPage.vue"), meta: { bare: true } },
    { path: "/:rest(.*)*", name: "notFound", component: () => import("./shell/NotFoundPage.vue") },
  ],
  scrollBehavior: (to, from, kept) => kept ?? (to.path === from.path ? undefined : { top: 0 }),
});

router.beforeEach(async (to) => {
  const session = useSession();
  if (!session.known) await session.load();
  if (to.name === "login") return session.current === null ? true : { name: "overview" };
  if (session.current === null) return { name: "login", query: { ...keptQuery(to.query), next: to.fullPath } };
  if (to.meta.area) await loadArea(to.meta.area);
  return true;
});

router.afterEach((to, from) => {
  const key = `shell.nav.${to.meta.area === "lead" ? "leads" : (to.meta.area ?? "")}`;
  document.title = i18n.global.te(key) ? `${i18n.global.t(key)} · Chatwoot SDR` : "Chatwoot SDR";
  // Whoever cannot see the page change hears its title; not at the first load, nor when only the query changed.
  if (from.name !== undefined && from.path !== to.path) requestAnimationFrame(() => document.getElementById("page-title")?.focus());
});

/** Fetches the file of the page that is opened first, and its words with the language's, before it is known who is signed in. */
export function fetchFirst(): void {
  if (!useSession().likely()) return;
  const to = router.resolve(router.options.history.location);
  if (to.meta.area) expectArea(to.meta.area);
  const file: unknown = to.matched.at(-1)?.components?.default;
  // What fails is fetched again by the router, which tells it.
  if (typeof file === "function") (file as () => Promise<unknown>)().catch(() => undefined);
}

/** What a frame was opened with stays through the sign-in. */
function keptQuery(query: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    ["embed", "theme", "lang"].filter((name) => typeof query[name] === "string").map((name) => [name, String(query[name])]),
  );
}
