/** Numbers, times and durations as the chosen language writes them. The API sends 64-bit numbers as text. */
import { computed } from "vue";
import { useI18n } from "vue-i18n";

type Given = number | string | null | undefined;

/** A number of the API; nothing is 0. */
export function toNumber(value: Given): number {
  return value === null || value === undefined || value === "" ? 0 : Number(value);
}

/** Seconds of a protobuf duration in JSON, such as "12.500s"; null where there is none. */
export function toSeconds(value: string | null | undefined): number | null {
  if (!value) return null;
  const seconds = Number(value.replace(/s$/, ""));
  return Number.isFinite(seconds) ? seconds : null;
}

export function useFormat() {
  const { locale } = useI18n();
  const numbers = computed(() => new Intl.NumberFormat(locale.value));
  const relatives = computed(() => new Intl.RelativeTimeFormat(locale.value, { numeric: "auto", style: "short" }));

  function number(value: Given): string {
    return numbers.value.format(toNumber(value));
  }

  /** A share of 0 to 1 as a percentage; a dash where there is nothing to share. */
  function percent(share: number | null): string {
    if (share === null || !Number.isFinite(share)) return "–";
    return new Intl.NumberFormat(locale.value, { style: "percent", maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share);
  }

  /** 11 s, 4 min, 2 h 05. */
  function duration(seconds: number | null): string {
    if (seconds === null) return "–";
    if (seconds < 90) return `${number(Math.round(seconds * (seconds < 10 ? 10 : 1)) / (seconds < 10 ? 10 : 1))} s`;
    if (seconds < 5_400) return `${number(Math.round(seconds / 60))} min`;
    if (seconds < 172_800) {
      const minutes = Math.round((seconds % 3_600) / 60);
      return `${number(Math.floor(seconds / 3_600))} h ${String(minutes).padStart(2, "0")}`;
    }
    return `${number(Math.round(seconds / 86_400))} d`;
  }

  function instant(value: string | null | undefined): string {
    if (!value) return "–";
    return new Intl.DateTimeFormat(locale.value, { dateStyle: "short", timeStyle: "short" }).format(new Date(value));
  }

  function time(value: string | null | undefined): string {
    if (!value) return "–";
    return new Intl.DateTimeFormat(locale.value, { hour: "2-digit", minute: "2-digit" }).format(new Date(value));
  }

  function day(value: string | Date, options: Intl.DateTimeFormatOptions = { day: "2-digit", month: "2-digit" }): string {
    return new Intl.DateTimeFormat(locale.value, options).format(typeof value === "string" ? new Date(value) : value);
  }

  /** "há 2 min", counted to `now`, in milliseconds. */
  function ago(value: string | null | undefined, now: number): string {
    if (!value) return "–";
    const seconds = Math.round((new Date(value).getTime() - now) / 1_000);
    const size = Math.abs(seconds);
    if (size < 60) return relatives.value.format(0, "second");
    if (size < 3_600) return relatives.value.format(Math.trunc(seconds / 60), "minute");
    if (size < 86_400) return relatives.value.format(Math.trunc(seconds / 3_600), "hour");
    return relatives.value.format(Math.trunc(seconds / 86_400), "day");
  }

  /** Millionths of a US dollar. */
  function dollars(micro: Given): string {
    return new Intl.NumberFormat(locale.value, { style: "currency", currency: "USD", maximumFractionDigits: 4 }).format(
      toNumber(micro) / 1e6,
    );
  }

  return { number, percent, duration, instant, time, day, ago, dollars };
}
