/** The report of a period, and the leads that it counts as a file. */
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap, within } from "@/lib/api";
import type { components, operations } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type Report = components["schemas"]["reporting.GetReportResponse"];
export type Figures = components["schemas"]["reporting.ReportFigures"];
export type ReportRow = components["schemas"]["reporting.ReportRow"];
export type Times = components["schemas"]["reporting.TimesTaken"];
export type Wanted = NonNullable<operations["reporting.GetReport"]["parameters"]["query"]>;

export type Insights = components["schemas"]["dialogue.GetInsightsResponse"];

const LONG_MS = 12_000;
const KEPT_MS = 300_000;

/** A report; the last one stays on the screen while the next one comes. */
export function useReport(wanted: MaybeRefOrGetter<Wanted>, enabled: MaybeRefOrGetter<boolean>) {
  const session = useSession();
  return useQuery({
    queryKey: ["report", computed(() => toValue(wanted))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/report", {
          params: { path: session.account, query: toValue(wanted) },
          signal,
          fetch: within(LONG_MS),
        }),
      ),
    enabled,
    placeholderData: keepPreviousData,
  });
}

/** What leads said in a period; worked out from thousands of lines, so it is kept for a while. */
export function useInsights(ends: MaybeRefOrGetter<{ from: string; until: string }>) {
  const session = useSession();
  return useQuery({
    queryKey: ["insights", computed(() => toValue(ends))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/insights", {
          params: { path: session.account, query: toValue(ends) },
          signal,
          fetch: within(LONG_MS),
        }),
      ),
    staleTime: KEPT_MS,
    placeholderData: keepPreviousData,
  });
}

/** Where the leads that came in a report's period can be taken away from. */
export function exportAddress(accountId: number | string, report: Report, format: "csv" | "xlsx", language: string): string {
  const query = new URLSearchParams({ format, language, from: report.from ?? "", until: report.until ?? "" });
  return `/api/v1/accounts/${accountId}/leads:export?${query.toString()}`;
}
