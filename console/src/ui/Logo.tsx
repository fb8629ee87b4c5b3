// The mark: a small model of a cube on its stand.
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false" style={{ flex: "none" }}>
      <path fill="#7ea6ff" d="M16 2.5 26 7.75 16 13 6 7.75Z" />
      <path fill="#2a5bd7" d="M5 9.6 15 14.8v9.7L5 19.3Z" />
      <path fill="#1b3f9e" d="M27 9.6 17 14.8v9.7l10-5.2Z" />
      <path fill="#8a94a6" d="M6.5 27h19a1.25 1.25 0 0 1 0 2.5h-19a1.25 1.25 0 0 1 0-2.5Z" />
    </svg>
  );
}
