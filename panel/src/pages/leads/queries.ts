/** Leads of the account, page by page. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap } from "@/lib/api";
import type { components, operations } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type LeadSummary = components["schemas"]["reporting.LeadSummary"];
export type LeadFilters = NonNullable<operations["reporting.ListLeads"]["parameters"]["query"]>;

export const PAGE_SIZE = 25;

/** One page of leads, the latest news first; the last answer stays on the screen while the next one comes. */
export function useLeads(filters: MaybeRefOrGetter<LeadFilters>) {
  const session = useSession();
  return useQuery({
    queryKey: ["leads", computed(() => toValue(filters))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/leads", {
          params: { path: session.account, query: { page_size: PAGE_SIZE, ...toValue(filters) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export type Deed = "resume" | "won" | "lost";
/** Calls at a time: quick, and far from what one address may ask. */
const AT_ONCE = 4;

/** Does one thing to many leads; tells how many it was done to, and how many refused. */
export function useDeeds() {
  const session = useSession();
  const queries = useQueryClient();

  function call(deed: Deed, lead: LeadSummary): Promise<unknown> {
    if (deed === "resume") {
      const path = { ...session.account, conversation_id: lead.conversation_id };
      return api.POST("/api/v1/accounts/{account_id}/conversations/{conversation_id}:resume", { params: { path }, body: {} });
    }
    const path = { ...session.account, contact_id: lead.contact_id };
    const outcome = deed === "won" ? ("LEAD_OUTCOME_WON" as const) : ("LEAD_OUTCOME_LOST" as const);
    const body = { conversation_id: lead.conversation_id, outcome };
    return api.POST("/api/v1/accounts/{account_id}/leads/{contact_id}/outcome", { params: { path }, body });
  }

  return async (deed: Deed, leads: readonly LeadSummary[]): Promise<{ done: number; failed: number }> => {
    let failed = 0;
    const waiting = [...leads];
    async function work(): Promise<void> {
      for (let lead = waiting.shift(); lead !== undefined; lead = waiting.shift()) {
        await call(deed, lead).catch(() => (failed += 1));
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await Promise.all(["leads", "lead", "overview", "report"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
    return { done: leads.length - failed, failed };
  };
}
