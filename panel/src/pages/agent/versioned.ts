/** An editor over versions: which one is open stands in the address, and what is typed is never overwritten unseen. */
import { computed, ref, watch } from "vue";
import { useQueryText } from "@/lib/url-state";
import { type Calls, useDrafting } from "./drafting";

/** Which version the address asks for: empty, and whatever is no number, is the published one. */
export function useAskedVersion() {
  const asked = useQueryText("versao");
  return { asked, number: computed(() => (/^\d{1,9}$/.test(asked.value) ? Number(asked.value) : 0)) };
}

/**
 * @param asked The version in the address.
 * @param found What was read for it.
 * @param published The number of the published version; 0: not known yet.
 */
export function useVersioned<Form extends object>(
  asked: ReturnType<typeof useAskedVersion>["asked"],
  found: () => { number: number; form: Form } | undefined,
  published: () => number,
  calls: Calls<Form>,
) {
  const draft = useDrafting<Form>(calls);
  const { opened, dirty, overtaken } = draft;
  const live = computed(() => opened.value !== undefined && opened.value.number === published());
  const asksBack = ref(false);
  /** Which address the form was filled for. */
  let filledFor: string | undefined;

  /** Another address is another version; else only an untouched form on the published version follows a new publication. */
  function fill(): void {
    const read = found();
    const active = published();
    if (!read || active === 0) return;
    const untouched = !dirty.value && opened.value !== undefined && opened.value.number === opened.value.published;
    const newer = untouched && read.number === active && active !== opened.value?.published;
    if (filledFor === asked.value && !newer) return;
    filledFor = asked.value;
    draft.open(read.number, read.form, active);
  }
  watch([found, published], fill, { immediate: true });

  function addressOf(number: number): string {
    return number === published() ? "" : String(number);
  }
  /** The address follows what the form has already. */
  function followed(address: string): void {
    filledFor = address;
    asked.value = address;
  }
  function show(number: number): void {
    asked.value = addressOf(number);
  }
  /** Gives the number of the version that says what is in the form; 0: it could not be kept. */
  async function save(): Promise<number> {
    const kept = await draft.save();
    if (kept) followed(addressOf(kept));
    return kept;
  }
  async function publish(): Promise<void> {
    if (await draft.publish()) followed("");
    else if (overtaken.value) followed(String(overtaken.value));
  }
  /** Publishes my words after somebody else's, which are seen now. */
  async function insist(): Promise<void> {
    draft.accept(published());
    await publish();
  }
  async function rollback(): Promise<void> {
    if (!(await draft.rollback(published()))) return;
    asksBack.value = false;
    if (!dirty.value) asked.value = "";
  }
  return { ...draft, live, asksBack, show, save, publish, insist, rollback };
}
