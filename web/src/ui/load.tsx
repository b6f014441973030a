import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ApiFailure } from "../api/problem";
import { t } from "../messages";
import { FailureAlert } from "./alert";
import { Button } from "./button";

// What a page needs before it can be shown.
export interface Loaded<T> {
  value: T | null;
  failure: ApiFailure | null;
  reload: () => Promise<void>;
  set: (value: T) => void;
}

// `what` tells one load from another: when it changes, it is loaded again.
export function useLoad<T>(load: () => Promise<T>, what = ""): Loaded<T> {
  const value = useSignal<T | null>(null);
  const failure = useSignal<ApiFailure | null>(null);
  const wanted = useSignal(0);
  const reload = async () => {
    const mine = ++wanted.value;
    try {
      const found = await load();
      if (mine === wanted.value) (value.value = found), (failure.value = null);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      if (mine === wanted.value) failure.value = error;
    }
  };
  useEffect(() => {
    void reload();
  }, [what]);
  return { value: value.value, failure: failure.value, reload, set: (next) => (value.value = next) };
}

interface Props<T> {
  of: Loaded<T>;
  children: (value: T) => ComponentChildren;
}

export function Show<T>({ of, children }: Props<T>) {
  if (of.failure) {
    return (
      <div class="stack">
        <FailureAlert failure={of.failure} />
        <div>
          <Button kind="plain" onClick={of.reload}>
            {t("again")}
          </Button>
        </div>
      </div>
    );
  }
  if (of.value === null) {
    return (
      <div class="loading" role="status">
        <span class="spinner" />
        <span class="hidden">{t("loading")}</span>
      </div>
    );
  }
  return <>{children(of.value)}</>;
}
