/** Procedures as people call them: the API tells them by slug ("preenchimento_labial"). */
import { useI18n } from "vue-i18n";

/** A slug that has no words here, readable all the same: "olheiras_profundas" is "Olheiras profundas". */
export function tidied(slug: string): string {
  const text = slug.replaceAll(/[_-]+/g, " ").trim();
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** The name of a procedure in the panel's language; one that a clinic named itself is its slug, tidied; nothing is nothing. */
export function useProcedureName(): (slug: string | undefined) => string {
  const { t, te } = useI18n();
  return (slug) => {
    if (!slug) return "";
    return te(`common.procedure.${slug}`) ? t(`common.procedure.${slug}`) : tidied(slug);
  };
}
