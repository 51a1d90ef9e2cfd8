/** The simulator's calls: play, score, and the account's test cases. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import type { MaybeRefOrGetter } from "vue";
import { toValue } from "vue";
import { api, unwrap, within } from "@/lib/api";
import type { components, operations } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type Step = components["schemas"]["dialogue.SimulatedStep"];
export type Simulated = components["schemas"]["dialogue.SimulateResponse"];
export type Judgement = components["schemas"]["common.Qualification"];
export type CaseBody = operations["dialogue.CreateCase"]["requestBody"]["content"]["application/json"];
export type TestCase = components["schemas"]["dialogue.TestCase"];
export type Fact = components["schemas"]["common.Fact"];
export type SimulateBody = operations["dialogue.Simulate"]["requestBody"]["content"]["application/json"];
type TryScoreBody = operations["scoring.TryScore"]["requestBody"]["content"]["application/json"];

/** A model gets its time; see the contract's deadline. */
const ANSWERS_WITHIN_MS = 31_000;
const CASE_WITHIN_MS = 61_000;

/** Plays a conversation; throws `ApiError`. */
export function useSimulate(): (body: SimulateBody) => Promise<Simulated> {
  const session = useSession();
  return (body) =>
    unwrap(
      api.POST("/api/v1/accounts/{account_id}/simulations", {
        params: { path: session.account },
        body,
        fetch: within(ANSWERS_WITHIN_MS),
      }),
    );
}

/** What a simulation understood, as the API gave it. */
export interface Understood {
  facts: readonly Fact[];
  disqualification?: components["schemas"]["common.Disqualification"];
  ended: NonNullable<TryScoreBody["ended"]>;
}

/** Judges what a simulated conversation came to; throws `ApiError`. */
export function useTryScore(): (understood: Understood) => Promise<Judgement | undefined> {
  const session = useSession();
  return async (understood) => {
    // What the API gave goes back as it came; only requests say in their type that a kind is never unspecified.
    const body = understood as unknown as TryScoreBody;
    const path = { path: session.account };
    return (await unwrap(api.POST("/api/v1/accounts/{account_id}/scores:try", { params: path, body }))).qualification;
  };
}

/** Versions of the prompt to simulate; only administrators may see them. */
export function usePromptVersions(enabled: MaybeRefOrGetter<boolean>) {
  const session = useSession();
  return useQuery({
    queryKey: ["prompts"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accounts/{account_id}/prompts", { params: { path: session.account }, signal })),
    enabled: () => toValue(enabled),
  });
}

/** All test cases with their latest run. */
export function useCases() {
  const session = useSession();
  return useQuery({
    queryKey: ["test-cases"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/accounts/{account_id}/test-cases", { params: { path: session.account }, signal })),
  });
}

export function useCreateCase() {
  const session = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CaseBody) =>
      unwrap(api.POST("/api/v1/accounts/{account_id}/test-cases", { params: { path: session.account }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["test-cases"] }),
  });
}

export function useRunCase() {
  const session = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ caseId, promptNumber }: { caseId: string; promptNumber: number }) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/test-cases/{case_id}:run", {
          params: { path: { ...session.account, case_id: caseId } },
          body: { prompt_number: promptNumber },
          fetch: within(CASE_WITHIN_MS),
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["test-cases"] }),
  });
}

export function useDeleteCase() {
  const session = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (caseId: string) =>
      unwrap(
        api.DELETE("/api/v1/accounts/{account_id}/test-cases/{case_id}", {
          params: { path: { ...session.account, case_id: caseId } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["test-cases"] }),
  });
}
