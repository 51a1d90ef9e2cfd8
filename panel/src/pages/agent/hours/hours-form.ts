/** When somebody is there, as the form holds it: per weekday some stretches; holidays; single days. */
import type { Change, Settings } from "@/lib/settings";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export const STATES = [
  "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC",
  "SE", "SP", "TO",
] as const;
/** What the product takes where an account names no state. */
const DEFAULT_STATE = "SP";

export interface Stretch {
  opens: string;
  closes: string;
}
export interface HoursForm {
  days: Record<Weekday, Stretch[]>;
  silent: boolean;
  holidays: boolean;
  state: string;
  customary: boolean;
  /** Holidays on which the clinic opens all the same, as yyyy-mm-dd. */
  openOn: string[];
  /** Further days on which it is closed, as yyyy-mm-dd. */
  closedOn: string[];
}

export function formOf({ document }: Settings): HoursForm {
  const gateway = document?.gateway;
  const hours = gateway?.hours ?? [];
  const stretchesOf = (day: Weekday) =>
    hours
      .filter((each) => each.weekday === day)
      .map(({ opens, closes }) => ({ opens, closes }))
      .toSorted((one, other) => one.opens.localeCompare(other.opens));
  return {
    days: Object.fromEntries(WEEKDAYS.map((day) => [day, stretchesOf(day)])) as HoursForm["days"],
    silent: gateway?.silent_outside_hours ?? false,
    holidays: !(gateway?.holidays?.off ?? false),
    state: gateway?.holidays?.state || DEFAULT_STATE,
    customary: gateway?.holidays?.customary ?? false,
    openOn: [...(gateway?.holidays?.open_on ?? [])].toSorted(),
    closedOn: [...(gateway?.closed_on ?? [])].toSorted(),
  };
}

export function changeOf(form: HoursForm): Change {
  const gateway = {
    hours: WEEKDAYS.flatMap((weekday) => form.days[weekday].map(({ opens, closes }) => ({ weekday, opens, closes }))),
    silent_outside_hours: form.silent,
    holidays: { off: !form.holidays, state: form.state, customary: form.customary, open_on: form.openOn },
    closed_on: form.closedOn,
  };
  // Words of the contract, which only requests spell out in their types.
  return { gateway } as Change;
}

/** Whether no weekday has a stretch: the product then takes the clinic as open always. */
export function alwaysOpen(form: HoursForm): boolean {
  return WEEKDAYS.every((day) => form.days[day].length === 0);
}

/** A word of `agent.fault` for each weekday whose stretches cannot be meant. */
export function faultsOf(form: HoursForm): Partial<Record<Weekday, "time" | "order" | "overlap">> {
  const faults: Partial<Record<Weekday, "time" | "order" | "overlap">> = {};
  for (const day of WEEKDAYS) {
    const stretches = form.days[day].toSorted((one, other) => one.opens.localeCompare(other.opens));
    if (stretches.some(({ opens, closes }) => !opens || !closes)) faults[day] = "time";
    else if (stretches.some(({ opens, closes }) => closes <= opens)) faults[day] = "order";
    else if (stretches.some(({ opens }, place) => place > 0 && opens < (stretches[place - 1]?.closes ?? ""))) faults[day] = "overlap";
  }
  return faults;
}

/** A stretch after those that are there: an afternoon after a morning, else a whole day. */
export function nextStretch(stretches: readonly Stretch[]): Stretch {
  const last = stretches.at(-1);
  return last ? { opens: last.closes < "13:00" ? "13:00" : last.closes, closes: last.closes < "18:00" ? "18:00" : "22:00" } : { opens: "09:00", closes: "18:00" };
}

/** The days with one day's stretches on all working days. */
export function copiedToWorkingDays(days: HoursForm["days"], from: Weekday): HoursForm["days"] {
  const copy = { ...days };
  for (const day of WEEKDAYS.slice(0, 5)) copy[day] = days[from].map((stretch) => ({ ...stretch }));
  return copy;
}
