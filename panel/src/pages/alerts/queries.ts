/** Alert rules, channels and what was found. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap, within } from "@/lib/api";
import type { components, operations } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type AlertSettings = components["schemas"]["reporting.AlertSettings"];
export type Alert = components["schemas"]["reporting.Alert"];
export type SettingsBody = operations["reporting.PutAlertSettings"]["requestBody"]["content"]["application/json"];

/** As the contracts give these calls to look an address up, and to wait for the other side. */
const SAVES_WITHIN_MS = 5_500;
const TESTS_WITHIN_MS = 20_500;
const REFRESH_MS = 30_000;

export function useAlertSettings() {
  const session = useSession();
  return useQuery({
    queryKey: ["alert-settings"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accounts/{account_id}/alert-settings", { params: { path: session.account }, signal })),
    // A form is filled from it: it must not change under the person's hands.
    refetchOnWindowFocus: false,
  });
}

export function useSaveAlertSettings() {
  const session = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SettingsBody) =>
      unwrap(
        api.PUT("/api/v1/accounts/{account_id}/alert-settings", {
          params: { path: session.account },
          body,
          fetch: within(SAVES_WITHIN_MS),
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["alert-settings"] }),
  });
}

export function useTestAlert() {
  const session = useSession();
  return useMutation({
    mutationFn: (channel: "email" | "slack") =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/alert-settings:test", {
          params: { path: session.account },
          body: { channel },
          fetch: within(TESTS_WITHIN_MS),
        }),
      ),
  });
}

export function useAlerts(token: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["alerts", computed(() => toValue(token))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/alerts", {
          params: { path: session.account, query: { page_size: 10, page_token: toValue(token) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

export function useAcknowledge() {
  const session = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (alertId: string) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/alerts/{alert_id}:acknowledge", {
          params: { path: { ...session.account, alert_id: alertId } },
          body: {},
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["alerts"] }),
  });
}
