import { formatNumber, tMaybe } from "../messages";
import type { components } from "./schema";

// RFC 9457, as docs/api/errors.md lists them.
export type Problem = components["schemas"]["Problem"];
type FieldError = NonNullable<Problem["errors"]>[number];

// What is wrong with a field: in the language of the page by the code, else in the server's own words.
export function mistakeText({ code, limit = 0, message }: FieldError): string {
  return tMaybe(`mistake.${code}`, { limit: formatNumber(limit) }) ?? message;
}

// An answer that is no success: what the server said, or that it said nothing.
export class ApiFailure extends Error {
  readonly slug: string;
  constructor(
    readonly problem: Partial<Problem> & { status: number },
    readonly retryAfter = 0, // seconds
  ) {
    super(problem.title ?? String(problem.status));
    this.slug = (problem.type ?? "").replace("/problems/", "");
  }
  fieldMessage(field: string): string | undefined {
    const error = this.problem.errors?.find((found) => found.field === field);
    return error && mistakeText(error);
  }
}

export async function failureOf(response: Response): Promise<ApiFailure> {
  const retryAfter = Number(response.headers.get("Retry-After") ?? 0);
  try {
    return new ApiFailure({ ...((await response.json()) as Problem), status: response.status }, retryAfter);
  } catch {
    return new ApiFailure({ status: response.status }, retryAfter); // a proxy's own page
  }
}

export function noConnection(): ApiFailure {
  return new ApiFailure({ status: 0 });
}
