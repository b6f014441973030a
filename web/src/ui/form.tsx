import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Action } from "./action";
import { FailureAlert } from "./alert";

interface Props {
  action: Action;
  fields?: string[]; // whose messages the form shows beside the fields themselves
  children: ComponentChildren;
}

// What went wrong stands at the top; focus goes to the first field that has something to correct, also where the page
// itself found it.
export function Form({ action, fields, children }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const toMistake = () => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  useEffect(() => {
    if (action.failure !== null) toMistake();
  }, [action.failure]);
  return (
    <form
      ref={form}
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void action.run().then((done) => done && requestAnimationFrame(toMistake)); // once it is drawn
      }}
    >
      <FailureAlert failure={action.failure} fields={fields ?? []} />
      {children}
    </form>
  );
}
