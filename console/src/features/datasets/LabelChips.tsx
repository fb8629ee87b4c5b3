// The labels of a sample in one line, each with how often it is on it.
import type { LabelCount } from "./annotations";

interface LabelChipsProps {
  labels: readonly LabelCount[];
  /** Colours by label name. */
  colors: ReadonlyMap<string, string>;
  /** Without names there is room for the colours only. */
  named?: boolean;
}

export function LabelChips({ labels, colors, named = true }: LabelChipsProps) {
  return labels.map(({ name, type, count }, index) => (
    <span key={`${type} ${name}`} className="ds-label">
      {/* Read aloud, one name ends before the next begins. */ index > 0 && " "}
      <i style={{ background: colors.get(name) }} />
      {named && <span>{count > 1 ? `${name} × ${count}` : name}</span>}
    </span>
  ));
}
