/** Files and pages on their way into the knowledge, one after another, each with how far it has come. */
import { computed, ref } from "vue";
import type { PutBody } from "./queries";

/** What the service takes, in bytes. */
export const FILE_LIMIT = 10 * 1024 * 1024;
export const ENDINGS = [".txt", ".md", ".pdf", ".docx"] as const;

export type Stage = "waiting" | "reading" | "sending" | "done" | "failed";
export interface Upload {
  id: number;
  name: string;
  stage: Stage;
  /** Why it failed: `tooLarge`, `wrongKind`, or what was thrown. */
  problem?: "tooLarge" | "wrongKind" | { thrown: unknown };
  source: File | string;
}

/** Why a file cannot be taken; undefined: it can. */
export function refusal(file: { name: string; size: number }): "tooLarge" | "wrongKind" | undefined {
  if (!ENDINGS.some((ending) => file.name.toLowerCase().endsWith(ending))) return "wrongKind";
  return file.size > FILE_LIMIT ? "tooLarge" : undefined;
}

/** A file's bytes as base64. */
export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** @param put Stores one; throws what the upload then shows. */
export function useUploads(put: (body: PutBody) => Promise<unknown>) {
  const uploads = ref<Upload[]>([]);
  let next = 1;
  let running = false;
  const busy = computed(() => uploads.value.some((each) => ["waiting", "reading", "sending"].includes(each.stage)));

  function patch(id: number, change: Partial<Upload>): void {
    uploads.value = uploads.value.map((each) => (each.id === id ? { ...each, ...change } : each));
  }

  function add(sources: readonly (File | string)[]): Promise<void> {
    const added = sources.map((source): Upload => {
      const problem = typeof source === "string" ? undefined : refusal(source);
      const name = typeof source === "string" ? source : source.name;
      return { id: next++, name, source, stage: problem ? "failed" : "waiting", ...(problem && { problem }) };
    });
    uploads.value = [...uploads.value, ...added];
    return work();
  }

  function retry(id: number): Promise<void> {
    patch(id, { stage: "waiting", problem: undefined });
    return work();
  }

  function dismiss(id: number): void {
    uploads.value = uploads.value.filter((each) => each.id !== id);
  }

  async function work(): Promise<void> {
    if (running) return;
    running = true;
    for (let each = waiting(); each; each = waiting()) await one(each);
    running = false;
  }

  function waiting(): Upload | undefined {
    return uploads.value.find((each) => each.stage === "waiting");
  }

  async function one({ id, source }: Upload): Promise<void> {
    try {
      patch(id, { stage: "reading" });
      const body: PutBody =
        typeof source === "string" ? { url: source } : { file: { name: source.name, data: await base64Of(source) } };
      patch(id, { stage: "sending" });
      await put(body);
      patch(id, { stage: "done" });
    } catch (thrown) {
      patch(id, { stage: "failed", problem: { thrown } });
    }
  }

  return { uploads, busy, add, retry, dismiss };
}
