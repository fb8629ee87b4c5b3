// One line that makes a folder below a prefix, for dialogs that have a form around them already.
import { FolderAddOutlined } from "@ant-design/icons";
import { Button, Flex, Input, Typography } from "antd";
import { useState } from "react";
import { useMakeFolder } from "@/api/files";
import { toApiError } from "@/api/errors";
import { useTranslation } from "@/lib/i18n";

interface NewFolderFieldProps {
  bucket: string;
  prefix: string;
  /** Called with the new folder's prefix. */
  onMade: (key: string) => void;
}

export function NewFolderField({ bucket, prefix, onMade }: NewFolderFieldProps) {
  const { t } = useTranslation("picker");
  const [name, setName] = useState("");
  const make = useMakeFolder(bucket);
  const clean = name.trim().normalize("NFC");
  const valid = /^(?!\.{1,2}$)[^/]+$/.test(clean);

  function submit() {
    if (!valid || make.isPending) return;
    const key = `${prefix}${clean}/`;
    make.mutate(key, {
      onSuccess: () => {
        setName("");
        onMade(key);
      },
    });
  }
  return (
    <div>
      <Flex gap={8}>
        <Input
          size="small"
          value={name}
          maxLength={255}
          spellCheck={false}
          aria-label={t("newFolder")}
          placeholder={t("newFolder")}
          status={name !== "" && !valid ? "error" : undefined}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => {
            // The dialog may lie inside a form, which Enter must not send.
            if (event.key !== "Enter") return;
            event.preventDefault();
            event.stopPropagation();
            submit();
          }}
        />
        <Button size="small" icon={<FolderAddOutlined aria-hidden />} loading={make.isPending} disabled={!valid} onClick={submit}>
          {t("makeFolder")}
        </Button>
      </Flex>
      {make.error && <Typography.Text type="danger">{toApiError(make.error).message}</Typography.Text>}
    </div>
  );
}
