/** Who is signed in, and what may be shown to them. */
import { computed, ref } from "vue";
import { api, giveAccess, unwrap } from "./api";
import { ApiError } from "./errors";
import type { components } from "./schema";
import { shared } from "./shared";
import { keep, recall } from "./storage";

export type Session = components["schemas"]["Session"];
export type Role = "agent" | "administrator";
export interface Credentials {
  email: string;
  password: string;
  accountId: number;
}

export const useSession = shared(() => {
  const current = ref<Session | null>(null);
  /** False until the first answer to "who is signed in?". */
  const known = ref(false);
  /** True when a running session ended under the person's hands. */
  const expired = ref(false);
  /** What every path of the API holds. */
  const account = computed(() => ({ account_id: String(current.value?.account_id ?? 0) }));

  giveAccess({
    csrfToken: () => current.value?.csrf_token ?? "",
    onSignedOut: lapse,
  });

  /** The server says that nobody is signed in any more. */
  function lapse(): void {
    if (current.value !== null) expired.value = true;
    set(null);
  }

  function set(session: Session | null): void {
    current.value = session;
    keep("sdr.signed-in", session === null ? null : "1");
  }

  /** Whether somebody was signed in when this browser was here last. */
  function likely(): boolean {
    return recall("sdr.signed-in") !== null;
  }

  let asking: Promise<void> | undefined;
  /** Asks who is signed in, once at a time; nobody is no error. A browser where nobody ever was is not asked for. */
  function load(): Promise<void> {
    asking ??= ask().finally(() => (asking = undefined));
    return asking;
  }

  async function ask(): Promise<void> {
    try {
      if (likely()) set(await unwrap(api.GET("/api/v1/session")));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      set(null);
    }
    known.value = true;
  }

  /** @throws ApiError SIGN_IN_REFUSED, TOO_MANY_ATTEMPTS (see `retryAfterS`), or an outage. */
  async function signIn(given: Credentials): Promise<void> {
    const body = { account_id: given.accountId, email: given.email, password: given.password, access_token: "" };
    set(await unwrap(api.POST("/api/v1/session", { body })));
    known.value = true;
    expired.value = false;
  }

  async function signOut(everywhere = false): Promise<void> {
    await api.DELETE("/api/v1/session", { params: { query: { everywhere } } });
    set(null);
  }

  /** Whether the person may use what needs a role. */
  function may(role: Role): boolean {
    return role === "agent" ? current.value !== null : current.value?.role === "administrator";
  }

  return { current, known, expired, account, likely, load, signIn, signOut, lapse, may };
});
