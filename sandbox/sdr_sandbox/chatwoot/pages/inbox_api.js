// The closer's side of the account API: the token, requests, and the live stream.

const TOKEN = "sdr-sandbox.token";
const ACCOUNT = "/api/v1/accounts/1";

/** A request that the server refused; `status` is its code. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message || body?.error || body?.errors?.join(" ") || `HTTP ${status}`);
    this.status = status;
  }
}

/** Take a token from `?token=` once, and take it out of the address. */
export function adoptTokenFromAddress() {
  const address = new URL(location.href);
  const token = address.searchParams.get("token");
  if (!token) return;
  sessionStorage.setItem(TOKEN, token);
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}

/** Whether a token is at hand. */
export const hasToken = () => Boolean(sessionStorage.getItem(TOKEN));

/** Forget the token. */
export const forgetToken = () => sessionStorage.removeItem(TOKEN);

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body ? { "content-type": "application/json" } : {}),
      ...(hasToken() ? { "api-access-token": sessionStorage.getItem(TOKEN) } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  let parsed = null;
  try {
    parsed = text ? JSON.parse(text) : null;
  } catch {
    parsed = { error: text };
  }
  if (!response.ok) throw new Refused(response.status, parsed);
  return parsed;
}

/** Sign in and keep the API token. */
export async function signIn(email, password) {
  const { data } = await call("POST", "/auth/sign_in", { email, password });
  sessionStorage.setItem(TOKEN, data.access_token);
}

export const profile = () => call("GET", "/api/v1/profile");
export const account = () => call("GET", ACCOUNT);
export const teams = () => call("GET", `${ACCOUNT}/teams`);
export const agents = () => call("GET", `${ACCOUNT}/agents`);
export const labels = async () => (await call("GET", `${ACCOUNT}/labels`)).payload;
export const dashboardApps = () => call("GET", `${ACCOUNT}/dashboard_apps`);

/** Every conversation of the last year in one go. */
export async function conversations() {
  const { data } = await call("GET", `${ACCOUNT}/conversations?status=all&updated_within=31536000`);
  return data.payload;
}

/** A conversation's messages, oldest first, up to a thousand. */
export async function messages(id) {
  const query = "?after=0&before=2147483647";
  return (await call("GET", `${ACCOUNT}/conversations/${id}/messages${query}`)).payload;
}

const on = (id, action, body = {}) => call("POST", `${ACCOUNT}/conversations/${id}/${action}`, body);
export const send = (id, content, isPrivate) => on(id, "messages", { content, private: isPrivate });
export const setStatus = (id, status) => on(id, "toggle_status", { status });
export const assignAgent = (id, agentId) => on(id, "assignments", { assignee_id: agentId });
export const assignTeam = (id, teamId) => on(id, "assignments", { team_id: teamId });
export const setLabels = (id, titles) => on(id, "labels", { labels: titles });
export const setPriority = (id, priority) => on(id, "toggle_priority", { priority });
export const typing = (id, state, isPrivate) =>
  on(id, "toggle_typing_status", { typing_status: state, is_private: isPrivate });
export const seen = (id) => on(id, "update_last_seen");

/** Listen to live events until `signal` aborts; reconnects, and calls `onState` with true or false. */
export async function listen(onEvent, onState, signal) {
  let pause = 500;
  while (!signal.aborted) {
    try {
      const headers = { "api-access-token": sessionStorage.getItem(TOKEN) };
      const response = await fetch("/sandbox/stream", { headers, signal });
      if (!response.ok) throw new Refused(response.status, null);
      onState(true);
      pause = 500;
      await readEvents(response.body.pipeThrough(new TextDecoderStream()).getReader(), onEvent);
    } catch (error) {
      if (signal.aborted) return;
      console.info(`stream: ${error.message}`);
    }
    onState(false);
    await new Promise((resume) => setTimeout(resume, pause));
    pause = Math.min(pause * 2, 8000);
  }
}

async function readEvents(reader, onEvent) {
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value;
    const blocks = buffer.split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) if (block.startsWith("data: ")) onEvent(JSON.parse(block.slice(6)));
  }
}
