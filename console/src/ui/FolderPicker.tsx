// A field for a place in a bucket: an address to type, and a dialog to browse for it. Works as a form control.
import { FolderOpenOutlined } from "@ant-design/icons";
import { Button, Input, Space } from "antd";
import { useState } from "react";
import { parsePlace, placePath, type Place } from "@/api/files";
import { useTranslation } from "@/lib/i18n";
import { PlaceDialog } from "./PlaceDialog";

export interface FolderPickerProps {
  /** "/bucket/folder/" or "/bucket/folder/file"; with `format="obs"` written as obs://bucket/…. */
  value?: string;
  onChange?: (value: string) => void;
  kind: "folder" | "file";
  format?: "path" | "obs";
  /** Only files that it accepts can be chosen. */
  accept?: (name: string) => boolean;
  /** Title of the dialog. */
  title?: string;
  placeholder?: string;
  disabled?: boolean;
  /** Where the dialog begins while the field is empty. */
  start?: string;
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean | "true" | "false";
  "aria-required"?: boolean | "true" | "false";
}

export function FolderPicker({ value = "", onChange, kind, format = "path", accept, title, placeholder, disabled, start, ...rest }: FolderPickerProps) {
  const { t } = useTranslation("picker");
  const [open, setOpen] = useState(false);
  const write = (place: Place) => (format === "obs" ? `obs:/${placePath(place)}` : placePath(place));
  const example = kind === "folder" ? "/bucket/folder/" : "/bucket/folder/file";

  /** A folder that was typed without its last slash gets it when the reader leaves the field. */
  function complete() {
    const place = parsePlace(value);
    if (place && kind === "folder" && !value.trim().endsWith("/")) onChange?.(`${value.trim()}/`);
  }
  return (
    <>
      <Space.Compact block>
        <Input
          {...rest}
          value={value}
          disabled={disabled}
          spellCheck={false}
          placeholder={placeholder ?? (format === "obs" ? `obs:/${example}` : example)}
          onChange={(event) => onChange?.(event.target.value)}
          onBlur={complete}
        />
        <Button
          icon={<FolderOpenOutlined aria-hidden />}
          disabled={disabled}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        >
          {t("browse")}
        </Button>
      </Space.Compact>
      <PlaceDialog
        open={open}
        kind={kind}
        accept={accept}
        title={title ?? (kind === "folder" ? t("chooseFolder") : t("chooseFile"))}
        start={parsePlace(value) ?? parsePlace(start ?? "")}
        onClose={() => setOpen(false)}
        onChoose={(place) => {
          onChange?.(write(place));
          setOpen(false);
        }}
      />
    </>
  );
}
