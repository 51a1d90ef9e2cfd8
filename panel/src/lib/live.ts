/**
 * News of the account as they happen: one EventSource per tab. What it tells patches the cached lists at once; figures
 * are asked for anew, a burst of news only once. After every gap everything is asked for, so that a missed event can
 * never leave a wrong number on the screen.
 */
import type { QueryClient } from "@tanstack/vue-query";
import { ref } from "vue";

export type LiveState = "connecting" | "live" | "off";

/** Ids are text; words are those of the contracts. */
export interface Change {
  kind: string;
  contact_id?: string;
  conversation_id?: string;
  occurred_at?: string;
  temperature?: string;
  score?: number;
  status?: string;
}
interface LeadRow {
  contact_id: string;
  temperature?: string;
  score?: number;
  status?: string;
  updated_at?: string;
}

export const liveState = ref<LiveState>("connecting");

const KINDS = [
  "turn_finished",
  "facts_learned",
  "lead_qualified",
  "lead_escalated",
  "lead_status_changed",
  "delivery_settled",
  "budget_reached",
  "settings_changed",
  "outcome_recorded",
  "feedback_given",
] as const;
/** Queries that show figures or lists of leads; the rest is asked for anew when its page is opened. */
const MOVED = ["leads", "overview", "report", "lead"];
const COALESCE_MS = 400;
const HIDDEN_MS = 60_000;
const LONGEST_PAUSE_MS = 30_000;

/** Pause before opening number `attempt` (from 0): half of it certain, half by chance, so that tabs do not come together. */
export function pauseBefore(attempt: number, chance: number = Math.random()): number {
  const whole = Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** attempt);
  return whole / 2 + (whole / 2) * chance;
}

/** A lead's row after a change; the same object where the change says nothing of it. */
export function patched<Row extends LeadRow>(row: Row, change: Change): Row {
  if (row.contact_id !== change.contact_id) return row;
  return {
    ...row,
    ...(change.temperature && { temperature: change.temperature }),
    ...(change.score !== undefined && { score: change.score }),
    ...(change.status && { status: change.status }),
    ...(change.occurred_at && { updated_at: change.occurred_at }),
  };
}

/** Listens until the returned function is called. */
export function listen(url: string, queries: QueryClient, onSignedOut: () => void): () => void {
  let source: EventSource | null = null;
  let attempt = 0;
  let stopped = false;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  let polling: ReturnType<typeof setInterval> | undefined;
  let asking: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  let heardBefore = false;

  function askAnew(): void {
    asking ??= setTimeout(() => {
      asking = undefined;
      for (const key of MOVED) void queries.invalidateQueries({ queryKey: [key] });
    }, COALESCE_MS);
  }
  function take(event: MessageEvent<string>): void {
    const change = JSON.parse(event.data) as Change;
    queries.setQueriesData<{ leads: LeadRow[] }>({ queryKey: ["leads"] }, (page) =>
      page?.leads ? { ...page, leads: page.leads.map((row) => patched(row, change)) } : page,
    );
    askAnew();
  }
  function heard(): void {
    attempt = 0;
    clearInterval(polling);
    liveState.value = "live";
    if (heardBefore) askAnew();
    heardBefore = true;
  }
  function close(): void {
    source?.close();
    source = null;
    clearInterval(polling);
  }
  function open(): void {
    if (stopped || source !== null) return;
    const opened = new EventSource(url);
    source = opened;
    opened.addEventListener("live", heard);
    opened.addEventListener("resync", askAnew);
    opened.addEventListener("degraded", (event) => {
      liveState.value = "off";
      const { poll_s } = JSON.parse((event as MessageEvent<string>).data) as { poll_s: number };
      clearInterval(polling);
      polling = setInterval(askAnew, poll_s * 1_000);
    });
    opened.addEventListener("signed_out", () => {
      stop();
      onSignedOut();
    });
    for (const kind of KINDS) opened.addEventListener(kind, (event) => take(event as MessageEvent<string>));
    opened.addEventListener("error", () => {
      liveState.value = "off";
      // A dropped link is opened again by the browser; after a refusal it never tries again by itself.
      if (opened.readyState !== EventSource.CLOSED) return;
      close();
      clearTimeout(reopening);
      reopening = setTimeout(open, pauseBefore(attempt++));
    });
  }
  function onVisibility(): void {
    clearTimeout(hiding);
    // Browsers allow six connections to a host over HTTP/1.1: tabs that nobody looks at give theirs back.
    if (document.hidden) hiding = setTimeout(close, HIDDEN_MS);
    else open();
  }
  function onOnline(): void {
    close();
    clearTimeout(reopening);
    open();
  }
  function onOffline(): void {
    liveState.value = "off";
  }
  function stop(): void {
    stopped = true;
    close();
    for (const timer of [reopening, asking, hiding]) clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibility);
    window.removeEventListener("online", onOnline);
    window.removeEventListener("offline", onOffline);
  }

  liveState.value = "connecting";
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("online", onOnline);
  window.addEventListener("offline", onOffline);
  open();
  return stop;
}
