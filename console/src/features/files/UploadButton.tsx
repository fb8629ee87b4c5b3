// The upload button with its three ways: files, a whole folder, and a ZIP that is extracted on arrival.
import { UploadOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useRef } from "react";
import { useTranslation } from "@/lib/i18n";
import { useStartUpload } from "./startUpload";
import { pickedFiles } from "./upload/dropped";

// Every browser knows this attribute, React's types do not.
const wholeFolder: object = { webkitdirectory: "" };

export function UploadButton({ bucket, prefix }: { bucket: string; prefix: string }) {
  const { t } = useTranslation("files");
  const { start } = useStartUpload(bucket, prefix);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const archive = useRef<HTMLInputElement>(null);

  function take(input: HTMLInputElement, extract = false) {
    start(pickedFiles(input.files), { extract });
    // The same file can be picked again.
    input.value = "";
  }
  const hidden = { type: "file", hidden: true, tabIndex: -1, "aria-hidden": true } as const;
  return (
    <>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        menu={{
          items: [
            { key: "files", label: t("uploadFiles"), onClick: () => files.current?.click() },
            { key: "folder", label: t("uploadFolder"), onClick: () => folder.current?.click() },
            { key: "zip", label: t("uploadZip"), onClick: () => archive.current?.click() },
          ],
        }}
      >
        <Button type="primary" icon={<UploadOutlined aria-hidden />} aria-haspopup="menu">
          {t("upload")}
        </Button>
      </Dropdown>
      <input {...hidden} ref={files} multiple data-testid="upload-files" onChange={(e) => take(e.currentTarget)} />
      <input {...hidden} {...wholeFolder} ref={folder} onChange={(e) => take(e.currentTarget)} />
      <input {...hidden} ref={archive} accept=".zip" onChange={(e) => take(e.currentTarget, true)} />
    </>
  );
}
