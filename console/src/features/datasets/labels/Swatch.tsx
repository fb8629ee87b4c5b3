// A label's colour: shown, or chosen from the palette or freely.
import { ColorPicker } from "antd";
import { useTranslation } from "@/lib/i18n";
import { palette } from "./palette";

export function Swatch({ color }: { color: string | null | undefined }) {
  return <span className="ds-swatch" style={{ background: color ?? "transparent" }} aria-hidden />;
}

interface ColorFieldProps {
  value?: string;
  onChange?: (color: string) => void;
  label: string;
}

export function ColorField({ value, onChange, label }: ColorFieldProps) {
  const { t } = useTranslation("datasets");
  return (
    <ColorPicker
      size="small"
      value={value}
      disabledAlpha
      format="hex"
      disabledFormat
      presets={[{ label: t("label.palette"), colors: [...palette] }]}
      // The dialog is told once the choice is made, not at every point on the way.
      onChangeComplete={(color) => onChange?.(color.toHexString().slice(0, 7))}
    >
      <button
        type="button"
        aria-label={`${label}: ${value ?? ""}`}
        title={label}
        style={{ flex: "none", width: 32, height: 24, padding: 3, border: "1px solid var(--maquette-line)", borderRadius: 4, background: "none", cursor: "pointer" }}
      >
        <span style={{ display: "block", height: "100%", borderRadius: 2, background: value }} />
      </button>
    </ColorPicker>
  );
}
