/** Settings, connection, access, privacy and audit of the account. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap, within } from "@/lib/api";
import type { components, operations } from "@/lib/schema";
import { useSession } from "@/lib/session";

type Schemas = components["schemas"];
export type ConnectInput = operations["gateway.ConnectAccount"]["requestBody"]["content"]["application/json"];
export type Step = Schemas["routing.ProvisioningStep"];
export type AuditEntry = Schemas["audit.AuditEntry"];
export type SignedIn = Schemas["SignedIn"];
export type ModelKey = Schemas["dialogue.ModelKey"];
export type Token = Schemas["Token"];

export function useConnection() {
  const session = useSession();
  return useQuery({
    queryKey: ["settings", "chatwoot"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/accounts/{account_id}/chatwoot", { params: { path: session.account }, signal })),
  });
}

/** Asked for by a button: it makes some ten requests to Chatwoot. */
export function useCheckConnection() {
  const session = useSession();
  return useMutation({
    mutationFn: () =>
      unwrap(api.GET("/api/v1/accounts/{account_id}/connection", { params: { path: session.account }, fetch: within(25_000) })),
  });
}

export function useConnect() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: ConnectInput) =>
      unwrap(api.POST("/api/v1/accounts/{account_id}:connect", { params: { path: session.account }, body, fetch: within(125_000) })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["settings"] }),
  });
}

export function useCosts() {
  const session = useSession();
  return useQuery({
    queryKey: ["costs"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/accounts/{account_id}/costs", { params: { path: session.account }, signal })),
  });
}

export function useSessions() {
  const session = useSession();
  return useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accounts/{account_id}/sessions", { params: { path: accountNumber(session) }, signal })),
  });
}

export function useEndSession() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.DELETE("/api/v1/accounts/{account_id}/sessions/{session_id}", {
          params: { path: { ...accountNumber(session), session_id: id } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
}

export function useTokens() {
  const session = useSession();
  return useQuery({
    queryKey: ["tokens"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accounts/{account_id}/tokens", { params: { path: accountNumber(session) }, signal })),
  });
}

export function useCreateToken() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; scopes: ("read" | "manage")[] }) =>
      unwrap(api.POST("/api/v1/accounts/{account_id}/tokens", { params: { path: accountNumber(session) }, body })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
}

export function useRevokeToken() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: number) =>
      unwrap(
        api.DELETE("/api/v1/accounts/{account_id}/tokens/{token_id}", {
          params: { path: { ...accountNumber(session), token_id: id } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
}

export function useAudit(page: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["audit", computed(() => toValue(page))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/audit-entries", {
          params: { path: session.account, query: { page_size: 50, page_token: toValue(page) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function useForget() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (contactId: string) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/contacts/{contact_id}:forget", {
          params: { path: { ...session.account, contact_id: contactId } },
          body: {},
          fetch: within(35_000),
        }),
      ),
    onSuccess: () => queries.invalidateQueries(),
  });
}

export function useExportLead() {
  const session = useSession();
  return useMutation({
    mutationFn: (contactId: string) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/contacts/{contact_id}/export", {
          params: { path: { ...session.account, contact_id: contactId } },
          fetch: within(35_000),
        }),
      ),
  });
}

/** Calls that no contract describes take the account as a number. */
function accountNumber(session: ReturnType<typeof useSession>): { account_id: number } {
  return { account_id: Number(session.account.account_id) };
}

export function useModelKeys() {
  const session = useSession();
  return useQuery({
    queryKey: ["model-keys"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/accounts/{account_id}/model-keys", { params: { path: session.account }, signal })),
  });
}

type Provider = operations["dialogue.PutModelKey"]["parameters"]["path"]["provider"];

export function usePutModelKey() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ provider, ...body }: { provider: Provider; api_key: string; base_url: string; model: string; analysis_model: string }) =>
      unwrap(api.PUT("/api/v1/accounts/{account_id}/model-keys/{provider}", { params: { path: { ...session.account, provider } }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["model-keys"] }),
  });
}

export function useDeleteModelKey() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (provider: Provider) =>
      unwrap(api.DELETE("/api/v1/accounts/{account_id}/model-keys/{provider}", { params: { path: { ...session.account, provider } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["model-keys"] }),
  });
}

/** A provider gets its time; see the contract's deadline. */
export function useTryModelKey() {
  const session = useSession();
  return useMutation({
    mutationFn: ({ provider, ...body }: { provider: Provider; api_key: string; base_url: string; model: string }) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/model-keys/{provider}:try", {
          params: { path: { ...session.account, provider } },
          body,
          fetch: within(21_000),
        }),
      ),
  });
}
