/** For the settings page: the tab with its words, loaded when it is shown. Problems of sending have the schedules' words. */
import { defineAsyncComponent } from "vue";
import { loadArea } from "@/lib/i18n";

export const AlertsTab = defineAsyncComponent(async () => {
  await Promise.all([loadArea("alerts"), loadArea("schedules")]);
  return import("./AlertsTab.vue");
});
