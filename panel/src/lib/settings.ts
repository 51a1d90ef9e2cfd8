/** The account's settings: one document that several pages show parts of, read and changed by its state's name (ETag). */
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap, within } from "./api";
import type { components, operations } from "./schema";
import { useSession } from "./session";

/** The contract lets this call take 10 s: Chatwoot answers three questions. */
const CHOICES_WITHIN_MS = 11_000;

export type Settings = components["schemas"]["gateway.GetAccountSettingsResponse"];
export type Change = operations["gateway.UpdateAccountSettings"]["requestBody"]["content"]["application/json"];

export function useSettings() {
  const session = useSession();
  return useQuery({
    queryKey: ["settings"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accounts/{account_id}/settings", { params: { path: session.account }, signal, fetch: within(6_000) })),
  });
}

/** Changes the fields that are given; whoever read another state than the newest is refused. */
export function useChangeSettings() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ etag, change }: { etag: string; change: Change }) =>
      unwrap(
        api.PATCH("/api/v1/accounts/{account_id}/settings", {
          params: { path: session.account, header: { "If-Match": `"${etag}"` } },
          body: change,
          fetch: within(12_000),
        }),
      ),
    onSuccess: (stored) => queries.setQueryData(["settings"], stored),
  });
}

/** Teams, agents and inboxes of the account's Chatwoot, by name; asked of Chatwoot, so it may be away. */
export function useChatwootChoices(enabled: MaybeRefOrGetter<boolean> = true) {
  const session = useSession();
  return useQuery({
    queryKey: ["chatwoot-choices"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/chatwoot-choices", {
          params: { path: session.account },
          signal,
          fetch: within(CHOICES_WITHIN_MS),
        }),
      ),
    enabled: () => toValue(enabled),
    staleTime: 60_000,
    retry: false,
  });
}
