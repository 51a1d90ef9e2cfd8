/**
 * The tabs of "Ajustes", one line each, in their order. `words`: the area under `pages/` whose words a tab needs beside those of
 * "settings"; they are loaded with it.
 */
export interface SettingsTab {
  key: string;
  /** File under `pages/settings/tabs/`, without its ending. */
  file: string;
  words?: string;
}

export const TABS: readonly SettingsTab[] = [
  { key: "connection", file: "ConnectionTab" },
  { key: "clinic", file: "ClinicTab" },
  { key: "models", file: "ModelsTab" },
  { key: "budget", file: "BudgetTab" },
  { key: "privacy", file: "PrivacyTab" },
  { key: "access", file: "AccessTab" },
  { key: "audit", file: "AuditTab" },
];
