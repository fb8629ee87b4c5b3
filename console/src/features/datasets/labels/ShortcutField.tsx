// One key of a label, taken as it is pressed; keys that the data page needs itself are not taken.
import { Input } from "antd";
import { reservedKeys } from "./shortcuts";

interface ShortcutFieldProps {
  value: string;
  /** The key that the label gets without one of its own. */
  fallback: string;
  label: string;
  onChange: (shortcut: string) => void;
}

export function ShortcutField({ value, fallback, label, onChange }: ShortcutFieldProps) {
  return (
    <Input
      value={value}
      placeholder={fallback}
      aria-label={label}
      title={label}
      maxLength={1}
      spellCheck={false}
      autoComplete="off"
      style={{ width: 56, flex: "none", textAlign: "center" }}
      onChange={(event) => {
        const key = event.target.value.slice(-1).toLowerCase();
        if (!reservedKeys.has(key)) onChange(key);
      }}
    />
  );
}
