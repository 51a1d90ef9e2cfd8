/** The time on the screen: one timer for all that says "há 2 min". */
import { readonly, ref } from "vue";

const current = ref(Date.now());
setInterval(() => (current.value = Date.now()), 20_000);

/** Milliseconds since 1970, renewed every 20 s. */
export const now = readonly(current);
