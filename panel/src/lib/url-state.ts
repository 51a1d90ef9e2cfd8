/** State that lives in the address, so that it can be shared, kept as a bookmark, and survives "back". */
import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

/**
 * One parameter of the query as a text.
 * @param resets Other parameters that lose their sense when this one changes, such as a page token.
 */
export function useQueryText(name: string, fallback = "", resets: readonly string[] = []): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const value = route.query[name];
      return typeof value === "string" ? value : fallback;
    },
    set: (value) => {
      const query = { ...route.query };
      for (const each of [name, ...resets]) delete query[each];
      if (value !== fallback) query[name] = value;
      void router.replace({ query });
    },
  });
}

/** Takes parameters out of the address, all at once: one after the other, the last would win. */
export function useClear(names: readonly string[]): () => void {
  const route = useRoute();
  const router = useRouter();
  return () => {
    const query = { ...route.query };
    for (const name of names) delete query[name];
    void router.replace({ query });
  };
}
