/** Figures of a period, and the latest hot leads. */
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap, within } from "@/lib/api";
import type { components } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type Overview = components["schemas"]["reporting.GetOverviewResponse"];
export type Report = components["schemas"]["reporting.GetReportResponse"];
export type Period = "today" | "week" | "month";

/** A report reads much; its contract gives it 10 s. */
const REPORT_MS = 10_500;
export const DAYS_SHOWN = 14;

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

/** The same period in detail, beside the one before it. */
export function useReport(period: MaybeRefOrGetter<Period>) {
  const session = useSession();
  return useQuery({
    queryKey: ["report", computed(() => toValue(period))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/report", {
          params: { path: session.account, query: { period: toValue(period) } },
          signal,
          fetch: within(REPORT_MS),
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** The last days, whatever the period on the screen. */
export function useLastDays() {
  const session = useSession();
  return useQuery({
    queryKey: ["report", "last-days"],
    queryFn: ({ signal }) => {
      const from = new Date();
      from.setHours(0, 0, 0, 0);
      from.setDate(from.getDate() - DAYS_SHOWN + 1);
      const query = { from: from.toISOString(), until: new Date().toISOString(), step: "day" as const };
      return unwrap(
        api.GET("/api/v1/accounts/{account_id}/report", {
          params: { path: session.account, query },
          signal,
          fetch: within(REPORT_MS),
        }),
      );
    },
  });
}

/** The hot leads with the latest news. */
export function useHotLeads() {
  const session = useSession();
  return useQuery({
    queryKey: ["leads", "hot"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/leads", {
          params: { path: session.account, query: { temperature: "TEMPERATURE_HOT", page_size: 6 } },
          signal,
        }),
      ),
  });
}
