// The list of AI applications: every version is a row.
import { CloudUploadOutlined } from "@ant-design/icons";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Flex } from "antd";
import { useTranslation } from "@/lib/i18n";
import { Bytes, Time } from "@/ui";
import { ListPage } from "@/ui/ListPage";
import { DeleteModelButton } from "./DeleteModelButton";
import { ModelTag } from "./ModelTag";
import { modelStates, useModels, type Model } from "./queries";

export function ModelsPage() {
  const { t } = useTranslation(["models", "common"]);
  const search = useSearch({ from: "/console/models" });
  const navigate = useNavigate({ from: "/models" });
  const models = useModels({ name: search.q, status: search.status, page: search.page, perPage: search.size ?? 20 });
  return (
    <ListPage
      title={t("models:title")}
      create={{ label: t("models:create"), to: "/models/create" }}
      states={{
        label: t("models:stateFilter"),
        options: modelStates.map((value) => ({ value, label: t(`models:state.${value}`) })),
      }}
      none={{ title: t("models:none"), hint: t("models:noneHint") }}
      search={search}
      onChange={(change) => void navigate({ search: (old) => ({ ...old, page: undefined, ...change }), replace: true })}
      query={models}
      read={({ models: rows, total_count: total }) => ({ rows, total })}
      table={{
        rowKey: "model_id",
        minWidth: 960,
        columns: [
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
          { title: t("common:field.actions"), width: 150, render: (_, model) => <RowActions model={model} /> },
        ],
      }}
    />
  );
}

function RowActions({ model }: { model: Model }) {
  const { t } = useTranslation("models");
  return (
    <Flex gap={2}>
      {model.model_status === "published" && (
        <Link to="/services/create" search={{ model: model.model_id }} title={t("deploy")}>
          <Button type="link" size="small" tabIndex={-1} icon={<CloudUploadOutlined aria-hidden />}>
            {t("deployShort")}
          </Button>
        </Link>
      )}
      <DeleteModelButton model={model} compact />
    </Flex>
  );
}
