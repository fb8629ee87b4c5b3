// Names and values of one thing, in as many columns as there is room for.
import { theme } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/lib/i18n";

export interface Fact {
  label: string;
  /** Nothing (undefined, null, false, "") is shown as a dash. */
  value: ReactNode;
  /** Takes the whole row: addresses and long texts. */
  wide?: boolean;
}

export interface FactsProps {
  facts: Fact[];
  /** The least width of a column; 470 keeps an id on one line. */
  column?: number;
}

export function Facts({ facts, column = 344 }: FactsProps) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  return (
    <dl
      style={{
        display: "grid",
        gridTemplateColumns: `repeat(auto-fill, minmax(min(${column}px, 100%), 1fr))`,
        gap: "10px 28px",
        margin: 0,
      }}
    >
      {facts.map(({ label, value, wide }) => (
        <div key={label} style={{ display: "flex", gap: 12, minWidth: 0, gridColumn: wide ? "1 / -1" : undefined }}>
          <dt style={{ flex: "none", width: 156, color: token.colorTextSecondary }}>{label}</dt>
          <dd style={{ margin: 0, minWidth: 0, overflowWrap: "anywhere" }}>
            {value === undefined || value === null || value === "" || value === false ? t("state.none") : value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
