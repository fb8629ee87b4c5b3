// The dialog that manages the labels of a dataset: rename, recolour, give a key, add and delete.
import { Button, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { EmptyState, ErrorState } from "@/ui";
import type { LabelStats } from "../queries";
import { hasAttributes, isClassified, tripletEntity, type DatasetType } from "../types";
import { AddLabel } from "./AddLabel";
import { DeleteLabel } from "./DeleteLabel";
import { editOf, isRelation, labelBody, labelTypesOf } from "./edits";
import { LabelLine } from "./LabelLine";
import { LabelHeads } from "./LabelSetEditor";
import { useLabelChanges } from "./queries";
import { labelKeys } from "./shortcuts";

interface LabelManagerProps {
  datasetId: string;
  type: DatasetType;
  labels: LabelStats[];
  open: boolean;
  onClose: () => void;
}

export function LabelManager({ datasetId, type, labels, open, onClose }: LabelManagerProps) {
  const { t } = useTranslation(["datasets", "datasetTypes", "common"]);
  const { change } = useLabelChanges(datasetId);
  const [deleting, setDeleting] = useState<LabelStats | null>(null);
  const keys = labelKeys(labels.map(editOf));
  const kinds = labelTypesOf(type);
  const entities = labels.filter((label) => label.type === tripletEntity).map(({ name }) => name);
  return (
    <Modal
      title={t("datasets:label.manage")}
      open={open}
      onCancel={onClose}
      width={kinds.length > 1 ? 880 : hasAttributes(type) ? 760 : 640}
      footer={<Button onClick={onClose}>{t("common:action.close")}</Button>}
      destroyOnHidden
      afterClose={() => change.reset()}
    >
      <AddLabel datasetId={datasetId} type={type} labels={labels} />
      {labels.length === 0 && <EmptyState title={t("datasets:label.none")} hint={t("datasets:label.noneHint")} />}
      <div style={{ marginTop: 14, maxHeight: "52vh", overflow: "auto" }}>
        {isClassified(type) && labels.length > 0 && <LabelHeads end={124} />}
        {kinds.map((kind) => {
          const own = labels.filter((label) => label.type === kind);
          const relation = isRelation(type, kind);
          if (own.length === 0) return null;
          return (
            <section key={kind} aria-label={kinds.length > 1 ? t(relation ? "datasetTypes:create.relations" : "datasetTypes:create.entities") : undefined}>
              {kinds.length > 1 && (
                <Typography.Text type="secondary">{t(relation ? "datasetTypes:create.relations" : "datasetTypes:create.entities")}</Typography.Text>
              )}
              <ul style={{ listStyle: "none", margin: "4px 0 12px", padding: 0 }}>
                {own.map((label) => (
                  <LabelLine
                    key={label.name}
                    label={label}
                    type={type}
                    others={own.filter((other) => other !== label).map(({ name }) => name)}
                    entities={relation ? entities : null}
                    autoKey={isClassified(type) ? (keys.get(label.name) ?? "") : null}
                    onChange={(edit) => change.mutate([labelBody({ ...edit, name: label.name }, edit.name)])}
                    onDelete={() => setDeleting(label)}
                  />
                ))}
              </ul>
            </section>
          );
        })}
      </div>
      {change.error && <ErrorState error={change.error} />}
      <DeleteLabel datasetId={datasetId} label={deleting} onClose={() => setDeleting(null)} />
    </Modal>
  );
}
