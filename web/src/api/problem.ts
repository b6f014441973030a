import type { components } from "./schema";

// RFC 9457, as docs/api/errors.md lists them.
export type Problem = components["schemas"]["Problem"];

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
    return this.problem.errors?.find((error) => error.field === field)?.message;
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
