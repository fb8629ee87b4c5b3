// The dialog for a new bucket: under the server's home, a folder that exists (administrators), or an S3 store.
import { Alert, Form, Input, Modal, Radio } from "antd";
import { useState } from "react";
import { $api, type Body } from "@/api/client";
import type { Bucket } from "@/api/files";
import { useScope, useSession } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { ErrorState, useNotify } from "@/ui";
import { useRefreshBuckets } from "./queries";

type Kind = Bucket["kind"];
type Fields = Body<"/v1/{project_id}/buckets", "post">;

const namePattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function CreateBucket({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation(["files", "common"]);
  const { projectId, workspaceId } = useScope();
  const { user } = useSession();
  const [form] = Form.useForm<Fields>();
  const [kind, setKind] = useState<Kind>("local");
  const notify = useNotify();
  const refresh = useRefreshBuckets();
  const create = $api.useMutation("post", "/v1/{project_id}/buckets");

  function submit(fields: Fields) {
    const body: Fields = { ...fields, ...(workspaceId !== null && { workspace_id: workspaceId }) };
    create.mutate(
      { params: { path: { project_id: projectId } }, body },
      {
        onSuccess: () => {
          notify.success(t("files:bucketCreated", { name: fields.name }));
          refresh();
          onClose();
        },
      },
    );
  }

  const hints: Record<Kind, string> = {
    local: t("files:form.localHint"),
    folder: t("files:form.folderHint"),
    s3: t("files:form.s3Hint"),
  };
  return (
    <Modal
      title={t("files:createBucket")}
      open={open}
      onCancel={onClose}
      okText={t("common:action.create")}
      cancelText={t("common:action.cancel")}
      confirmLoading={create.isPending}
      onOk={() => form.submit()}
      afterClose={() => {
        setKind("local");
        create.reset();
      }}
      destroyOnHidden
    >
      <Form<Fields> form={form} layout="vertical" preserve={false} onFinish={submit} style={{ marginTop: 12 }}>
        <Form.Item label={t("files:form.kind")} extra={hints[kind]}>
          <Radio.Group
            optionType="button"
            value={kind}
            onChange={(event) => setKind(event.target.value as Kind)}
            options={[
              { value: "local", label: t("files:kind.local") },
              {
                value: "folder",
                label: t("files:kind.folder"),
                disabled: !user.administrator,
                title: user.administrator ? undefined : t("files:form.folderDenied"),
              },
              { value: "s3", label: t("files:kind.s3") },
            ]}
          />
        </Form.Item>
        {!user.administrator && <Alert type="info" title={t("files:form.folderDenied")} style={{ marginBottom: 12 }} />}
        <Form.Item
          name="name"
          label={t("files:form.name")}
          extra={t("files:form.nameRule")}
          rules={[{ required: true, pattern: namePattern, message: t("files:form.nameInvalid") }]}
        >
          <Input autoFocus maxLength={63} spellCheck={false} />
        </Form.Item>
        {kind === "folder" && (
          <Form.Item
            name="path"
            label={t("files:form.path")}
            rules={[{ required: true, pattern: /^(\/|[A-Za-z]:[\\/])/, message: t("files:form.pathRule") }]}
          >
            <Input placeholder="/data/images" spellCheck={false} />
          </Form.Item>
        )}
        {kind === "s3" && <S3Fields />}
      </Form>
      {create.error && <ErrorState error={create.error} />}
    </Modal>
  );
}

function S3Fields() {
  const { t } = useTranslation(["files", "common"]);
  const required = [{ required: true, message: t("common:field.required") }];
  return (
    <>
      <Form.Item name="endpoint" label={t("files:form.endpoint")} rules={required}>
        <Input placeholder="https://s3.example.com" spellCheck={false} />
      </Form.Item>
      <Form.Item name="remote_bucket" label={t("files:form.remoteBucket")} rules={required}>
        <Input spellCheck={false} />
      </Form.Item>
      <Form.Item name="region" label={t("files:form.region")}>
        <Input placeholder="us-east-1" spellCheck={false} />
      </Form.Item>
      <Form.Item name="access_key" label={t("files:form.accessKey")} rules={required}>
        <Input autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item name="secret_key" label={t("files:form.secretKey")} rules={required}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </>
  );
}
