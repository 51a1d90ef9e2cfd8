/** For the reports page: the section with its words, loaded when it is shown. */
import { defineAsyncComponent } from "vue";
import { loadArea } from "@/lib/i18n";

export const SchedulesSection = defineAsyncComponent(async () => {
  await loadArea("schedules");
  return import("./SchedulesSection.vue");
});
