// Where a browser may go after the sign-in: a path of this host, or a URL whose origin is listed. The same rule as
// src/web/return_address.cpp, held together by tests/support/return_addresses.json: what any browser could read as
// another host is refused.
const longest = 2048;
const plain = /^[!#-;=?-[\]^_a-z{|}~]+$/; // visible ASCII without `"`, `<`, `>`, `\`, `` ` ``
const riskyEscape = /%[01]|^\/%(?:2f|5c)/i;

function isOwnPath(text: string): boolean {
  return text.startsWith("/") && !text.startsWith("//") && !riskyEscape.test(text);
}

export function mayReturnTo(address: string, origins: readonly string[]): boolean {
  if (address.length > longest || !plain.test(address)) return false;
  if (isOwnPath(address)) return true;
  return origins.some((origin) => {
    const rest = address.slice(origin.length);
    return address.startsWith(origin) && (rest === "" || isOwnPath(rest));
  });
}
