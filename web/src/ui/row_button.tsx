import { useAction } from "./action";
import { FailureAlert } from "./alert";
import { Button } from "./button";

interface Props {
  children: string;
  label?: string; // for screen readers: which row it is
  work: () => Promise<void>;
}

// What can be done with one row of a table, and beside it why it did not work.
export function RowButton({ children, label, work }: Props) {
  const action = useAction(work);
  return (
    <div class="stack tight">
      <FailureAlert failure={action.failure} />
      <div>
        <Button small busy={action.busy} {...(label === undefined ? {} : { label })} onClick={action.run}>
          {children}
        </Button>
      </div>
    </div>
  );
}
