// The list of buckets, with creating, attaching and removing them.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { App, Button } from "antd";
import { useState } from "react";
import { $api } from "@/api/client";
import { useBucketList, type Bucket } from "@/api/files";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { EmptyState, Page, QueryView, Time, useNotify, VirtualTable } from "@/ui";
import { CreateBucket } from "./CreateBucket";
import { useRefreshBuckets } from "./queries";

export function BucketsPage() {
  const { t } = useTranslation("files");
  const { workspaceId } = useScope();
  const buckets = useBucketList();
  const [creating, setCreating] = useState(false);
  const create = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setCreating(true)}>
      {t("createBucket")}
    </Button>
  );
  return (
    <Page title={t("title")} description={t("bucketHint")} actions={create} fill>
      <QueryView query={buckets}>
        {(data) => (
          <BucketTable
            buckets={data.buckets.filter((bucket) => workspaceId === null || bucket.workspace_id === workspaceId)}
            onCreate={() => setCreating(true)}
          />
        )}
      </QueryView>
      <CreateBucket open={creating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function BucketTable({ buckets, onCreate }: { buckets: Bucket[]; onCreate: () => void }) {
  const { t } = useTranslation(["files", "common"]);
  return (
    <VirtualTable<Bucket>
      rowKey="name"
      dataSource={buckets}
      minWidth={860}
      empty={
        <EmptyState
          title={t("files:noBuckets")}
          hint={t("files:noBucketsHint")}
          action={<Button onClick={onCreate}>{t("files:createBucket")}</Button>}
        />
      }
      columns={[
        {
          title: t("common:field.name"),
          dataIndex: "name",
          width: 240,
          ellipsis: true,
          sorter: (a, b) => a.name.localeCompare(b.name),
          render: (name: string) => (
            <Link to="/files/$bucket" params={{ bucket: name }}>
              {name}
            </Link>
          ),
        },
        {
          title: t("files:form.kind"),
          dataIndex: "kind",
          width: 160,
          render: (kind: Bucket["kind"]) => t(`files:kind.${kind}`),
        },
        { title: t("files:location"), dataIndex: "location", ellipsis: true },
        {
          title: t("common:field.created"),
          dataIndex: "created_at",
          width: 190,
          render: (value: number) => <Time value={value} />,
        },
        {
          title: t("common:field.actions"),
          width: 90,
          render: (_, bucket) => <RemoveButton bucket={bucket} />,
        },
      ]}
    />
  );
}

function RemoveButton({ bucket }: { bucket: Bucket }) {
  const { t } = useTranslation(["files", "common"]);
  const { projectId } = useScope();
  const { modal } = App.useApp();
  const notify = useNotify();
  const refresh = useRefreshBuckets();
  const remove = $api.useMutation("delete", "/v1/{project_id}/buckets/{bucket}", { onSuccess: refresh });
  const { name } = bucket;
  const detaches = bucket.kind !== "local";
  const title = detaches ? t("files:detachBucket") : t("files:deleteBucket");

  function confirm() {
    modal.confirm({
      title,
      content: detaches ? t("files:detachBucketConfirm", { name }) : t("files:deleteBucketConfirm", { name }),
      okText: title,
      okButtonProps: { danger: true },
      onOk: () =>
        remove
          .mutateAsync({ params: { path: { project_id: projectId, bucket: name } } })
          .catch((error: unknown) => notify.error(error)),
    });
  }
  return (
    <Button
      type="text"
      size="small"
      icon={<DeleteOutlined aria-hidden />}
      aria-label={`${title}: ${name}`}
      title={title}
      onClick={confirm}
    />
  );
}
