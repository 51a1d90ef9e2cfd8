/** One lead: what reporting knows of it, and what its latest conversation holds. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap } from "@/lib/api";
import type { components } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type Lead = components["schemas"]["reporting.GetLeadResponse"];
export type Summary = components["schemas"]["reporting.LeadSummary"];
export type Qualification = components["schemas"]["common.Qualification"];
export type Fact = components["schemas"]["common.Fact"];
export type Line = components["schemas"]["dialogue.Line"];
export type TimelineItem = components["schemas"]["gateway.TimelineItem"];
export type Delivery = components["schemas"]["routing.Delivery"];
export type Verdict = Exclude<components["schemas"]["reporting.LeadFeedback"]["verdict"], "JUDGEMENT_VERDICT_UNSPECIFIED">;
export type Outcome = "LEAD_OUTCOME_WON" | "LEAD_OUTCOME_LOST" | "LEAD_OUTCOME_OPEN";

export function useLead(contact: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["lead", computed(() => toValue(contact))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/leads/{contact_id}", {
          params: { path: { ...session.account, contact_id: toValue(contact) } },
          signal,
        }),
      ),
  });
}

export function useConversation(conversation: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["lead", "conversation", computed(() => toValue(conversation))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/conversations/{conversation_id}", {
          params: { path: { ...session.account, conversation_id: toValue(conversation) }, query: { line_limit: 200 } },
          signal,
        }),
      ),
  });
}

/** Turn by turn, the newest page first; within a page the oldest comes first. */
export function useTimeline(conversation: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useInfiniteQuery({
    queryKey: ["lead", "timeline", computed(() => toValue(conversation))],
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/conversations/{conversation_id}/timeline", {
          params: {
            path: { ...session.account, conversation_id: toValue(conversation) },
            query: { page_size: 20, ...(pageParam && { page_token: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_page_token || undefined,
  });
}

export function useDeliveries(conversation: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["lead", "deliveries", computed(() => toValue(conversation))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/conversations/{conversation_id}/deliveries", {
          params: { path: { ...session.account, conversation_id: toValue(conversation) } },
          signal,
        }),
      ),
  });
}

/** What people do with a lead; each makes all that shows the lead come anew. */
export function useLeadActions() {
  const session = useSession();
  const queries = useQueryClient();
  const onSettled = () => Promise.all(["lead", "leads", "overview", "report"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const resume = useMutation({
    mutationFn: (conversation_id: string) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/conversations/{conversation_id}:resume", {
          params: { path: { ...session.account, conversation_id } },
          body: {},
        }),
      ),
    onSettled,
  });
  const tell = useMutation({
    mutationFn: (given: { contact: string; conversation: string; outcome: Outcome }) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/leads/{contact_id}/outcome", {
          params: { path: { ...session.account, contact_id: given.contact } },
          body: { conversation_id: given.conversation, outcome: given.outcome },
        }),
      ),
    onSettled,
  });
  const judge = useMutation({
    mutationFn: (given: { qualification: string; verdict: Verdict; reason: string }) =>
      unwrap(
        api.POST("/api/v1/accounts/{account_id}/qualifications/{qualification_id}/feedback", {
          params: { path: { ...session.account, qualification_id: given.qualification } },
          body: { verdict: given.verdict, reason: given.reason },
        }),
      ),
    onSettled,
  });
  return { resume, tell, judge };
}
