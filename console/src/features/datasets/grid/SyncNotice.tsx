// What the last sync of the input path has to say: that it goes on, that it failed, or which files it could not take.
import { Alert, Button, Modal } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { syncing, useSyncStatus, type Dataset } from "../queries";
import { useStored } from "./useStored";

interface SyncNoticeProps {
  dataset: Dataset;
  onSync: () => void;
}

export function SyncNotice({ dataset, onSync }: SyncNoticeProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const { data, refetch } = useSyncStatus(dataset.dataset_id, true);
  const [listed, setListed] = useState(false);
  // A notice that was closed stays closed until another sync has something to say.
  const [seen, setSeen] = useStored(`notice.${dataset.dataset_id}`, "");
  const busy = dataset.status === syncing;
  useEffect(() => void refetch(), [busy, refetch]);

  if (busy)
    return (
      <Alert
        type="info"
        showIcon
        role="status"
        title={t("datasets:sync.running", {
          count: dataset.total_sample_count
        })}
      />
    );
  if (!data || seen === data.task_id) return null;
  const close = { onClose: () => setSeen(data.task_id ?? ""), "aria-label": t("common:action.close") };
  if (data.status === "FAILED")
    return (
      <Alert
        type="error"
        showIcon
        closable={close}
        title={t("datasets:sync.failed")}
        description={data.error_msg}
        action={
          <Button size="small" onClick={onSync}>
            {t("datasets:sync.again")}
          </Button>
        }
      />
    );
  const [skipped, missing] = [data.skipped_sample_count ?? 0, data.deleted_sample_count ?? 0];
  if (skipped + missing === 0) return null;
  const problems = data.problems ?? [];
  return (
    <>
      <Alert
        type="warning"
        showIcon
        closable={close}
        title={[
          skipped > 0 && t("datasets:sync.skipped", { count: skipped }),
          missing > 0 && t("datasets:sync.missing", { count: missing }),
        ]
          .filter(Boolean)
          .join(" ")}
        action={
          <Button size="small" onClick={() => setListed(true)}>
            {t("datasets:sync.show")}
          </Button>
        }
      />
      <Modal title={t("datasets:sync.problems")} open={listed} onCancel={() => setListed(false)} footer={null} width={720}>
        <ul style={{ maxHeight: "60vh", overflow: "auto", paddingInlineStart: 20 }} tabIndex={0}>
          {problems.map((problem, index) => (
            <li key={index} style={{ overflowWrap: "anywhere" }}>
              <code>{String(problem.source ?? "")}</code> {String(problem.reason ?? "")}
            </li>
          ))}
        </ul>
      </Modal>
    </>
  );
}
