// The columns of tables: a form control over names and types, read from the CSV files of the input path or written here.
import { DeleteOutlined, PlusOutlined, TableOutlined } from "@ant-design/icons";
import { Button, Flex, Input, Select, Typography } from "antd";
import { $api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { ErrorState } from "@/ui";
import { columnTypes, type Column } from "./draft";
import { pathProblem } from "./rules";

interface SchemaEditorProps {
  value?: Column[];
  onChange?: (columns: Column[]) => void;
  /** Where the CSV files are. */
  input: string;
  header: boolean;
}

export function SchemaEditor({ value = [], onChange, input, header }: SchemaEditorProps) {
  const { t } = useTranslation(["datasetTypes", "common"]);
  const { projectId } = useScope();
  const detect = $api.useMutation("post", "/v1/{project_id}/table-schema");
  const change = (index: number, part: Partial<Column>) =>
    onChange?.(value.map((column, place) => (place === index ? { ...column, ...part } : column)));

  function read() {
    detect.mutate(
      { params: { path: { project_id: projectId } }, body: { data_path: input.trim(), with_column_header: header } },
      { onSuccess: (schema) => onChange?.((schema?.fields ?? []).map(({ name, type = "String" }) => ({ name, type }))) },
    );
  }
  return (
    <Flex vertical gap={8}>
      <Flex gap={12} align="center" wrap>
        <Button icon={<TableOutlined aria-hidden />} loading={detect.isPending} disabled={pathProblem(input) !== null} onClick={read}>
          {t("datasetTypes:schema.detect")}
        </Button>
        <Typography.Text type="secondary" role="status">
          {detect.data ? t("datasetTypes:schema.detected", { count: detect.data.files }) : value.length === 0 && t("datasetTypes:schema.none")}
        </Typography.Text>
      </Flex>
      {detect.error && <ErrorState error={detect.error} />}
      {value.map((column, index) => (
        <Flex key={index} gap={8}>
          <Input
            value={column.name}
            maxLength={256}
            spellCheck={false}
            placeholder={t("datasetTypes:schema.name")}
            aria-label={`${t("datasetTypes:schema.name")} ${index + 1}`}
            onChange={(event) => change(index, { name: event.target.value })}
          />
          <Select
            value={column.type}
            aria-label={`${t("datasetTypes:schema.type")} ${index + 1}`}
            style={{ width: 144, flex: "none" }}
            options={columnTypes.map((type) => ({ value: type, label: type }))}
            onChange={(type) => change(index, { type })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined aria-hidden />}
            aria-label={`${t("common:action.remove")}: ${column.name || index + 1}`}
            title={t("common:action.remove")}
            onClick={() => onChange?.(value.filter((_, place) => place !== index))}
          />
        </Flex>
      ))}
      <div>
        <Button icon={<PlusOutlined aria-hidden />} onClick={() => onChange?.([...value, { name: "", type: "String" }])}>
          {t("datasetTypes:schema.add")}
        </Button>
      </div>
    </Flex>
  );
}
