// The sources of data: each row is a dataset's version, or a place in a bucket.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Form, Segmented, Select } from "antd";
import { useState } from "react";
import { $api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { FolderPicker } from "@/ui/FolderPicker";
import { useWorkspace } from "@/ui/useWorkspace";
import type { InputFields, JobFields } from "./fields";

const ready = 1;

export function InputRows() {
  const { t } = useTranslation("training");
  return (
    <Form.List name="inputs">
      {(rows, { add, remove }) => (
        <Flex vertical gap={10} align="flex-start">
          {rows.map(({ key, name }, index) => (
            <Flex key={key} gap={8} style={{ width: "100%" }} align="flex-start">
              <div style={{ flex: 1, minWidth: 0 }}>
                <InputRow index={name} label={t("inputNumber", { number: index + 1 })} />
              </div>
              <Button
                type="text"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={`${t("removeInput")} ${index + 1}`}
                title={t("removeInput")}
                onClick={() => remove(name)}
              />
            </Flex>
          ))}
          <Button icon={<PlusOutlined aria-hidden />} disabled={rows.length >= 20} onClick={() => add({ kind: "dataset" })}>
            {t("addInput")}
          </Button>
        </Flex>
      )}
    </Form.List>
  );
}

function InputRow({ index, label }: { index: number; label: string }) {
  const { t } = useTranslation(["training", "common"]);
  const form = Form.useFormInstance<JobFields>();
  const input = Form.useWatch(["inputs", index], form) as InputFields | undefined;
  const required = (message: string) => [{ required: true, message }];
  return (
    <Flex gap={8} align="flex-start" wrap>
      <Form.Item name={[index, "kind"]} noStyle>
        <Segmented
          aria-label={label}
          options={[
            { value: "dataset", label: t("training:source.dataset") },
            { value: "path", label: t("training:source.path") },
          ]}
        />
      </Form.Item>
      {input?.kind === "path" ? (
        <Form.Item
          name={[index, "data_url"]}
          rules={required(t("common:field.required"))}
          style={{ flex: 1, minWidth: 280, margin: 0 }}
        >
          <FolderPicker kind="folder" aria-label={`${label}: ${t("training:source.path")}`} />
        </Form.Item>
      ) : (
        <>
          <Form.Item
            name={[index, "dataset_id"]}
            rules={required(t("training:chooseDataset"))}
            style={{ flex: 2, minWidth: 200, margin: 0 }}
          >
            <DatasetSelect
              label={`${label}: ${t("training:source.dataset")}`}
              onPicked={(current) => form.setFieldValue(["inputs", index, "dataset_version"], current)}
            />
          </Form.Item>
          <Form.Item
            name={[index, "dataset_version"]}
            rules={required(t("training:chooseVersion"))}
            style={{ flex: 1, minWidth: 140, margin: 0 }}
          >
            <VersionSelect datasetId={input?.dataset_id} label={`${label}: ${t("training:version")}`} />
          </Form.Item>
        </>
      )}
    </Flex>
  );
}

interface SelectProps {
  id?: string;
  value?: string;
  onChange?: (value: string) => void;
  label: string;
}

function DatasetSelect({ id, value, onChange, label, onPicked }: SelectProps & { onPicked: (current?: string) => void }) {
  const { t } = useTranslation("training");
  const { projectId } = useScope();
  const workspaceId = useWorkspace();
  const [words, setWords] = useState("");
  const query = { workspace_id: workspaceId, limit: 100, search_content: words };
  const datasets = $api.useQuery(
    "get",
    "/v2/{project_id}/datasets",
    { params: { path: { project_id: projectId }, query } },
    { placeholderData: (old: unknown) => old as never },
  );
  // The chosen one may not be on the page that the search shows.
  const chosen = $api.useQuery(
    "get",
    "/v2/{project_id}/datasets/{dataset_id}",
    { params: { path: { project_id: projectId, dataset_id: value ?? "" } } },
    { enabled: Boolean(value) },
  );
  const found = datasets.data?.datasets ?? [];
  const all = chosen.data && !found.some(({ dataset_id }) => dataset_id === value) ? [chosen.data, ...found] : found;
  return (
    <Select
      id={id}
      aria-label={label}
      value={value}
      placeholder={t("chooseDataset")}
      showSearch={{ filterOption: false, onSearch: setWords }}
      loading={datasets.isFetching}
      notFoundContent={t("noDatasets")}
      options={all.map(({ dataset_id, dataset_name }) => ({ value: dataset_id, label: dataset_name }))}
      onChange={(next) => {
        onChange?.(next);
        onPicked(all.find(({ dataset_id }) => dataset_id === next)?.current_version_id ?? undefined);
      }}
    />
  );
}

function VersionSelect({ id, value, onChange, label, datasetId }: SelectProps & { datasetId?: string }) {
  const { t } = useTranslation("training");
  const { projectId } = useScope();
  const versions = $api.useQuery(
    "get",
    "/v2/{project_id}/datasets/{dataset_id}/versions",
    { params: { path: { project_id: projectId, dataset_id: datasetId ?? "" } } },
    { enabled: Boolean(datasetId) },
  );
  const published = (versions.data?.versions ?? []).filter(({ status }) => status === ready);
  return (
    <Select
      id={id}
      aria-label={label}
      value={versions.data ? value : undefined}
      onChange={onChange}
      disabled={!datasetId}
      loading={versions.isFetching}
      placeholder={t("chooseVersion")}
      notFoundContent={t("noVersions")}
      options={published.map(({ version_id, version_name }) => ({ value: version_id, label: version_name }))}
    />
  );
}
