/** Short news at the edge of the screen, read out by screen readers. */
import { ref } from "vue";
import { shared } from "./shared";

export type ToastTone = "ok" | "error" | "info";
export interface Toast {
  id: number;
  tone: ToastTone;
  text: string;
}

const STAYS_MS = 6_000;

export const useToasts = shared(() => {
  const toasts = ref<Toast[]>([]);
  let next = 1;

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((each) => each.id !== id);
  }

  /** An error stays until it is dismissed, because it may be read late. */
  function show(text: string, tone: ToastTone = "ok"): void {
    const id = next++;
    toasts.value = [...toasts.value.slice(-2), { id, tone, text }];
    if (tone !== "error") setTimeout(() => dismiss(id), STAYS_MS);
  }

  return { toasts, show, dismiss };
});
