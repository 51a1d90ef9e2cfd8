/** Leads of the account, page by page. */
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
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
