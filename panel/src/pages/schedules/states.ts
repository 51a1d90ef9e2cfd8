/** How the state of a sending looks, and which problems have words of their own. */
import type { Tone } from "@/components/ToneBadge.vue";
import type { Sending } from "./queries";

export const TONES: Readonly<Record<Sending["state"], Tone>> = {
  SENDING_STATE_UNSPECIFIED: "slate",
  SENDING_STATE_WAITING: "slate",
  SENDING_STATE_RUNNING: "blue",
  SENDING_STATE_SENT: "teal",
  SENDING_STATE_FAILED: "ruby",
  SENDING_STATE_UNCERTAIN: "amber",
};

/** Whether a person can take it up again. */
export function canRetry(sending: Sending): boolean {
  return sending.state === "SENDING_STATE_FAILED" || sending.state === "SENDING_STATE_UNCERTAIN";
}
