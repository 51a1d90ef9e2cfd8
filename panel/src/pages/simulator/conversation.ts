/** A simulated conversation on the screen: what was written, what was answered, what failed. */
import { computed, ref } from "vue";
import type { CaseBody, Fact, Judgement, SimulateBody, Simulated, Step } from "./queries";

export interface Turn {
  id: number;
  texts: string[];
  state: "waiting" | "answered" | "failed";
  step?: Step;
  error?: unknown;
}

export interface Setup {
  contactName: string;
  engine: "" | "scripted";
  /** 0: the published version. */
  promptNumber: number;
  /** As `<input type="datetime-local">` has it; empty: now. */
  at: string;
}

export const NO_SETUP: Setup = { contactName: "", engine: "", promptNumber: 0, at: "" };

/** The call's body for what was said up to now: answered bursts are replayed, so that no engine is paid for them twice. */
export function bodyOf(turns: readonly Turn[], setup: Setup): SimulateBody {
  return {
    bursts: turns.map((turn) => ({ messages: turn.texts, replay: turn.step?.replay ?? "" })),
    contact_name: setup.contactName.trim(),
    engine: setup.engine,
    prompt_number: setup.promptNumber,
    ...(setup.at && { simulated_at: new Date(setup.at).toISOString() }),
  };
}

type ExpectedFacts = NonNullable<NonNullable<CaseBody["expectation"]>["facts"]>;

/** Each fact's level as a test case can hold it to. */
export function expectedFacts(facts: readonly Fact[]): ExpectedFacts {
  return facts.flatMap((fact) => (fact.kind === "FACT_KIND_UNSPECIFIED" ? [] : [{ kind: fact.kind, level: fact.level }]));
}

/**
 * Plays a conversation burst by burst.
 * @param simulate Plays; throws what `error` keeps.
 * @param score Judges what is known after each answer; its failure only leaves the score out.
 */
export function useConversation(
  simulate: (body: SimulateBody) => Promise<Simulated>,
  score: (step: Step, judgement: Simulated["judgement"]) => Promise<Judgement | undefined>,
) {
  const turns = ref<Turn[]>([]);
  const judgement = ref<Simulated["judgement"]>();
  const scores = ref<Record<number, Judgement | undefined>>({});
  const setup = ref<Setup>({ ...NO_SETUP });
  let next = 1;
  /** A conversation that was left while an answer was on its way must not get it. */
  let generation = 0;

  const busy = computed(() => turns.value.some((turn) => turn.state === "waiting"));
  const last = computed(() => turns.value.findLast((turn) => turn.state === "answered"));
  const over = computed(() => {
    const answer = last.value?.step?.answer;
    return answer !== undefined && answer.ended !== "END_REASON_UNSPECIFIED";
  });
  const blocked = computed(() => busy.value || over.value || turns.value.some((turn) => turn.state === "failed"));

  async function send(text: string): Promise<void> {
    const texts = text.split("\n").map((line) => line.trim()).filter(Boolean);
    if (texts.length === 0 || blocked.value) return;
    turns.value = [...turns.value, { id: next++, texts, state: "waiting" }];
    await play();
  }

  /** Sends the burst that failed once more. */
  async function resend(): Promise<void> {
    patch(turns.value.at(-1)?.id, { state: "waiting", error: undefined });
    await play();
  }

  async function play(): Promise<void> {
    const mine = generation;
    const turn = turns.value.at(-1);
    if (!turn) return;
    try {
      const played = await simulate(bodyOf(turns.value, setup.value));
      if (mine !== generation) return;
      const step = played.steps.at(-1);
      patch(turn.id, { state: "answered", step });
      judgement.value = played.judgement;
      if (step) await judge(turn.id, step, played.judgement, mine);
    } catch (error) {
      if (mine === generation) patch(turn.id, { state: "failed", error });
    }
  }

  async function judge(id: number, step: Step, judged: Simulated["judgement"], mine: number): Promise<void> {
    try {
      const found = await score(step, judged);
      if (mine === generation) scores.value = { ...scores.value, [id]: found };
    } catch {
      // The answer is there; without a score the trace says so.
      if (mine === generation) scores.value = { ...scores.value, [id]: undefined };
    }
  }

  function patch(id: number | undefined, change: Partial<Turn>): void {
    turns.value = turns.value.map((turn) => (turn.id === id ? { ...turn, ...change } : turn));
  }

  function restart(): void {
    generation++;
    turns.value = [];
    scores.value = {};
    judgement.value = undefined;
  }

  /** Facts of the whole conversation: the judgement's, where there is one. */
  const facts = computed<readonly Fact[]>(() => {
    const lead = judgement.value?.lead ?? last.value?.step?.answer?.lead;
    return lead?.facts ?? [];
  });

  return { turns, judgement, scores, setup, busy, last, over, blocked, facts, send, resend, restart };
}
