// A key of the keyboard as it is drawn beside what it does.
export function Key({ children }: { children: string }) {
  return <kbd className="ds-key">{children}</kbd>;
}
