/** All leads of the list on the screen as a file, taken in while the server still reads, so that progress can be told. */
import { computed, ref } from "vue";
import { useI18n } from "vue-i18n";
import { api, unwrap, within } from "@/lib/api";
import { useSession } from "@/lib/session";
import { save } from "./csv";
import type { LeadFilters } from "./queries";

/** As long as the contract lets a file take. */
const DEADLINE_MS = 600_000;
const KINDS = { csv: "text/csv;charset=utf-8", xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
export type FileKind = keyof typeof KINDS;

export function useDownload() {
  const session = useSession();
  const { locale } = useI18n();
  /** What is being taken in; null: nothing. */
  const running = ref<FileKind | null>(null);
  const bytes = ref(0);
  let leave: AbortController | undefined;

  /**
   * Takes the file in and hands it to the browser.
   * @returns Whether it came whole; false: it was cancelled.
   */
  async function start(kind: FileKind, filters: LeadFilters): Promise<boolean> {
    const query = { ...filters, format: kind, language: locale.value as "pt-BR" };
    delete query.page_token;
    running.value = kind;
    bytes.value = 0;
    leave = new AbortController();
    const { signal } = leave;
    try {
      const body = await unwrap<ReadableStream<Uint8Array<ArrayBuffer>>>(
        api.GET("/api/v1/accounts/{account_id}/leads:export", {
          params: { path: session.account, query },
          parseAs: "stream",
          fetch: within(DEADLINE_MS),
          signal,
        }) as never,
      );
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (const reader = body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        bytes.value += value.byteLength;
      }
      save(new Blob(parts, { type: KINDS[kind] }), `leads.${kind}`);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    } finally {
      running.value = null;
    }
  }
  const megabytes = computed(() => bytes.value / 1_000_000);
  return { running, megabytes, start, cancel: () => leave?.abort() };
}
