// The page that makes an AI application: of what a training job wrote, or of a folder in a bucket.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Flex, Form, Input, Segmented, Select } from "antd";
import { useEffect, useState } from "react";
import { $api, type Body } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { Page, Panel, useNotify } from "@/ui";
import { ApiCall } from "@/ui/ApiCall";
import { FolderPicker } from "@/ui/FolderPicker";
import { FormError } from "@/ui/FormError";
import { useWorkspace } from "@/ui/useWorkspace";
import { JobVersionFields } from "./JobVersionFields";
import { nextVersion } from "./modelVersions";
import { useModels, useRefreshModels } from "./queries";

export interface CreateModelSearch {
  job?: number;
  version?: number;
}

export interface ModelFields {
  name: string;
  version: string;
  description?: string;
  type: string;
  source: "job" | "folder";
  job?: number;
  jobVersion?: number;
  folder?: string;
}

const types = ["PyTorch", "TensorFlow", "Scikit_Learn", "XGBoost", "MXNet", "Caffe", "Spark_MLlib", "Custom"];

function bodyOf(fields: ModelFields, workspaceId: string): Body<"/v1/{project_id}/models", "post"> {
  const place =
    fields.source === "job"
      ? { source_job_id: String(fields.job ?? ""), source_job_version: String(fields.jobVersion ?? ""), source_location: "" }
      : { source_location: fields.folder ?? "" };
  return {
    model_name: fields.name ?? "",
    model_version: fields.version,
    model_type: fields.type,
    description: fields.description ?? "",
    workspace_id: workspaceId,
    ...place,
  };
}

export function CreateModelPage() {
  const { t } = useTranslation(["models", "common"]);
  const { job, version } = useSearch({ from: "/console/models/create" });
  const { projectId } = useScope();
  const workspaceId = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const refresh = useRefreshModels();
  const [form] = Form.useForm<ModelFields>();
  const create = $api.useMutation("post", "/v1/{project_id}/models");
  const source = Form.useWatch("source", form) ?? "job";

  function submit(fields: ModelFields) {
    create.mutate(
      { params: { path: { project_id: projectId } }, body: bodyOf(fields, workspaceId) },
      {
        onSuccess: ({ model_id }) => {
          notify.success(t("models:created", { name: fields.name }));
          void refresh();
          void navigate({ to: "/models/$modelId", params: { modelId: model_id } });
        },
      },
    );
  }
  const required = [{ required: true, message: t("common:field.required") }];
  const initial: Partial<ModelFields> = { source: "job", job, jobVersion: version, type: "", version: "1.0.0" };

  return (
    <Page title={t("models:create")} crumbs={[{ label: t("models:title"), link: { to: "/models" } }]}>
      <Form<ModelFields>
        form={form}
        layout="vertical"
        initialValues={initial}
        onFinish={submit}
        scrollToFirstError={{ focus: true }}
        style={{ maxWidth: 860, width: "100%" }}
      >
        <Flex vertical gap={12}>
          <Panel title={t("models:section.source")}>
            <Form.Item name="source" noStyle>
              <Segmented
                aria-label={t("models:section.source")}
                style={{ marginBottom: 14 }}
                options={[
                  { value: "job", label: t("models:source.job") },
                  { value: "folder", label: t("models:source.folder") },
                ]}
              />
            </Form.Item>
            {source === "job" ? (
              <JobVersionFields />
            ) : (
              <Form.Item name="folder" label={t("models:folder")} extra={t("models:folderHint")} rules={required}>
                <FolderPicker kind="folder" />
              </Form.Item>
            )}
            <Form.Item name="type" label={t("models:type")} extra={t("models:typeHint")} style={{ margin: 0 }}>
              <Select
                style={{ maxWidth: 420 }}
                options={[{ value: "", label: t("models:typeOfPackage") }, ...types.map((value) => ({ value, label: value }))]}
              />
            </Form.Item>
          </Panel>
          <Panel title={t("models:section.basic")}>
            <Flex gap={16} wrap>
              <Form.Item
                name="name"
                label={t("common:field.name")}
                rules={[{ required: true, pattern: /^[\w\u4e00-\u9fff-]{1,64}$/, message: t("models:nameInvalid") }]}
                style={{ flex: "2 1 320px" }}
              >
                <Input maxLength={64} spellCheck={false} />
              </Form.Item>
              <VersionField />
            </Flex>
            <Form.Item name="description" label={t("common:field.description")} style={{ margin: "0 0 20px" }}>
              <Input.TextArea maxLength={100} showCount autoSize={{ minRows: 1, maxRows: 4 }} />
            </Form.Item>
          </Panel>
          <FormError error={create.error} />
          <Flex gap={8} wrap>
            <Button type="primary" htmlType="submit" loading={create.isPending}>
              {t("common:action.create")}
            </Button>
            <ApiCall
              method="POST"
              path={`/v1/${projectId}/models`}
              body={() => bodyOf(form.getFieldsValue(true) as ModelFields, workspaceId)}
            />
            <Link to="/models">
              <Button tabIndex={-1}>{t("common:action.cancel")}</Button>
            </Link>
          </Flex>
        </Flex>
      </Form>
    </Page>
  );
}

/** The version; follows the name's highest one until the reader types their own. */
function VersionField() {
  const { t } = useTranslation("models");
  const form = Form.useFormInstance<ModelFields>();
  const name = Form.useWatch("name", form) ?? "";
  const [typed, setTyped] = useState(false);
  const known = useModels({ name, exact: true }, name !== "");
  const versions = name && known.data && !known.isPlaceholderData ? known.data.models.map((each) => each.model_version) : [];
  const suggested = nextVersion(versions);
  useEffect(() => {
    if (!typed) form.setFieldValue("version", suggested);
  }, [form, typed, suggested]);
  return (
    <Form.Item
      name="version"
      label={t("version")}
      extra={versions.length > 0 ? t("knownVersions", { versions: versions.slice(0, 5).join(", ") }) : t("versionRule")}
      rules={[{ required: true, pattern: /^\d{1,3}\.\d{1,3}\.\d{1,3}$/, message: t("versionRule") }]}
      style={{ flex: "1 1 180px" }}
    >
      <Input maxLength={11} onChange={() => setTyped(true)} />
    </Form.Item>
  );
}
