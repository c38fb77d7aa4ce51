/** The access token: taken from the address once, kept for this tab, never left in the address bar. */

const KEY = "affetto.token";

/** Moves `?token=` from the address into the tab's storage and returns the token, if any. */
function takeToken(): string | null {
  const url = new URL(window.location.href);
  const given = url.searchParams.get("token");
  try {
    if (given) {
      sessionStorage.setItem(KEY, given);
      url.searchParams.delete("token");
      window.history.replaceState(null, "", url);
    }
    return given ?? sessionStorage.getItem(KEY);
  } catch {
    return given;
  }
}

let token: string | null | undefined;

export function accessToken(): string | null {
  if (token === undefined) token = takeToken();
  return token;
}

/** The address with the token as a query parameter, for links, players and WebSockets. */
export function withToken(address: string, given: string | null = accessToken()): string {
  if (!given) return address;
  return `${address}${address.includes("?") ? "&" : "?"}token=${encodeURIComponent(given)}`;
}
