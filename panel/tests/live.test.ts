import { QueryClient } from "@tanstack/vue-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listen, liveState, patched, pauseBefore } from "@/lib/live";

/** Stands where the browser's EventSource is: the test says what the server does. */
class Source {
  static opened: Source[] = [];
  static readonly CLOSED = 2;
  readyState = 1;
  private readonly heard = new Map<string, ((event: { data: string }) => void)[]>();
  constructor(readonly url: string) {
    Source.opened.push(this);
  }
  addEventListener(kind: string, take: (event: { data: string }) => void) {
    this.heard.set(kind, [...(this.heard.get(kind) ?? []), take]);
  }
  tell(kind: string, data: object = {}) {
    for (const take of this.heard.get(kind) ?? []) take({ data: JSON.stringify(data) });
  }
  close() {
    this.readyState = Source.CLOSED;
  }
}

let queries: QueryClient;
let asked: string[];
let stop: () => void = () => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  Source.opened = [];
  vi.stubGlobal("EventSource", Source);
  queries = new QueryClient();
  asked = [];
  vi.spyOn(queries, "invalidateQueries").mockImplementation((filter) => {
    asked.push(String((filter as { queryKey: string[] }).queryKey[0]));
    return Promise.resolve();
  });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});
function begin(onSignedOut: () => void = () => undefined): Source {
  stop = listen("/stream", queries, onSignedOut);
  return Source.opened[0]!;
}

test("news patch the lists at once and ask for figures once per burst", async () => {
  const source = begin();
  source.tell("live");
  queries.setQueryData(["leads", {}], { leads: [{ contact_id: "7", score: 40 }, { contact_id: "8", score: 1 }] });
  source.tell("lead_qualified", { kind: "lead_qualified", contact_id: "7", score: 95, temperature: "TEMPERATURE_HOT" });
  source.tell("lead_qualified", { kind: "lead_qualified", contact_id: "9", score: 10 });
  expect(queries.getQueryData(["leads", {}])).toEqual({
    leads: [{ contact_id: "7", score: 95, temperature: "TEMPERATURE_HOT" }, { contact_id: "8", score: 1 }],
  });
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toEqual(["leads", "overview", "report", "lead"]);
  expect(liveState.value).toBe("live");
});

test("after a refusal it opens again by itself, later each time, and then asks for everything", async () => {
  const first = begin();
  first.tell("live");
  first.readyState = Source.CLOSED;
  first.tell("error");
  expect(liveState.value).toBe("off");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(Source.opened).toHaveLength(2);
  Source.opened[1]!.tell("live");
  await vi.advanceTimersByTimeAsync(500);
  expect(liveState.value).toBe("live");
  expect(asked).toEqual(["leads", "overview", "report", "lead"]);
});

test("a dropped link is left to the browser, which opens it itself", async () => {
  const source = begin();
  source.readyState = 0;
  source.tell("error");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(Source.opened).toHaveLength(1);
});

test("while changes are not heard it asks as often as the server says", async () => {
  const source = begin();
  source.tell("degraded", { poll_s: 15 });
  expect(liveState.value).toBe("off");
  await vi.advanceTimersByTimeAsync(31_000);
  expect(asked.filter((key) => key === "overview")).toHaveLength(2);
});

test("the end of the session ends the stream and is told", () => {
  const told = vi.fn<() => void>();
  const source = begin(told);
  source.tell("signed_out");
  expect(told).toHaveBeenCalledOnce();
  expect(source.readyState).toBe(Source.CLOSED);
});

test("pauses double up to half a minute, half of them by chance", () => {
  expect([pauseBefore(0, 0), pauseBefore(0, 1), pauseBefore(3, 0), pauseBefore(20, 1)]).toEqual([500, 1_000, 4_000, 30_000]);
});

test("a change of somebody else leaves a row as it is", () => {
  const row = { contact_id: "1", score: 5 };
  expect(patched(row, { kind: "lead_qualified", contact_id: "2", score: 9 })).toBe(row);
});
