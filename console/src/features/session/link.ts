// The parts of signing in that touch the address bar.

function currentCode(): string | null {
  return new URLSearchParams(window.location.hash.slice(1)).get("code");
}

export function hasCode(): boolean {
  return currentCode() !== null;
}

/** The code of a sign-in link, taken out of the address so that it stays in no history entry; null without one. */
export function takeCode(): string | null {
  const code = currentCode();
  if (code) window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  return code;
}

/** `next` if it is a path of this console, else the overview: a link must not lead to another site. */
export function localPath(next: string | undefined): string {
  if (!next || !next.startsWith("/")) return "/";
  try {
    const url = new URL(next, window.location.origin);
    return url.origin === window.location.origin ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}
