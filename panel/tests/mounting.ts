/** Mounts a page as the application does: router, words of its area, stores, one query cache without retries. */
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import type { Component } from "vue";
import { createMemoryHistory, createRouter } from "vue-router";
import { vi } from "vitest";
import { i18n, loadArea, setLocale, type Locale } from "@/lib/i18n";
import { useSession } from "@/lib/session";
import { useToasts } from "@/lib/toasts";

/** Answers by path (without the query), as the gateway would: a body, or a function of the request. */
export type Answers = Record<string, unknown>;

export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
}

/** Puts answers in the place of the network; gives the list of what was asked. */
export function answer(answers: Answers): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const text = await request.clone().text();
    const call: Asked = {
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: text ? (JSON.parse(text) as unknown) : null,
    };
    asked.push(call);
    const given = answers[`${request.method} ${url.pathname}`] ?? answers[url.pathname];
    const body: unknown = await (typeof given === "function" ? (given as (call: Asked) => unknown)(call) : given);
    if (body instanceof Response) return body;
    return given === undefined ? Response.json({ status: 404 }, { status: 404 }) : Response.json(body);
  });
  return asked;
}

export async function mountPage(
  page: Component,
  options: { area: string; path?: string; route?: string; locale?: Locale; role?: "agent" | "administrator" },
) {
  useToasts().toasts = [];
  useSession().current = {
    account_id: 1,
    user_id: 7,
    name: "Helena Rocha",
    role: options.role ?? "administrator",
    csrf_token: "csrf",
    chatwoot_page: "https://chat.clinica.test/app/accounts/1",
  };
  await setLocale(options.locale ?? "pt-BR");
  await loadArea(options.area);
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: options.route ?? "/", component: page },
      { path: "/:rest(.*)*", component: { render: () => null } },
    ],
  });
  await router.push(options.path ?? "/");
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = mount(page, { global: { plugins: [i18n, router, [VueQueryPlugin, { queryClient }]] } });
  await flushPromises();
  return { wrapper, router };
}
