import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiFailure } from "../api/problem";
import type { Loaded } from "./load";

// A list that comes a page at a time: `load` gets the cursor of the next, which is absent for the first.
export interface Listed<T> extends Loaded<T[]> {
  more: (() => void) | undefined;
}

export function usePages<T>(load: (cursor?: string) => Promise<{ rows: T[]; next?: string | undefined }>, what = ""): Listed<T> {
  const rows = useSignal<T[] | null>(null);
  const next = useSignal<string | undefined>(undefined);
  const failure = useSignal<ApiFailure | null>(null);
  const asked = useSignal(0);
  const fetchPage = async (cursor?: string) => {
    const mine = ++asked.value;
    try {
      const page = await load(cursor);
      if (mine !== asked.value) return;
      rows.value = cursor === undefined ? page.rows : [...(rows.value ?? []), ...page.rows];
      next.value = page.next;
      failure.value = null;
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (mine === asked.value) failure.value = error;
    }
  };
  useEffect(() => {
    next.value = undefined; // of another list
    void fetchPage();
  }, [what]);
  const cursor = next.value;
  return {
    value: rows.value,
    failure: failure.value,
    reload: () => fetchPage(),
    set: (value) => (rows.value = value),
    more: cursor === undefined ? undefined : () => void fetchPage(cursor),
  };
}
