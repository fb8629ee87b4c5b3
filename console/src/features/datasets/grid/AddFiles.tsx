// Adds files of this computer: uploads them into the input path and syncs once they are there.
import { UploadOutlined } from "@ant-design/icons";
import { Button, Modal } from "antd";
import { useEffect, useRef } from "react";
import { parsePlace, requestUploads, useBucketList } from "@/api/files";
import { useScope } from "@/api/session";
import { useFormat, useTranslation } from "@/lib/i18n";
import { useNotify } from "@/ui";
import { useSync, type Dataset } from "../queries";
import { mostBytes, splitFiles, typeOf } from "../types";

const quietMs = 1200;

export function AddFiles({ dataset, look = "default" }: { dataset: Dataset; look?: "default" | "primary" }) {
  const { t } = useTranslation(["datasets", "datasetTypes"]);
  const format = useFormat();
  const type = typeOf(dataset.dataset_type);
  const { projectId } = useScope();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const buckets = useBucketList();
  const { start } = useSync(dataset.dataset_id);
  const notify = useNotify();
  const [modal, contextHolder] = Modal.useModal();
  const place = parsePlace(dataset.data_url);
  // An upload that ends after the reader has left still gets its sync: the timer is not stopped, only replaced.
  const sync = useRef(start);
  useEffect(() => {
    sync.current = start;
  });

  function stored() {
    if (timer.current) clearTimeout(timer.current);
    timer.current = setTimeout(() => void sync.current().catch((error: unknown) => notify.error(error)), quietMs);
  }

  function add(files: File[]) {
    if (!place) return;
    const { accepted, refused } = splitFiles(files, type);
    const direct = buckets.data?.buckets.find(({ name }) => name === place.bucket)?.direct_upload ?? false;
    requestUploads(
      accepted.map((file) => ({
        target: { projectId, bucket: place.bucket, key: place.key + file.name.normalize("NFC") },
        file,
        direct,
        onStored: stored,
      })),
    );
    if (refused.length > 0)
      void modal.warning({
        title: t("datasets:add.refused", { count: refused.length }),
        content: (
          <>
            <p>
              {type.media
                ? t("datasetTypes:add.rule", { endings: type.media.join(", "), size: format.bytes(mostBytes(type)) })
                : t("datasetTypes:add.ruleAny", { size: format.bytes(mostBytes(type)) })}
            </p>
            <ul>
              {refused.slice(0, 10).map((file) => (
                <li key={file.name}>{file.name}</li>
              ))}
            </ul>
          </>
        ),
      });
  }
  return (
    <>
      {contextHolder}
      <Button type={look} icon={<UploadOutlined aria-hidden />} onClick={() => input.current?.click()}>
        {t(`datasetTypes:add.${type.scene}`)}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        tabIndex={-1}
        aria-hidden
        data-testid="add-files"
        accept={type.media?.join(",")}
        onChange={({ currentTarget }) => {
          add([...(currentTarget.files ?? [])]);
          // The same file can be picked again.
          currentTarget.value = "";
        }}
      />
    </>
  );
}
