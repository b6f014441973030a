import { useSignal } from "@preact/signals";
import { ApiFailure } from "../api/problem";

// One thing a person asks for: runs once at a time, and keeps why it did not work. Anything that is no ApiFailure is a
// mistake of ours and goes on to the console.
export interface Action {
  busy: boolean;
  failure: ApiFailure | null;
  run: () => Promise<boolean>;
  clear: () => void;
}

export function useAction(work: () => Promise<void>): Action {
  const busy = useSignal(false);
  const failure = useSignal<ApiFailure | null>(null);
  const run = async (): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    failure.value = null;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      failure.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy: busy.value, failure: failure.value, run, clear: () => (failure.value = null) };
}
