/** Versions of the prompt and of the rubric: kept as drafts, compared, tried, published, taken back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap, within } from "@/lib/api";
import type { components, operations } from "@/lib/schema";
import { useSession } from "@/lib/session";

type Schemas = components["schemas"];
export type PromptContent = Schemas["dialogue.PromptContent"];
export type FieldChange = Schemas["dialogue.FieldChange"];
export type Version = Schemas["dialogue.PromptVersion"];
export type Rubric = Schemas["scoring.ScoringSettings"];
export type Preview = Schemas["scoring.PreviewRubricResponse"];
type PromptBody = operations["dialogue.CreatePrompt"]["requestBody"]["content"]["application/json"];
type RubricBody = operations["scoring.CreateRubric"]["requestBody"]["content"]["application/json"];

/** Past leads are judged anew while the caller waits; see the contract's deadline. */
const PREVIEWED_WITHIN_MS = 6_000;
/** Publishing also writes the account's settings. */
const PUBLISHED_WITHIN_MS = 6_000;
const PAGE_SIZE = 50;

/**
 * What publishing changes besides the versions: the settings document has the published one too. All of them are asked for
 * anew, also those that nothing shows now: the published version is what an editor opens next.
 */
function useRenewed(key: "prompts" | "rubrics") {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: [key], refetchType: "all" }),
      client.invalidateQueries({ queryKey: ["settings"] }),
    ]);
}

export function usePrompts() {
  const session = useSession();
  return useQuery({
    queryKey: ["prompts", "list"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/prompts", { params: { path: session.account, query: { page_size: PAGE_SIZE } }, signal }),
      ),
  });
}

/** One version; 0: the published one. */
export function usePrompt(number: MaybeRefOrGetter<number>) {
  const session = useSession();
  return useQuery({
    queryKey: ["prompts", "one", computed(() => toValue(number))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/prompts/{number}", {
          params: { path: { ...session.account, number: toValue(number) } },
          signal,
        }),
      ),
  });
}

/** What `number` says differently from `base`. */
export function usePromptDiff(number: MaybeRefOrGetter<number>, base: MaybeRefOrGetter<number>) {
  const session = useSession();
  return useQuery({
    queryKey: ["prompts", "diff", computed(() => toValue(number)), computed(() => toValue(base))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/prompts/{number}:diff", {
          params: { path: { ...session.account, number: toValue(number) }, query: { base: toValue(base) } },
          signal,
        }),
      ),
  });
}

export function useCreatePrompt() {
  const session = useSession();
  return useMutation({
    mutationFn: (body: PromptBody) =>
      unwrap(api.POST("/api/v1/accounts/{account_id}/prompts", { params: { path: session.account }, body })),
    onSuccess: useRenewed("prompts"),
  });
}

export function useActivatePrompt() {
  const session = useSession();
  return useMutation({
    mutationFn: ({ number, expected }: { number: number; expected: number }) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/prompts/{number}:activate", {
          params: { path: { ...session.account, number } },
          body: { expected_active: expected },
          fetch: within(PUBLISHED_WITHIN_MS),
        }),
      ),
    onSettled: useRenewed("prompts"),
  });
}

export function useRollbackPrompt() {
  const session = useSession();
  return useMutation({
    mutationFn: (expected: number) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/prompts:rollback", {
          params: { path: session.account },
          body: { expected_active: expected },
          fetch: within(PUBLISHED_WITHIN_MS),
        }),
      ),
    onSettled: useRenewed("prompts"),
  });
}

export function useRubrics() {
  const session = useSession();
  return useQuery({
    queryKey: ["rubrics", "list"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/rubrics", { params: { path: session.account, query: { page_size: PAGE_SIZE } }, signal }),
      ),
  });
}

/** One version; 0: the published one. */
export function useRubric(number: MaybeRefOrGetter<number>) {
  const session = useSession();
  return useQuery({
    queryKey: ["rubrics", "one", computed(() => toValue(number))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/rubrics/{number}", {
          params: { path: { ...session.account, number: toValue(number) } },
          signal,
        }),
      ),
  });
}

export function useCreateRubric() {
  const session = useSession();
  return useMutation({
    mutationFn: (body: RubricBody) =>
      unwrap(api.POST("/api/v1/accounts/{account_id}/rubrics", { params: { path: session.account }, body })),
    onSuccess: useRenewed("rubrics"),
  });
}

export function useActivateRubric() {
  const session = useSession();
  return useMutation({
    mutationFn: ({ number, expected }: { number: number; expected: number }) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/rubrics/{number}:activate", {
          params: { path: { ...session.account, number } },
          body: { expected_active: expected },
          fetch: within(PUBLISHED_WITHIN_MS),
        }),
      ),
    onSettled: useRenewed("rubrics"),
  });
}

export function useRollbackRubric() {
  const session = useSession();
  return useMutation({
    mutationFn: (expected: number) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/rubrics:rollback", {
          params: { path: session.account },
          body: { expected_active: expected },
          fetch: within(PUBLISHED_WITHIN_MS),
        }),
      ),
    onSettled: useRenewed("rubrics"),
  });
}

/** What a rubric that need not be kept would have made of the leads that were judged last. */
export function usePreviewRubric() {
  const session = useSession();
  return useMutation({
    mutationFn: (rubric: RubricBody["rubric"]) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/rubrics:preview", {
          params: { path: session.account },
          body: { rubric },
          fetch: within(PREVIEWED_WITHIN_MS),
        }),
      ),
  });
}
