/** Schedules of reports, what they sent, and what may be done with both. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap, within } from "@/lib/api";
import type { components, operations } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type Schedule = components["schemas"]["reporting.Schedule"];
export type Sending = components["schemas"]["reporting.Sending"];
export type PlanBody = operations["reporting.CreateSchedule"]["requestBody"]["content"]["application/json"]["plan"];

/** As the contracts give schedules to look an address up. */
const CHANGES_WITHIN_MS = 5_500;
const UNDER_WAY_MS = 2_000;

export function useSchedules() {
  const session = useSession();
  return useQuery({
    queryKey: ["report-schedules"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accounts/{account_id}/report-schedules", { params: { path: session.account }, signal })),
    refetchInterval: (query) =>
      query.state.data?.schedules.some((each) => each.latest && isUnderWay(each.latest)) ? UNDER_WAY_MS : false,
  });
}

/** The history, newest first; looked at again soon while something is on its way. */
export function useSendings(token: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["report-sendings", computed(() => toValue(token))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/report-sendings", {
          params: { path: session.account, query: { page_size: 10, page_token: toValue(token) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.sendings.some(isUnderWay) ? UNDER_WAY_MS : false),
  });
}

/** Whether a sending goes out any moment now. */
export function isUnderWay(sending: Sending): boolean {
  const soon = sending.state === "SENDING_STATE_WAITING" && Date.parse(sending.due_at ?? "") < Date.now() + 5_000;
  return soon || sending.state === "SENDING_STATE_RUNNING";
}

/** Adds a schedule, or replaces the one with the id. */
export function useSaveSchedule() {
  const session = useSession();
  return useMutation({
    mutationFn: async ({ scheduleId, plan }: { scheduleId: string; plan: NonNullable<PlanBody> }) => {
      if (scheduleId === "") {
        await unwrap(
          api.POST("/api/v1/accounts/{account_id}/report-schedules", {
            params: { path: session.account },
            body: { plan },
            fetch: within(CHANGES_WITHIN_MS),
          }),
        );
        return;
      }
      await unwrap(
        api.PUT("/api/v1/accounts/{account_id}/report-schedules/{schedule_id}", {
          params: { path: { ...session.account, schedule_id: scheduleId } },
          body: { plan },
          fetch: within(CHANGES_WITHIN_MS),
        }),
      );
    },
    onSettled: useRefresh(),
  });
}

export function useDeleteSchedule() {
  const session = useSession();
  return useMutation({
    mutationFn: (scheduleId: string) =>
      unwrap(
        api.DELETE("/api/v1/accounts/{account_id}/report-schedules/{schedule_id}", {
          params: { path: { ...session.account, schedule_id: scheduleId } },
        }),
      ),
    onSettled: useRefresh(),
  });
}

export function useSendNow() {
  const session = useSession();
  return useMutation({
    mutationFn: (scheduleId: string) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/report-schedules/{schedule_id}:send", {
          params: { path: { ...session.account, schedule_id: scheduleId } },
          body: {},
        }),
      ),
    onSettled: useRefresh(),
  });
}

export function useRetrySending() {
  const session = useSession();
  return useMutation({
    mutationFn: (sendingId: string) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/report-sendings/{sending_id}:retry", {
          params: { path: { ...session.account, sending_id: sendingId } },
          body: {},
        }),
      ),
    onSettled: useRefresh(),
  });
}

function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ["report-schedules"] }),
      client.invalidateQueries({ queryKey: ["report-sendings"] }),
    ]);
  };
}
