/** One piece of state for the whole application, made when it is first asked for. */
import { effectScope, reactive, type UnwrapNestedRefs } from "vue";

export function shared<State extends object>(setup: () => State): () => UnwrapNestedRefs<State> {
  let state: UnwrapNestedRefs<State> | undefined;
  // Detached: it outlives whichever component asked first.
  return () => (state ??= effectScope(true).run(() => reactive(setup()))!);
}
