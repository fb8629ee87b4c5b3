// A file for a prediction: chosen or dragged, and shown when it is a picture.
import { InboxOutlined } from "@ant-design/icons";
import { Button, Flex, Typography, Upload } from "antd";
import { useFormat, useTranslation } from "@/lib/i18n";
import { Picture } from "./Picture";

export interface FileFieldProps {
  name: string;
  file: File | null;
  onChange: (file: File | null) => void;
}

export function FileField({ name, file, onChange }: FileFieldProps) {
  const { t } = useTranslation(["services", "common"]);
  const format = useFormat();
  return (
    <div>
      <div style={{ marginBottom: 4 }}>
        <code>{name}</code>
      </div>
      <Upload.Dragger
        showUploadList={false}
        style={{ height: "auto" }}
        // The file is sent with the prediction, not by itself.
        beforeUpload={(chosen) => {
          onChange(chosen);
          return Upload.LIST_IGNORE;
        }}
        aria-label={t("services:chooseFile", { name })}
      >
        {file?.type.startsWith("image/") ? (
          <Picture file={file} height={220} />
        ) : (
          <Flex vertical align="center" gap={6} style={{ padding: "18px 12px" }}>
            <InboxOutlined style={{ fontSize: 28 }} aria-hidden />
            <Typography.Text>{t("services:dropFile")}</Typography.Text>
          </Flex>
        )}
      </Upload.Dragger>
      {file && (
        <Flex gap={8} align="center" style={{ marginTop: 6 }}>
          <Typography.Text ellipsis style={{ minWidth: 0 }}>
            {file.name}
          </Typography.Text>
          <Typography.Text type="secondary">{format.bytes(file.size)}</Typography.Text>
          <Button type="link" size="small" onClick={() => onChange(null)}>
            {t("common:action.remove")}
          </Button>
        </Flex>
      )}
    </div>
  );
}
