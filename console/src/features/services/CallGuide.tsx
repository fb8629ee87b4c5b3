// How to call a service from outside: its address, a token, and the request, as commands that work as they are.
import { Flex, Typography } from "antd";
import { curlCommand } from "@/lib/curl";
import { useTranslation } from "@/lib/i18n";
import { CodeBlock, CopyText } from "@/ui";
import { TokenCode } from "@/ui/ApiCall";
import { apisOf, type PredictApi } from "./predict/apis";
import type { ServiceDetail } from "./queries";

export function CallGuide({ service }: { service: ServiceDetail }) {
  const { t } = useTranslation("services");
  const address = service.access_address;
  const apis = apisOf(service.config);
  return (
    <Flex vertical gap={10} style={{ maxWidth: 1000 }}>
      <Flex gap={12} wrap>
        <Typography.Text strong>{t("address")}</Typography.Text>
        <CopyText text={address} />
      </Flex>
      <Typography.Text type="secondary">{t("guideHint")}</Typography.Text>
      <TokenCode origin={originOf(address)} />
      {apis.map((api) => (
        <Flex key={api.key} vertical gap={6}>
          <Typography.Text strong>{t("callApi", { api: api.key })}</Typography.Text>
          <CodeBlock code={callOf(address, api)} label={t("callApi", { api: api.key })} />
        </Flex>
      ))}
      <Typography.Text type="secondary">{t("guideScripts")}</Typography.Text>
      <Typography.Text strong>Python</Typography.Text>
      <CodeBlock code={pythonOf(address, apis[0])} label="Python" />
    </Flex>
  );
}

function originOf(address: string): string {
  try {
    return new URL(address).origin;
  } catch {
    return window.location.origin;
  }
}

function callOf(address: string, api: PredictApi): string {
  const url = `${address}${api.path}`;
  if (api.input.kind === "form") {
    const form = Object.fromEntries(api.input.fields.map(({ name, file }) => [name, file ? "@picture.png" : "…"]));
    return curlCommand({ method: api.method, url, form });
  }
  return curlCommand({ method: api.method, url, body: api.input.kind === "json" ? (JSON.parse(api.input.example) as unknown) : undefined });
}

/** The first interface with the requests library; the token comes from the environment. */
function pythonOf(address: string, api: PredictApi | undefined): string {
  const text = JSON.stringify;
  const url = `${address}${api?.path ?? ""}`;
  const lines = ["import os", "import requests", "", `url = ${text(url)}`, 'headers = {"X-Auth-Token": os.environ["TOKEN"]}'];
  if (api?.input.kind === "form") {
    const field = api.input.fields.find(({ file }) => file)?.name ?? "file";
    const others = api.input.fields.filter(({ file }) => !file).map(({ name }) => `${text(name)}: "…"`);
    lines.push('with open("picture.png", "rb") as file:');
    const data = others.length > 0 ? `, data={${others.join(", ")}}` : "";
    lines.push(`    answer = requests.post(url, headers=headers, files={${text(field)}: file}${data}, timeout=60)`);
  } else if (api?.input.kind === "json") {
    lines.push(`answer = requests.post(url, headers=headers, data=${text(api.input.example)}, timeout=60)`);
  } else lines.push("answer = requests.get(url, headers=headers, timeout=60)");
  return [...lines, "answer.raise_for_status()", "print(answer.json())"].join("\n");
}
