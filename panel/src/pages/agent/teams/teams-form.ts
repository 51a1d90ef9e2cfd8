/** Who gets a lead, as the form holds it: from the account's settings, and back to a change of them. */
import type { Change, Settings } from "@/lib/settings";

export const TEMPERATURES = ["quente", "morno", "frio", "muito_frio"] as const;
export const STRATEGIES = ["none", "sequential", "random", "weighted"] as const;
export const PRIORITIES = ["high", "medium", "low"] as const;

export interface Rule {
  team: string;
  temperatures: string[];
  procedures: string[];
  inboxes: string[];
}
export interface Closer {
  name: string;
  email: string;
  priority: string;
  active: boolean;
}
export interface TeamsForm {
  rules: Rule[];
  strategy: string;
  closers: Closer[];
  escalation: string;
  resolveCold: boolean;
}

export function formOf({ document }: Settings): TeamsForm {
  const routing = document?.routing;
  return {
    rules: (routing?.team_rules ?? []).map((rule) => ({
      team: rule.team,
      temperatures: [...rule.temperatures],
      procedures: [...rule.procedures],
      inboxes: [...rule.inbox_ids],
    })),
    strategy: routing?.closer_strategy || "none",
    closers: (routing?.closers ?? []).map(({ name, email, priority, inactive }) => ({ name, email, priority: priority || "medium", active: !inactive })),
    escalation: routing?.escalation_team ?? "",
    resolveCold: routing?.resolve_cold ?? false,
  };
}

export function changeOf(form: TeamsForm): Change {
  const routing = {
    team_rules: form.rules.map((rule) => ({
      team: rule.team,
      temperatures: rule.temperatures,
      procedures: rule.procedures,
      inbox_ids: rule.inboxes,
    })),
    closer_strategy: form.strategy,
    closers: form.closers.map(({ name, email, priority, active }) => ({ name, email, priority, inactive: !active })),
    escalation_team: form.escalation,
    resolve_cold: form.resolveCold,
  };
  // Words of the contract, which only requests spell out in their types.
  return { routing } as Change;
}

/** A word of `agent.fault` by field: `rules.<place>` or `closers`. */
export function faultsOf(form: TeamsForm): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  form.rules.forEach((rule, place) => {
    if (!rule.team) faults[`rules.${place}`] = "team";
  });
  if (form.strategy !== "none" && !form.closers.some((closer) => closer.active)) faults["closers"] = "closers";
  return faults;
}

/** A list with one entry a place up (-1) or down (1); the same list where there is no such place. */
export function moved<Entry>(list: readonly Entry[], place: number, by: -1 | 1): Entry[] {
  const to = place + by;
  const copy = [...list];
  const entry = copy[place];
  const other = copy[to];
  if (entry === undefined || other === undefined) return copy;
  copy[place] = other;
  copy[to] = entry;
  return copy;
}
