// The list of AI applications: every version is a row.
import { CloudUploadOutlined, PlusOutlined } from "@ant-design/icons";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Flex, Input, Pagination, Select } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/lib/i18n";
import { Bytes, EmptyState, Page, QueryView, Time, VirtualTable } from "@/ui";
import { WorkspaceHint } from "@/ui/useWorkspace";
import { DeleteModelButton } from "./DeleteModelButton";
import { ModelTag } from "./ModelTag";
import { modelStates, useModels, type Model } from "./queries";

export interface ModelsSearch {
  q?: string;
  status?: string;
  page?: number;
  size?: number;
}

export function ModelsPage() {
  const { t } = useTranslation(["models", "parts"]);
  const { q = "", status = "", page = 1, size = 20 } = useSearch({ from: "/console/models" });
  const navigate = useNavigate({ from: "/models" });
  const models = useModels({ name: q, status, page, perPage: size });
  const change = (values: ModelsSearch) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...values }), replace: true });
  const create = (
    <Link to="/models/create">
      <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
        {t("models:create")}
      </Button>
    </Link>
  );
  return (
    <Page title={t("models:title")} description={<WorkspaceHint />} actions={create} fill>
      <Flex gap={8} wrap style={{ marginBottom: 10 }}>
        <Input.Search
          allowClear
          style={{ width: 260 }}
          defaultValue={q}
          maxLength={64}
          placeholder={t("parts:list.search")}
          aria-label={t("parts:list.search")}
          onSearch={(words) => change({ q: words.trim() || undefined })}
        />
        <Select
          style={{ width: 150 }}
          aria-label={t("models:stateFilter")}
          value={status}
          onChange={(value) => change({ status: value || undefined })}
          options={[
            { value: "", label: t("parts:list.allStates") },
            ...modelStates.map((name) => ({ value: name, label: t(`models:state.${name}`) })),
          ]}
        />
      </Flex>
      <QueryView query={models}>
        {(data) => (
          <>
            <ModelTable
              models={data.models}
              empty={
                q || status ? (
                  <EmptyState
                    title={t("parts:list.noMatch")}
                    action={<Button onClick={() => change({ q: undefined, status: undefined })}>{t("parts:list.clear")}</Button>}
                  />
                ) : (
                  <EmptyState title={t("models:none")} hint={t("models:noneHint")} action={create} />
                )
              }
            />
            {data.total_count > 0 && (
              <Pagination
                style={{ marginTop: 10 }}
                align="end"
                current={page}
                pageSize={size}
                total={data.total_count}
                showSizeChanger
                pageSizeOptions={[20, 50, 100, 500]}
                showTotal={(count) => t("parts:list.total", { count })}
                onChange={(next, nextSize) =>
                  change({ page: nextSize === size && next > 1 ? next : undefined, size: nextSize === 20 ? undefined : nextSize })
                }
              />
            )}
          </>
        )}
      </QueryView>
    </Page>
  );
}

function ModelTable({ models, empty }: { models: Model[]; empty: ReactNode }) {
  const { t } = useTranslation(["models", "common"]);
  return (
    <VirtualTable<Model>
      rowKey="model_id"
      dataSource={models}
      minWidth={960}
      empty={empty}
      columns={[
        {
          title: t("common:field.name"),
          dataIndex: "model_name",
          ellipsis: true,
          render: (name: string, model) => (
            <Link to="/models/$modelId" params={{ modelId: model.model_id }}>
              {name}
            </Link>
          ),
        },
        { title: t("models:version"), dataIndex: "model_version", width: 100 },
        {
          title: t("common:field.status"),
          dataIndex: "model_status",
          width: 130,
          render: (status: string) => <ModelTag status={status} />,
        },
        { title: t("common:field.type"), dataIndex: "model_type", width: 130, ellipsis: true },
        {
          title: t("common:field.size"),
          dataIndex: "model_size",
          width: 110,
          align: "right",
          render: (size: number) => <Bytes value={size || null} />,
        },
        {
          title: t("common:field.created"),
          dataIndex: "create_at",
          width: 180,
          render: (value: number) => <Time value={value} />,
        },
        {
          title: t("common:field.actions"),
          width: 150,
          render: (_, model) => (
            <Flex gap={2}>
              {model.model_status === "published" && (
                <Link to="/services/create" search={{ model: model.model_id }} title={t("models:deploy")}>
                  <Button type="link" size="small" tabIndex={-1} icon={<CloudUploadOutlined />}>
                    {t("models:deployShort")}
                  </Button>
                </Link>
              )}
              <DeleteModelButton model={model} compact />
            </Flex>
          ),
        },
      ]}
    />
  );
}
