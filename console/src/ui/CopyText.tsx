// Text that is meant to be copied: an id inline, or a block of code.
import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button, theme } from "antd";
import { useEffect, useState } from "react";
import { copyText } from "@/lib/clipboard";
import { useTranslation } from "@/lib/i18n";

function CopyButton({ text }: { text: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      type="text"
      size="small"
      aria-label={copied ? t("action.copied") : t("action.copy")}
      title={copied ? t("action.copied") : t("action.copy")}
      icon={copied ? <CheckOutlined aria-hidden /> : <CopyOutlined aria-hidden />}
      onClick={() => void copyText(text).then(() => setCopied(true))}
    />
  );
}

/** An id or address in monospace with a copy button. */
export function CopyText({ text }: { text: string }) {
  const { token } = theme.useToken();
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 2, minWidth: 0, maxWidth: "100%" }}>
      <span style={{ fontFamily: token.fontFamilyCode, fontSize: 13, overflowWrap: "anywhere" }}>{text}</span>
      <CopyButton text={text} />
    </span>
  );
}

/** Code to read and copy; long lines scroll. */
export function CodeBlock({ code, maxHeight, label }: { code: string; maxHeight?: number; label?: string }) {
  const { token } = theme.useToken();
  return (
    <div style={{ position: "relative", background: token.colorFillQuaternary, borderRadius: token.borderRadius }}>
      <pre
        // Only a focusable box can be scrolled with the keyboard.
        tabIndex={0}
        aria-label={label}
        role={label ? "region" : undefined}
        style={{
          margin: 0,
          padding: "10px 44px 10px 12px",
          overflow: "auto",
          maxHeight,
          fontFamily: token.fontFamilyCode,
          fontSize: 13,
          lineHeight: 1.55,
        }}
      >
        {code}
      </pre>
      <div style={{ position: "absolute", top: 6, right: 8, background: token.colorBgContainer, borderRadius: token.borderRadius }}>
        <CopyButton text={code} />
      </div>
    </div>
  );
}
