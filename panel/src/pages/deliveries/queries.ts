/** Deliveries that were given up, and turns that failed. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type MaybeRefOrGetter, toValue } from "vue";
import { api, unwrap } from "@/lib/api";
import type { components, operations } from "@/lib/schema";
import { useSession } from "@/lib/session";

export type Delivery = components["schemas"]["routing.Delivery"];
export type FailedTurn = components["schemas"]["gateway.FailedTurn"];
export type Filters = NonNullable<operations["routing.ListDeadLetters"]["parameters"]["query"]>;

export function useDeadLetters(filters: MaybeRefOrGetter<Filters>) {
  const session = useSession();
  return useQuery({
    queryKey: ["deliveries", computed(() => toValue(filters))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/dead-letters", {
          params: { path: session.account, query: { page_size: 25, ...toValue(filters) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function useFailedTurns(page: MaybeRefOrGetter<string>) {
  const session = useSession();
  return useQuery({
    queryKey: ["failed-turns", computed(() => toValue(page))],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/accounts/{account_id}/failed-turns", {
          params: { path: session.account, query: { page_size: 25, page_token: toValue(page) } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** One delivery, or all that the filters name, a hundred at a time. */
export function useRetry() {
  const session = useSession();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (what: { deliveryId: string } | { kind: NonNullable<Filters["kind"]> }) => {
      if ("deliveryId" in what) {
        const path = { ...session.account, delivery_id: what.deliveryId };
        await unwrap(api.POST("/api/v1/accounts/{account_id}/deliveries/{delivery_id}:retry", { params: { path }, body: {} }));
        return 1;
      }
      const answer = await unwrap(
        api.POST("/api/v1/accounts/{account_id}/dead-letters:retry", {
          params: { path: session.account },
          body: { kind: what.kind, limit: 500 },
        }),
      );
      return answer.delivery_ids.length;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["deliveries"] }),
  });
}
