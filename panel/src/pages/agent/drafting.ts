/**
 * Editing what has versions. Every publication is first kept as a version of its own, so that no refusal, least of all
 * "somebody else published meanwhile", can take a person's words away.
 */
import { computed, type Ref, ref } from "vue";
import { useI18n } from "vue-i18n";
import { useErrorWords } from "@/lib/error-words";
import { ApiError } from "@/lib/errors";
import { same } from "@/lib/merging";
import { useToasts } from "@/lib/toasts";

export interface Calls<Form> {
  /** Keeps a draft; gives its number. */
  create: (form: Form, note: string, basedOn: number) => Promise<number>;
  /** Publishes a version, if `expected` is still the published one. */
  activate: (number: number, expected: number) => Promise<unknown>;
  /** Publishes what was published before. */
  rollback: (expected: number) => Promise<unknown>;
}

export function useDrafting<Form extends object>(calls: Calls<Form>) {
  const { t } = useI18n();
  const words = useErrorWords();
  const toasts = useToasts();
  const form = ref() as Ref<Form | undefined>;
  const note = ref("");
  /** The version that the form was filled from, and which one was published then. */
  const opened = ref() as Ref<{ number: number; form: Form; published: number } | undefined>;
  const errors = ref<Readonly<Record<string, string>>>({});
  /** The number under which my words are kept after somebody else published; 0: nobody did. */
  const overtaken = ref(0);
  const busy = ref(false);
  const dirty = computed(() => opened.value !== undefined && !same(opened.value.form, form.value));

  function open(number: number, filled: Form, published: number): void {
    opened.value = { number, form: filled, published };
    // A copy: what was opened must not change with what is typed.
    form.value = JSON.parse(JSON.stringify(filled)) as Form;
    note.value = "";
    errors.value = {};
    overtaken.value = 0;
  }
  function discard(): void {
    if (opened.value) open(opened.value.number, opened.value.form, opened.value.published);
  }
  function tell(problem: unknown): void {
    if (problem instanceof ApiError) errors.value = problem.fields;
    const { title, advice } = words(problem);
    toasts.show(`${title}. ${advice}`, "error");
  }
  /** Keeps what was typed; gives the number of the version that says it, 0 where that failed. */
  async function keep(): Promise<number> {
    if (!opened.value || !form.value) return 0;
    if (!dirty.value) return opened.value.number;
    const mine = JSON.parse(JSON.stringify(form.value)) as Form;
    const number = await calls.create(mine, note.value.trim(), opened.value.number);
    opened.value = { ...opened.value, number, form: mine };
    errors.value = {};
    note.value = "";
    return number;
  }
  async function guarded(deed: () => Promise<void>): Promise<boolean> {
    busy.value = true;
    try {
      await deed();
      return true;
    } catch (problem) {
      tell(problem);
      return false;
    } finally {
      busy.value = false;
    }
  }
  /** Keeps a draft and says so; gives its number, 0 where that failed. */
  async function save(): Promise<number> {
    let number = 0;
    const fresh = dirty.value;
    await guarded(async () => {
      number = await keep();
      if (fresh) toasts.show(t("agent.version.kept", { number }));
    });
    return number;
  }
  /** Publishes what is in the form; gives whether that happened. */
  async function publish(): Promise<boolean> {
    return guarded(async () => {
      const number = await keep();
      await activate(number);
    });
  }
  async function activate(number: number): Promise<void> {
    try {
      await calls.activate(number, opened.value?.published ?? 0);
    } catch (problem) {
      if (problem instanceof ApiError && problem.reason === "VERSION_CONFLICT") overtaken.value = number;
      throw problem;
    }
    overtaken.value = 0;
    accept(number);
    toasts.show(t("agent.version.published", { number }));
  }
  /** Takes the publication `expected` back. */
  async function rollback(expected: number): Promise<boolean> {
    return guarded(async () => {
      await calls.rollback(expected);
      toasts.show(t("agent.version.rolledBack"));
    });
  }
  /** What is published now, as I know it: the next publication of mine may follow it. */
  function accept(published: number): void {
    if (opened.value) opened.value = { ...opened.value, published };
  }
  return { form, note, opened, errors, overtaken, busy, dirty, open, discard, save, publish, rollback, accept };
}
