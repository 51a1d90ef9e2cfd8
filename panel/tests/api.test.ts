import { expect, test, vi } from "vitest";
import { api, giveAccess, unwrap, uuid, within } from "@/lib/api";
import { ApiError } from "@/lib/errors";

const PATH = { account_id: "1", conversation_id: "42" };

function answerWith(status: number, body: unknown, headers: Record<string, string> = {}) {
  const seen: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    seen.push(request);
    return new Response(JSON.stringify(body), { status, headers });
  });
  return seen;
}
function resume() {
  return unwrap(
    api.POST("/api/v1/accounts/{account_id}/conversations/{conversation_id}:resume", { params: { path: PATH }, body: {} }),
  );
}
function overview() {
  return unwrap(api.GET("/api/v1/accounts/{account_id}/overview", { params: { path: PATH } }));
}

test("a change carries the CSRF token and a key that makes a repeat harmless", async () => {
  giveAccess({ csrfToken: () => "csrf-1", onSignedOut: () => undefined });
  const seen = answerWith(200, {});
  await resume();
  expect(seen[0]?.headers.get("X-CSRF-Token")).toBe("csrf-1");
  expect(seen[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a look carries neither", async () => {
  const seen = answerWith(200, {});
  await overview();
  expect(seen[0]?.headers.get("X-CSRF-Token")).toBeNull();
});

test("a refusal becomes an error that names the fields and what to do", async () => {
  answerWith(400, { status: 400, reason: "INVALID_FIELD", detail: "page_size: too large", errors: [{ field: "page_size", detail: "too large" }] });
  const error = await overview().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ advice: "invalid", status: 400, reason: "INVALID_FIELD", fields: { page_size: "too large" } });
});

test("a lock-out says when to come again", async () => {
  answerWith(429, { status: 429, reason: "TOO_MANY_ATTEMPTS" }, { "Retry-After": "540" });
  await expect(overview()).rejects.toMatchObject({ advice: "tooMany", retryAfterS: 540 });
});

test("an outage in front of the gateway, without a problem document, is told as one", async () => {
  vi.stubGlobal("fetch", async () => new Response("<html>bad gateway</html>", { status: 502 }));
  await expect(overview()).rejects.toMatchObject({ advice: "internal", status: 502 });
});

test("a session that ended is told to whoever shows the sign-in", async () => {
  const onSignedOut = vi.fn<() => void>();
  giveAccess({ csrfToken: () => "", onSignedOut });
  answerWith(401, { status: 401 });
  await expect(overview()).rejects.toMatchObject({ advice: "signIn" });
  expect(onSignedOut).toHaveBeenCalledOnce();
});

test("no way to the server is told apart from a server that is late", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
  await expect(overview()).rejects.toMatchObject({ advice: "offline", status: 0 });
  vi.stubGlobal("fetch", (request: Request) => new Promise((_, reject) => {
    request.signal.addEventListener("abort", () => reject(request.signal.reason as Error));
  }));
  await expect(within(10)(new Request("http://localhost/late"))).rejects.toMatchObject({ advice: "timeout", status: 0 });
});

test("two keys differ", () => {
  expect(uuid()).not.toBe(uuid());
});
