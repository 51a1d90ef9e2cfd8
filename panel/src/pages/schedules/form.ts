/** A schedule as the form holds it, from and to the API's shape. */
import type { PlanBody, Schedule } from "./queries";

export const CADENCES = ["DAILY", "WEEKLY", "MONTHLY"] as const;
export const CHANNELS = ["email", "slack", "webhook", "sheets"] as const;
export type Channel = (typeof CHANNELS)[number];

export interface ScheduleForm {
  name: string;
  cadence: (typeof CADENCES)[number];
  weekday: string;
  monthDay: string;
  localTime: string;
  format: "PDF" | "CSV";
  language: string;
  paused: boolean;
  channel: Channel;
  emails: string;
  webhookUrl: string;
  spreadsheet: string;
  sheet: string;
  append: boolean;
  /** The secret of the channel; empty: none was typed, and the one that is kept stays. */
  secret: string;
}

export const EMPTY: ScheduleForm = {
  name: "",
  cadence: "WEEKLY",
  weekday: "1",
  monthDay: "1",
  localTime: "08:00",
  format: "PDF",
  language: "pt",
  paused: false,
  channel: "email",
  emails: "",
  webhookUrl: "",
  spreadsheet: "",
  sheet: "Leads",
  append: false,
  secret: "",
};

/** The channel that a schedule goes by. */
export function channelOf(schedule: Schedule): Channel {
  const target = schedule.plan?.target;
  return CHANNELS.find((each) => target?.[each]) ?? "email";
}

/** Whether a secret for this channel is kept already. */
export function hasSecret(schedule: Schedule | undefined, channel: Channel): boolean {
  const target = schedule?.plan?.target;
  if (channel === "slack") return target?.slack?.webhook_url_set ?? false;
  if (channel === "webhook") return target?.webhook?.secret_set ?? false;
  return channel === "sheets" && Boolean(target?.sheets?.service_account_email);
}

export function formOf(schedule: Schedule): ScheduleForm {
  const plan = schedule.plan;
  const target = plan?.target;
  return {
    ...EMPTY,
    name: plan?.name ?? "",
    cadence: CADENCES.find((each) => plan?.cadence === `CADENCE_${each}`) ?? "WEEKLY",
    weekday: String(plan?.weekday || 1),
    monthDay: String(plan?.month_day || 1),
    localTime: plan?.local_time ?? "08:00",
    format: plan?.format === "REPORT_FORMAT_CSV" ? "CSV" : "PDF",
    language: plan?.language || "pt",
    paused: plan?.paused ?? false,
    channel: channelOf(schedule),
    emails: (target?.email?.to ?? []).join("\n"),
    webhookUrl: target?.webhook?.url ?? "",
    spreadsheet: target?.sheets?.spreadsheet_id ?? "",
    sheet: target?.sheets?.sheet ?? "Leads",
    append: target?.sheets?.append ?? false,
  };
}

/** The id in a spreadsheet's address, or the text itself where somebody gave the id. */
export function spreadsheetId(text: string): string {
  return /\/spreadsheets\/d\/([A-Za-z0-9_-]+)/.exec(text)?.[1] ?? text.trim();
}

export function addresses(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

export function planOf(form: ScheduleForm): NonNullable<PlanBody> {
  return {
    name: form.name.trim(),
    cadence: `CADENCE_${form.cadence}`,
    weekday: Number(form.weekday),
    month_day: Number(form.monthDay),
    local_time: form.localTime,
    format: `REPORT_FORMAT_${form.format}`,
    language: form.language as "pt" | "es" | "en",
    paused: form.paused,
    target: targetOf(form),
  };
}

function targetOf(form: ScheduleForm): NonNullable<PlanBody>["target"] {
  switch (form.channel) {
    case "email":
      return { email: { to: addresses(form.emails) } };
    case "slack":
      return { slack: { webhook_url: form.secret.trim() } };
    case "webhook":
      return { webhook: { url: form.webhookUrl.trim(), secret: form.secret } };
    case "sheets":
      return {
        sheets: {
          spreadsheet_id: spreadsheetId(form.spreadsheet),
          sheet: form.sheet.trim(),
          append: form.append,
          service_account_json: form.secret.trim(),
        },
      };
  }
}
