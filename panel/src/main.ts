import "@fontsource-variable/inter/wght.css";
import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";
import App from "./App.vue";
import { i18n, preferredLocale, setLocale } from "./lib/i18n";
import { makeQueryClient } from "./lib/queries";
import { router } from "./router";
import "./styles/main.css";

const app = createApp(App);
app.use(i18n).use(VueQueryPlugin, { queryClient: makeQueryClient() });
// The router asks at once who is signed in; words load meanwhile.
void setLocale(preferredLocale()).then(() => {
  app.use(router);
  app.mount("#app");
});
