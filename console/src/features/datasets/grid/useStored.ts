// A choice about the grid that this browser remembers.
import { useState } from "react";

export function useStored<T>(name: string, initial: T): [T, (value: T) => void] {
  const key = `maquette.datasets.${name}`;
  const [value, setValue] = useState<T>(() => {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
      return typeof stored === typeof initial ? (stored as T) : initial;
    } catch {
      return initial;
    }
  });
  const store = (next: T) => {
    setValue(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // Private windows may refuse storage; the choice then lives as long as the page.
    }
  };
  return [value, store];
}
