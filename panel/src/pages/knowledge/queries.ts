/** The account's knowledge: documents, a test search, and what leads asked in vain. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap, within } from "@/lib/api";
import type { components, operations } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type KnowledgeDocument = components["schemas"]["dialogue.Document"];
export type Unanswered = components["schemas"]["dialogue.UnansweredQuestion"];
export type PutBody = operations["dialogue.PutDocument"]["requestBody"]["content"]["application/json"];

export const PAGE_SIZE = 50;
/** A document is read, cut and stored while the caller waits; see the contract's deadline. */
const STORED_WITHIN_MS = 31_000;
const FOUND_WITHIN_MS = 6_000;

/** One page of documents, the latest change first; asked again while passages are still being embedded. */
export function useDocuments(page: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["knowledge", "documents", computed(() => toValue(page))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/knowledge/documents", {
          params: { path: session.account, query: { page_size: PAGE_SIZE, ...(toValue(page) && { page_token: toValue(page) }) } },
          signal,
        }),
      ),
  });
}

/** One document with the text that was understood of it. */
export function useDocument(documentId: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["knowledge", "document", computed(() => toValue(documentId))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/knowledge/documents/{document_id}", {
          params: { path: { ...session.account, document_id: toValue(documentId) } },
          signal,
        }),
      ),
    enabled: () => toValue(documentId) !== "",
  });
}

function useRenewed() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["knowledge"] });
}

/** Takes a document in, or replaces one. */
export function usePutDocument() {
  const session = useSession();
  return useMutation({
    mutationFn: (body: PutBody) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/knowledge/documents", {
          params: { path: session.account },
          body,
          fetch: within(STORED_WITHIN_MS),
        }),
      ),
    onSuccess: useRenewed(),
  });
}

export function useDeleteDocument() {
  const session = useSession();
  return useMutation({
    mutationFn: (documentId: string) =>
      unwrap(
        api.DELETE("/api/v1/accounts/{account_id}/knowledge/documents/{document_id}", {
          params: { path: { ...session.account, document_id: documentId } },
        }),
      ),
    onSuccess: useRenewed(),
  });
}

/** What the assistant would find for a question. */
export function useSearch(question: MaybeRefOrGetter<string>, limit = 8) {
  const session = useSession();
  return useQuery({
    queryKey: ["knowledge", "search", computed(() => toValue(question)), limit],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/knowledge:search", {
          params: { path: session.account },
          body: { question: toValue(question), limit },
          signal,
          fetch: within(FOUND_WITHIN_MS),
        }),
      ),
    enabled: () => toValue(question) !== "",
  });
}

/** Questions that nothing answered, most asked first. */
export function useUnanswered(page: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["knowledge", "unanswered", computed(() => toValue(page))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/knowledge/unanswered", {
          params: { path: session.account, query: { page_size: PAGE_SIZE, ...(toValue(page) && { page_token: toValue(page) }) } },
          signal,
        }),
      ),
  });
}

export function useApprove() {
  const session = useSession();
  return useMutation({
    mutationFn: (given: { unansweredId: string; question: string; answer: string }) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/knowledge/unanswered:approve", {
          params: { path: session.account },
          body: { unanswered_id: given.unansweredId, faq: { question: given.question, answer: given.answer } },
        }),
      ),
    onSuccess: useRenewed(),
  });
}

export function useReject() {
  const session = useSession();
  return useMutation({
    mutationFn: (unansweredId: string) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/knowledge/unanswered:reject", {
          params: { path: session.account },
          body: { unanswered_id: unansweredId },
        }),
      ),
    onSuccess: useRenewed(),
  });
}
