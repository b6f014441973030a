import type { ComponentChildren } from "preact";
import { t } from "../messages";
import { Button } from "./button";
import { Icon, type IconName } from "./icons";

export interface Column<T> {
  title: string;
  show: (row: T) => ComponentChildren;
  narrow?: boolean;
}

interface Props<T> {
  caption: string; // for screen readers
  rows: T[];
  columns: Column<T>[];
  keyOf: (row: T) => string;
  empty: string;
  icon?: IconName;
  more?: (() => void) | undefined; // there is a next page
}

// On a phone each row is a block, and each cell says what it is.
export function Table<T>({ caption, rows, columns, keyOf, empty, icon = "list", more }: Props<T>) {
  if (rows.length === 0) {
    return (
      <div class="empty">
        <Icon name={icon} />
        <p>{empty}</p>
      </div>
    );
  }
  return (
    <>
      <table class="table">
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={column.narrow ? "narrow" : ""}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.title} data-title={column.title} class={column.narrow ? "narrow" : ""}>
                  {column.show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more && (
        <div>
          <Button small onClick={more}>
            {t("more")}
          </Button>
        </div>
      )}
    </>
  );
}
