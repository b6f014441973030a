import { signal } from "@preact/signals";

// What a mail's link carries stands behind the `#`, which no browser sends and no proxy logs; it is taken out of the
// address at once, so that it is not kept in the history either.
export function takeFragment(): URLSearchParams {
  const values = new URLSearchParams(location.hash.slice(1));
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  return values;
}

// The token of the page's link, or nothing.
export const linkToken = signal<string | null>(takeFragment().get("token"));

// A link that is pasted where its page is open already loads no document.
addEventListener("hashchange", () => {
  const token = takeFragment().get("token");
  if (token !== null) linkToken.value = token;
});
