/** A provider's key as its form holds it; what was kept is never in it. */
import type { ModelKey } from "./queries";

export interface ModelKeyForm {
  key: string;
  baseUrl: string;
  model: string;
  analysisModel: string;
}

export function formOfKey(kept: ModelKey): ModelKeyForm {
  return { key: "", baseUrl: kept.base_url, model: kept.model, analysisModel: kept.analysis_model };
}

/** Whether the kept key no longer counts: it goes to no other address than the one that it was given for. */
export function needsKeyAgain(form: ModelKeyForm, kept: ModelKey): boolean {
  return kept.is_set && kept.last_four !== "" && form.key === "" && form.baseUrl.trim() !== kept.base_url;
}
