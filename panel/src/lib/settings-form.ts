/** A form over the settings: what was typed, whether it differs, and saving it on the state that was read. */
import { computed, type Ref, ref, watch } from "vue";
import { useI18n } from "vue-i18n";
import { useErrorWords } from "./error-words";
import { ApiError } from "./errors";
import { merged, same } from "./merging";
import { type Change, type Settings, useChangeSettings, useSettings } from "./settings";
import { useToasts } from "./toasts";

/** Somebody else saved meanwhile: `merged` where the two changes do not touch, `clash` where they do. */
export type Conflict = "" | "merged" | "clash";

/**
 * @param read What the form shows of the settings.
 * @param write The change that the form asks for.
 */
export function useSettingsForm<Fields extends object>(read: (settings: Settings) => Fields, write: (fields: Fields) => Change) {
  const { t } = useI18n();
  const words = useErrorWords();
  const toasts = useToasts();
  const { data, error, isFetching, refetch } = useSettings();
  const { mutateAsync, isPending } = useChangeSettings();
  const fields = ref() as Ref<Fields | undefined>;
  const errors = ref<Readonly<Record<string, string>>>({});
  const conflict = ref<Conflict>("");
  /** The state that the form was filled from; a newer one that arrives meanwhile must not be overwritten unseen. */
  const base = ref() as Ref<Settings | undefined>;

  function fill(settings: Settings): void {
    fields.value = read(settings);
    base.value = settings;
    errors.value = {};
    conflict.value = "";
  }
  const dirty = computed(() => base.value !== undefined && !same(read(base.value), fields.value));
  watch(
    data,
    (settings) => {
      if (settings && !dirty.value) fill(settings);
    },
    { immediate: true },
  );

  /** Puts what I typed on what somebody else saved meanwhile: nobody's words are lost, and saving is asked for again. */
  async function putOnNewest(): Promise<void> {
    const { data: newest } = await refetch();
    if (!newest || !base.value || !fields.value) return;
    const both = merged(read(base.value), fields.value, read(newest));
    fields.value = both.fields;
    base.value = newest;
    conflict.value = both.clash.length > 0 ? "clash" : "merged";
  }
  async function save(): Promise<void> {
    if (fields.value === undefined || base.value === undefined) return;
    try {
      fill(await mutateAsync({ etag: base.value.etag, change: write(fields.value) }));
      toasts.show(t("common.saved"));
    } catch (problem) {
      if (problem instanceof ApiError) {
        errors.value = problem.fields;
        if (problem.reason === "SETTINGS_CHANGED") await putOnNewest();
      }
      const { title, advice } = words(problem);
      toasts.show(`${title}. ${advice}`, "error");
    }
  }
  /** Takes back what was typed, at once; what others saved meanwhile comes by itself, unless something is typed by then. */
  async function reload(): Promise<void> {
    if (data.value) fill(data.value);
    await refetch();
  }
  return { data, error, isFetching, refetch, fields, errors, dirty, conflict, busy: isPending, save, reload };
}
