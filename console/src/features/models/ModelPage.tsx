// One version of an AI application: what it is, where it came from, what it answers, and why it failed if it did.
import { CloudUploadOutlined } from "@ant-design/icons";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Alert, Button, Flex, Table } from "antd";
import { useTranslation } from "@/lib/i18n";
import { Bytes, CodeBlock, CopyText, Page, Panel, QueryView, Time } from "@/ui";
import { Facts } from "@/ui/Facts";
import { PlaceLink } from "@/ui/PlaceLink";
import { ApiTable, parseApis } from "./ApiTable";
import { DeleteModelButton } from "./DeleteModelButton";
import { ModelTag } from "./ModelTag";
import { useModel, useModels, useRefreshModels, type ModelDetail } from "./queries";

export function ModelPage() {
  const { t } = useTranslation(["models", "common"]);
  const { modelId } = useParams({ from: "/console/models/$modelId" });
  const model = useModel(modelId);
  const navigate = useNavigate();
  const refresh = useRefreshModels();
  const { data } = model;
  return (
    <Page
      title={data ? `${data.model_name} ${data.model_version}` : t("models:one")}
      mark={data && <ModelTag status={data.model_status} />}
      description={data?.description}
      crumbs={[{ label: t("models:title"), link: { to: "/models" } }]}
      actions={
        data && (
          <>
            <Link to="/services/create" search={{ model: data.model_id }} disabled={data.model_status !== "published"}>
              <Button
                type="primary"
                icon={<CloudUploadOutlined aria-hidden />}
                tabIndex={-1}
                disabled={data.model_status !== "published"}
              >
                {t("models:deploy")}
              </Button>
            </Link>
            <DeleteModelButton
              model={data}
              onDeleted={() => {
                void navigate({ to: "/models" }).then(refresh);
              }}
            />
          </>
        )
      }
    >
      <QueryView query={model}>{(found) => <Shown model={found} />}</QueryView>
    </Page>
  );
}

function Shown({ model }: { model: ModelDetail }) {
  const { t } = useTranslation(["models", "common"]);
  const apis = parseApis(model.apis);
  return (
    <Flex vertical gap={12}>
      {model.error_msg && <Alert type="error" showIcon title={t("models:failedBecause")} description={model.error_msg} />}
      <Panel title={t("models:section.basic")}>
        <Facts
          column={470}
          facts={[
            { label: t("models:id"), value: <CopyText text={model.model_id} /> },
            { label: t("common:field.created"), value: <Time value={model.create_at} /> },
            { label: t("models:type"), value: model.model_type },
            { label: t("models:algorithm"), value: model.model_algorithm },
            { label: t("models:runtime"), value: model.runtime },
            { label: t("common:field.size"), value: <Bytes value={model.model_size || null} /> },
            { label: t("models:owner"), value: model.owner_name },
            { label: t("models:otherVersions"), value: <OtherVersions model={model} /> },
            { label: t("models:section.source"), value: <Source model={model} />, wide: true },
          ]}
        />
      </Panel>
      {apis.length > 0 && (
        <Panel title={t("models:section.apis")}>
          <ApiTable apis={apis} />
        </Panel>
      )}
      {model.files.length > 0 && (
        <Panel title={t("models:section.files")}>
          <Files files={model.files as PackageFile[]} />
        </Panel>
      )}
      <Panel title={t("models:section.config")}>
        <CodeBlock code={pretty(model.config)} maxHeight={420} label={t("models:section.config")} />
      </Panel>
    </Flex>
  );
}

function Source({ model }: { model: ModelDetail }) {
  const { t } = useTranslation("models");
  const job = Number(model.source_job_id);
  return (
    <Flex vertical gap={2} align="flex-start">
      {job > 0 && (
        <Link to="/training/$jobId" params={{ jobId: job }} search={{ version: Number(model.source_job_version) || undefined }}>
          {t("fromJob", { job, version: model.source_job_version })}
        </Link>
      )}
      <PlaceLink address={model.source_location} />
    </Flex>
  );
}

function OtherVersions({ model }: { model: ModelDetail }) {
  const { t } = useTranslation("common");
  const same = useModels({ name: model.model_name, exact: true });
  const others = (same.data?.models ?? []).filter(({ model_id }) => model_id !== model.model_id);
  if (others.length === 0) return <>{t("state.none")}</>;
  return (
    <Flex gap="2px 12px" wrap>
      {others.slice(0, 12).map(({ model_id, model_version }) => (
        <Link key={model_id} to="/models/$modelId" params={{ modelId: model_id }}>
          {model_version}
        </Link>
      ))}
    </Flex>
  );
}

interface PackageFile {
  path: string;
  size: number;
  sha256: string;
}

function Files({ files }: { files: PackageFile[] }) {
  const { t } = useTranslation(["models", "common"]);
  return (
    <Table<PackageFile>
      size="small"
      rowKey="path"
      dataSource={files}
      pagination={files.length > 50 ? { pageSize: 50 } : false}
      scroll={{ x: 640 }}
      columns={[
        { title: t("models:file"), dataIndex: "path" },
        {
          title: t("common:field.size"),
          dataIndex: "size",
          width: 110,
          align: "right",
          render: (size: number) => <Bytes value={size} />,
        },
        {
          title: "SHA-256",
          dataIndex: "sha256",
          width: 330,
          render: (hash: string) => <CopyText text={hash} />,
        },
      ]}
    />
  );
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
