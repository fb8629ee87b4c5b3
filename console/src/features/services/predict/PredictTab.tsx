// Trying a service: a picture or a JSON text in, the answer out.
import { SendOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Input, Select, Typography } from "antd";
import { useMemo, useState } from "react";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { EmptyState } from "@/ui";
import { useRefreshServices, type ServiceDetail } from "../queries";
import { AnswerView } from "./AnswerView";
import { apisOf, type PredictApi } from "./apis";
import { FileField } from "./FileField";
import { predict, type PredictInput, type Prediction } from "./send";

export function PredictTab({ service }: { service: ServiceDetail }) {
  const { t } = useTranslation("services");
  const apis = useMemo(() => apisOf(service.config), [service.config]);
  const [key, setKey] = useState<string>();
  const api = apis.find((each) => each.key === key) ?? apis[0];
  if (!api) return <EmptyState title={t("noApis")} />;
  return (
    <Flex vertical gap={12}>
      {service.status === "stopped" && <Alert type="info" showIcon title={t("notRunning")} />}
      {apis.length > 1 && (
        <Select
          aria-label={t("interface")}
          style={{ width: 280 }}
          value={api.key}
          onChange={setKey}
          options={apis.map((each) => ({ value: each.key, label: each.key }))}
        />
      )}
      <Trial key={api.key} service={service} api={api} />
    </Flex>
  );
}

function Trial({ service, api }: { service: ServiceDetail; api: PredictApi }) {
  const { t } = useTranslation("services");
  const { projectId } = useScope();
  const refresh = useRefreshServices();
  const [form, setForm] = useState<Record<string, File | string>>({});
  const [json, setJson] = useState(api.input.kind === "json" ? api.input.example : "");
  const [answer, setAnswer] = useState<{ prediction: Prediction; picture: File | null } | null>(null);
  const [pending, setPending] = useState(false);

  const files = api.input.kind === "form" ? api.input.fields.filter(({ file }) => file) : [];
  const picture = files.map(({ name }) => form[name]).find((value) => value instanceof File && value.type.startsWith("image/"));
  const complete = files.every(({ name }) => form[name] instanceof File);
  const badJson = api.input.kind === "json" ? faultOf(json) : "";

  async function send(values: Record<string, File | string> = form) {
    const input: PredictInput = api.input.kind === "form" ? { form: values } : api.input.kind === "json" ? { json } : null;
    setPending(true);
    const address = `/v1/infers/${encodeURIComponent(projectId)}/${encodeURIComponent(service.service_id)}`;
    const prediction = await predict(address, api, input);
    setAnswer({ prediction, picture: picture instanceof File ? picture : null });
    setPending(false);
    // The counters of the page count this call, too; the gateway writes them every two seconds.
    setTimeout(() => void refresh(), 2500);
  }

  return (
    <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(340px, 1fr))", gap: 20 }}>
      <Flex vertical gap={12}>
        <Typography.Title level={2} style={{ fontSize: 14, margin: 0 }}>
          {t("input")}
        </Typography.Title>
        {api.input.kind === "form" &&
          api.input.fields.map(({ name, file }) =>
            file ? (
              <FileField
                key={name}
                name={name}
                file={form[name] instanceof File ? form[name] : null}
                onChange={(value) => {
                  const others = Object.fromEntries(Object.entries(form).filter(([other]) => other !== name));
                  setForm(value ? { ...others, [name]: value } : others);
                  setAnswer(null);
                }}
              />
            ) : (
              <label key={name}>
                <div style={{ marginBottom: 4 }}>{name}</div>
                <Input
                  value={typeof form[name] === "string" ? form[name] : ""}
                  onChange={(event) => setForm({ ...form, [name]: event.target.value })}
                />
              </label>
            ),
          )}
        {api.input.kind === "json" && (
          <div>
            <Input.TextArea
              aria-label={t("jsonInput")}
              value={json}
              onChange={(event) => setJson(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !badJson && !pending) void send();
              }}
              autoSize={{ minRows: 10, maxRows: 24 }}
              status={badJson ? "error" : undefined}
              spellCheck={false}
              style={{ fontFamily: "ui-monospace, monospace", fontSize: 13 }}
            />
            {badJson && <Typography.Text type="danger">{badJson}</Typography.Text>}
          </div>
        )}
        {api.input.kind === "none" && <Typography.Text type="secondary">{t("noInput")}</Typography.Text>}
        <div>
          <Button
            type="primary"
            icon={<SendOutlined aria-hidden />}
            loading={pending}
            disabled={!complete || badJson !== ""}
            onClick={() => void send()}
          >
            {t("predict")}
          </Button>
        </div>
      </Flex>
      <Flex vertical gap={12} style={{ minWidth: 0 }}>
        <Typography.Title level={2} style={{ fontSize: 14, margin: 0 }}>
          {t("answer")}
        </Typography.Title>
        <div aria-live="polite">
          {answer ? (
            <AnswerView prediction={answer.prediction} picture={answer.picture} />
          ) : (
            <Typography.Text type="secondary">{t("answerHint")}</Typography.Text>
          )}
        </div>
      </Flex>
    </div>
  );
}

/** What is wrong with a JSON text; empty when nothing is. */
function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
