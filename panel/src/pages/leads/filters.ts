/** The list's filters, kept in the address so that a list can be shared and found again. */
import { computed } from "vue";
import { useClear, useQueryText } from "@/lib/url-state";
import type { LeadFilters } from "./queries";

export const TEMPERATURES = ["HOT", "WARM", "COLD", "VERY_COLD"] as const;
export const STATUSES = ["IN_PROGRESS", "QUALIFIED", "COMPLETE", "INCOMPLETE", "PAUSED", "ESCALATED", "OPT_OUT"] as const;
export const OUTCOMES = ["OPEN", "WON", "LOST"] as const;
export const SORTS = ["SCORE", "NEWEST", "OLDEST"] as const;

/** One of the words that the contract has; any other text in an address is no filter. */
function one<Word extends string>(words: readonly Word[], text: string): Word | undefined {
  return words.find((word) => word === text);
}

export function useLeadFilters() {
  const reset = ["page"];
  const search = useQueryText("q", "", reset);
  const temperature = useQueryText("temperature", "", reset);
  const status = useQueryText("status", "", reset);
  const outcome = useQueryText("outcome", "", reset);
  const sort = useQueryText("sort", "", reset);
  const page = useQueryText("page");

  const query = computed<LeadFilters>(() => {
    const asked = {
      temperature: one(TEMPERATURES, temperature.value),
      status: one(STATUSES, status.value),
      outcome: one(OUTCOMES, outcome.value),
      sort: one(SORTS, sort.value),
    };
    return {
      ...(search.value && { search: search.value }),
      ...(asked.temperature && { temperature: `TEMPERATURE_${asked.temperature}` as const }),
      ...(asked.status && { status: `LEAD_STATUS_${asked.status}` as const }),
      ...(asked.outcome && { outcome: `LEAD_OUTCOME_${asked.outcome}` as const }),
      ...(asked.sort && { sort: `LEAD_SORT_${asked.sort}` as const }),
      ...(page.value && { page_token: page.value }),
    };
  });
  const any = computed(() => Boolean(search.value || temperature.value || status.value || outcome.value || page.value));

  /** Back to all leads. */
  const clear = useClear(["q", "temperature", "status", "outcome", "page"]);
  return { search, temperature, status, outcome, sort, page, query, any, clear };
}

export type Filters = ReturnType<typeof useLeadFilters>;
