import "@fontsource-variable/inter/wght.css";
import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";
import App from "./App.vue";
import { i18n, preferredLocale, setLocale } from "./lib/i18n";
import { makeQueryClient } from "./lib/queries";
import { useSession } from "./lib/session";
import { fetchFirst, router } from "./router";
import "./styles/main.css";

const app = createApp(App);
app.use(i18n).use(VueQueryPlugin, { queryClient: makeQueryClient() });
// Who is signed in is asked at once; words load meanwhile. The router waits for the answer, and tells what fails.
useSession().load().catch(() => undefined);
fetchFirst();
void setLocale(preferredLocale()).then(() => {
  app.use(router);
  app.mount("#app");
});
