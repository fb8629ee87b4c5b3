// The interfaces of an AI application: method, path, and what goes in and comes out.
import { Table, Tag } from "antd";
import { useTranslation } from "@/lib/i18n";
import { CodeBlock } from "@/ui";

export interface ModelApi {
  url: string;
  method: string;
  request: Record<string, unknown>;
  response: Record<string, unknown>;
}

/** The interfaces in the JSON string that the API carries them in; none for what is no list. */
export function parseApis(json: string): ModelApi[] {
  try {
    const value: unknown = JSON.parse(json);
    if (!Array.isArray(value)) return [];
    return value.map((api: Partial<ModelApi>) => ({
      url: api.url ?? "/",
      method: api.method ?? "post",
      request: api.request ?? {},
      response: api.response ?? {},
    }));
  } catch {
    return [];
  }
}

export function ApiTable({ apis }: { apis: ModelApi[] }) {
  const { t } = useTranslation(["models", "parts"]);
  return (
    <Table<ModelApi>
      size="small"
      rowKey={({ method, url }) => `${method} ${url}`}
      dataSource={apis}
      pagination={false}
      scroll={{ x: 640 }}
      columns={[
        {
          title: t("models:api.path"),
          width: 200,
          render: (_, api) => (
            <>
              <Tag>{api.method.toUpperCase()}</Tag>
              <code>{api.url}</code>
            </>
          ),
        },
        { title: t("models:api.request"), render: (_, api) => contentType(api.request) },
        { title: t("models:api.response"), render: (_, api) => contentType(api.response) },
      ]}
      expandable={{
        columnTitle: <span className="maquette-hidden">{t("parts:details")}</span>,
        expandedRowRender: (api) => (
          <CodeBlock
            code={JSON.stringify({ request: api.request, response: api.response }, null, 2)}
            maxHeight={360}
            label={`${api.method} ${api.url}`}
          />
        ),
      }}
    />
  );
}

function contentType(part: Record<string, unknown>): string {
  const name = Object.keys(part).find((key) => key.toLowerCase() === "content-type");
  return name ? String(part[name]) : "";
}
