/** Server state: one cache, one rule for retries. */
import { QueryClient } from "@tanstack/vue-query";
import { ApiError } from "./errors";

const PASSES = new Set(["timeout", "unavailable", "internal"]);

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        refetchOnWindowFocus: true,
        // What a repeat cannot mend is shown at once.
        retry: (count, error) => count < 1 && error instanceof ApiError && PASSES.has(error.advice),
        retryDelay: 400,
      },
      mutations: { retry: false },
    },
  });
}
