// Where a Link header says that the next piece is (RFC 8288); never at another path than the one that was asked for.
export function nextLink(header: string | null, path: string): string | undefined {
  const target = /<([^>]*)>;\s*rel="?next"?/.exec(header ?? "")?.[1];
  return target?.startsWith(`${path}?`) ? target : undefined;
}
