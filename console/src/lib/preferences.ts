// What a reader chooses for this browser: language, theme and whether the navigation is folded. Kept in localStorage,
// read through hooks, shared by every tab. Nothing here is sent to the server except the language of a request.
import { useSyncExternalStore } from "react";

export type Language = "en" | "zh-CN";
export type Theme = "light" | "dark" | "system";

interface Preferences {
  language: Language;
  theme: Theme;
  folded: boolean;
}

const key = "maquette.preferences";
const listeners = new Set<() => void>();

function browserLanguage(): Language {
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

function load(): Preferences {
  const defaults: Preferences = { language: browserLanguage(), theme: "system", folded: false };
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

let current = load();

export function preferences(): Preferences {
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(key, JSON.stringify(current));
  } catch {
    // Private windows may refuse storage; the choice then lives as long as the page.
  }
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key !== key) return;
    current = load();
    listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", onStorage);
  };
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

const darkMedia = typeof window.matchMedia === "function" ? window.matchMedia("(prefers-color-scheme: dark)") : null;

/** Whether the page is dark now: the chosen theme, or the system's. */
export function useIsDark(): boolean {
  const { theme } = usePreferences();
  const system = useSyncExternalStore(
    (listener) => {
      darkMedia?.addEventListener("change", listener);
      return () => darkMedia?.removeEventListener("change", listener);
    },
    () => darkMedia?.matches ?? false,
  );
  return theme === "system" ? system : theme === "dark";
}
