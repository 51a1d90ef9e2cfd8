/** Alert settings as the form holds them, from and to the API's shape. Thresholds are texts, as fields give them. */
import { toSeconds } from "@/lib/format";
import type { AlertSettings, SettingsBody } from "./queries";

export interface AlertForm {
  budget: boolean;
  errors: boolean;
  percent: string;
  atLeast: string;
  noLeads: boolean;
  noLeadsHours: string;
  connection: boolean;
  connectionMinutes: string;
  wahaUrl: string;
  wahaSession: string;
  wahaKey: string;
  wahaKeyKept: boolean;
  hotLead: boolean;
  hotMinutes: string;
  reassign: boolean;
  reassignMost: string;
  emails: string;
  slackUrl: string;
  slackKept: boolean;
  quiet: boolean;
  quietBegins: string;
  quietEnds: string;
  language: string;
}

export function formOf(settings: AlertSettings): AlertForm {
  const { error_rate: errors, no_leads: silence, connection, hot_lead: hot, channels, quiet_hours: quiet } = settings;
  return {
    budget: !settings.budget?.off,
    errors: !errors?.off,
    percent: String(errors?.percent || 10),
    atLeast: String(errors?.at_least || 3),
    noLeads: !silence?.off,
    noLeadsHours: String((toSeconds(silence?.after) ?? 28_800) / 3_600),
    connection: !connection?.off,
    connectionMinutes: String((toSeconds(connection?.after) ?? 300) / 60),
    wahaUrl: connection?.waha_url ?? "",
    wahaSession: connection?.waha_session ?? "",
    wahaKey: "",
    wahaKeyKept: connection?.waha_api_key_set ?? false,
    hotLead: !hot?.off,
    hotMinutes: String((toSeconds(hot?.after) ?? 900) / 60),
    reassign: hot?.reassign ?? false,
    reassignMost: String(hot?.reassign_at_most || 2),
    emails: (channels?.email_to ?? []).join("\n"),
    slackUrl: "",
    slackKept: channels?.slack_webhook_url_set ?? false,
    quiet: quiet !== undefined && quiet !== null,
    quietBegins: quiet?.begins ?? "22:00",
    quietEnds: quiet?.ends ?? "07:00",
    language: settings.language || "pt",
  };
}

export function bodyOf(form: AlertForm, version: number): SettingsBody {
  return {
    expected_version: version,
    settings: {
      budget: { off: !form.budget },
      error_rate: { off: !form.errors, percent: Number(form.percent), at_least: Number(form.atLeast) },
      no_leads: { off: !form.noLeads, after: seconds(form.noLeadsHours, 3_600) },
      connection: {
        off: !form.connection,
        after: seconds(form.connectionMinutes, 60),
        waha_url: form.wahaUrl.trim(),
        waha_session: form.wahaSession.trim(),
        waha_api_key: form.wahaKey,
      },
      hot_lead: {
        off: !form.hotLead,
        after: seconds(form.hotMinutes, 60),
        reassign: form.reassign,
        reassign_at_most: Number(form.reassignMost),
      },
      channels: {
        email_to: form.emails.split(/[\s,;]+/).filter(Boolean),
        slack_webhook_url: form.slackUrl.trim(),
        slack_webhook_url_set: form.slackKept,
      },
      ...(form.quiet && { quiet_hours: { begins: form.quietBegins, ends: form.quietEnds } }),
      language: form.language as "pt" | "es" | "en",
    },
  };
}

/** A number of hours or minutes as a duration of the API. */
function seconds(text: string, unit: number): string {
  return `${Math.round(Number(text.replace(",", ".")) * unit)}s`;
}
