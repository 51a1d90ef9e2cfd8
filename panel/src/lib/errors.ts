/** Why a call failed, in a shape that every page shows the same way. */

export type Advice =
  | "offline"
  | "timeout"
  | "signIn"
  | "forbidden"
  | "notFound"
  | "conflict"
  | "invalid"
  | "tooMany"
  | "unavailable"
  | "internal";

/** A problem document of the API (RFC 9457). */
export interface Problem {
  status: number;
  title?: string;
  detail?: string;
  reason?: string;
  errors?: { field: string; detail: string }[];
}

/** A call that did not succeed. `advice` says what the person can do; its words are in `common.errors`. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  /**
   * @param advice What the person can do about it.
   * @param status HTTP status; 0: there was no answer.
   * @param reason A name of `ErrorReason` without its prefix; empty: unknown.
   * @param detail For people, in English, as the API says it.
   * @param fields Per field that does not fit, what it must be.
   * @param retryAfterS When to come again; 0: not said.
   */
  constructor(
    readonly advice: Advice,
    readonly status: number,
    readonly reason = "",
    readonly detail = "",
    readonly fields: Readonly<Record<string, string>> = {},
    readonly retryAfterS = 0,
  ) {
    super(detail || advice);
  }
}

const BY_STATUS: Readonly<Record<number, Advice>> = {
  400: "invalid",
  401: "signIn",
  403: "forbidden",
  404: "notFound",
  409: "conflict",
  412: "conflict",
  413: "invalid",
  415: "invalid",
  428: "conflict",
  429: "tooMany",
  503: "unavailable",
  504: "timeout",
};

/** Reads a refusal; a body that is no problem document is an outage in front of us. */
export async function errorOf(response: Response): Promise<ApiError> {
  let problem: Partial<Problem> = {};
  try {
    problem = (await response.clone().json()) as Partial<Problem>;
  } catch {
    problem = {};
  }
  const advice = BY_STATUS[response.status] ?? (response.status >= 500 ? "internal" : "invalid");
  const fields = Object.fromEntries((problem.errors ?? []).map((each) => [each.field, each.detail]));
  const retryAfterS = Number(response.headers.get("Retry-After") ?? 0) || 0;
  return new ApiError(advice, response.status, problem.reason ?? "", problem.detail ?? "", fields, retryAfterS);
}

/** What a failed `fetch` means: our deadline, or no way to the server. */
export function errorOfFetch(error: unknown): unknown {
  if ((error as Partial<DOMException>)?.name === "TimeoutError") return new ApiError("timeout", 0);
  if (error instanceof TypeError) return new ApiError("offline", 0);
  return error;
}
