/** A form over the settings: what was typed, whether it differs, and saving it on the state that was read. */
import { computed, type Ref, ref, watch } from "vue";
import { useI18n } from "vue-i18n";
import { useErrorWords } from "@/lib/error-words";
import { ApiError } from "@/lib/errors";
import { useToasts } from "@/lib/toasts";
import { type Change, type Settings, useChangeSettings, useSettings } from "./queries";

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
  /** The state that the form was filled from; a newer one that arrives meanwhile must not be overwritten unseen. */
  const etag = ref("");

  function fill(settings: Settings): void {
    fields.value = read(settings);
    etag.value = settings.etag;
    errors.value = {};
  }
  const dirty = computed(
    () => data.value !== undefined && fields.value !== undefined && JSON.stringify(read(data.value)) !== JSON.stringify(fields.value),
  );
  watch(
    data,
    (settings, before) => {
      if (!settings) return;
      const untouched = fields.value === undefined || before === undefined || JSON.stringify(read(before)) === JSON.stringify(fields.value);
      if (untouched) fill(settings);
    },
    { immediate: true },
  );

  async function save(): Promise<void> {
    if (fields.value === undefined) return;
    try {
      fill(await mutateAsync({ etag: etag.value, change: write(fields.value) }));
      toasts.show(t("common.saved"));
    } catch (problem) {
      if (problem instanceof ApiError) errors.value = problem.fields;
      const { title, advice } = words(problem);
      toasts.show(`${title}. ${advice}`, "error");
    }
  }
  async function reload(): Promise<void> {
    const { data: settings } = await refetch();
    if (settings) fill(settings);
  }
  return { data, error, isFetching, refetch, fields, errors, dirty, busy: isPending, save, reload };
}
