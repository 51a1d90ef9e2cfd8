/** Figures of a period. */
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap } from "@/lib/api";
import type { components } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type Overview = components["schemas"]["reporting.GetOverviewResponse"];
export type Period = "today" | "week" | "month";

/** The account's figures; days, weeks and months are those of its own zone. */
export function useOverview(period: MaybeRefOrGetter<Period>) {
  const session = useSession();
  return useQuery({
    queryKey: ["overview", computed(() => toValue(period))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/overview", {
          params: { path: session.account, query: { period: toValue(period) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}
