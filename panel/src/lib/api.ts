/** The gateway's HTTP API: typed by its own document, with CSRF token, idempotency key and deadline on every call. */
import createClient, { type Middleware } from "openapi-fetch";
import { errorOf, errorOfFetch } from "./errors";
import type { paths } from "./schema";

/** The server answers or refuses within 2 s; the rest is the way there and back. */
const DEADLINE_MS = 2_500;
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

interface Access {
  csrfToken: () => string;
  onSignedOut: () => void;
}

let access: Access = { csrfToken: () => "", onSignedOut: () => undefined };

/** Tells the client who is signed in; called once by the session store. */
export function giveAccess(given: Access): void {
  access = given;
}

/** A UUID; `crypto.randomUUID` exists over TLS and on localhost only. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** `fetch` with a deadline; give a longer one to the calls whose contract says so: `{ fetch: within(120_000) }`. */
export function within(milliseconds: number): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(milliseconds)]);
      return await fetch(new Request(request, { signal }));
    } catch (error) {
      throw errorOfFetch(error);
    }
  };
}

const guard: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method)) {
      request.headers.set("X-CSRF-Token", access.csrfToken());
      if (!request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", uuid());
    }
    return request;
  },
  async onResponse({ response, request }) {
    if (response.ok) return response;
    const error = await errorOf(response);
    const signsIn = new URL(request.url).pathname === "/api/v1/session";
    if (error.status === 401 && !signsIn) access.onSignedOut();
    throw error;
  },
};

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  fetch: within(DEADLINE_MS),
});
api.use(guard);

/** The data of an answer; a refusal was thrown as `ApiError` before. */
export async function unwrap<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
