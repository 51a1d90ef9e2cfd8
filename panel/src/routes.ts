/**
 * The pages, one line each, in the order of the navigation. A page that is not there (no file) has no route and no link.
 * `area` is the folder under `pages/`, the key of its words, and its name in the navigation (`shell.nav.<area>`).
 */
import { BookOpen, ChartColumn, LayoutDashboard, MessagesSquare, Send, Settings, Sparkles, Users } from "@lucide/vue";
import type { Component } from "vue";
import type { Role } from "./lib/session";

export interface Page {
  area: string;
  path: string;
  /** File under `pages/<area>/`, without its ending. */
  file: string;
  /** In the navigation with this icon; without one: reached from other pages. */
  icon?: Component;
  /** In the bar of phones; the others are under "Mais". */
  onPhone?: boolean;
  /** Who sees it; agent: everybody. */
  role: Role;
}

export const PAGES: readonly Page[] = [
  { area: "overview", path: "/", file: "OverviewPage", icon: LayoutDashboard, onPhone: true, role: "agent" },
  { area: "leads", path: "/leads", file: "LeadsPage", icon: Users, onPhone: true, role: "agent" },
  { area: "lead", path: "/leads/:contact(\\d+)", file: "LeadPage", role: "agent" },
  { area: "embed", path: "/conversa", file: "EmbedPage", role: "agent" },
  { area: "simulator", path: "/simulador", file: "SimulatorPage", icon: MessagesSquare, onPhone: true, role: "administrator" },
  { area: "knowledge", path: "/conhecimento", file: "KnowledgePage", icon: BookOpen, role: "agent" },
  { area: "agent", path: "/agente", file: "AgentPage", icon: Sparkles, role: "administrator" },
  { area: "reports", path: "/relatorios", file: "ReportsPage", icon: ChartColumn, onPhone: true, role: "administrator" },
  { area: "schedules", path: "/relatorios/envios", file: "SchedulesPage", role: "administrator" },
  { area: "deliveries", path: "/entregas", file: "DeliveriesPage", icon: Send, role: "agent" },
  { area: "settings", path: "/ajustes", file: "SettingsPage", icon: Settings, role: "administrator" },
  { area: "alerts", path: "/ajustes/alertas", file: "AlertsPage", role: "administrator" },
];
