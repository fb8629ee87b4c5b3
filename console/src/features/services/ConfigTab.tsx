// What a service runs, and changing it: a new configuration is rolled out while the old one goes on answering.
import { EditOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, Flex, Form, Input, Tag } from "antd";
import { useState } from "react";
import { $api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { Panel, StatusTag, useNotify } from "@/ui";
import { ApiCall } from "@/ui/ApiCall";
import { Facts } from "@/ui/Facts";
import { FormError } from "@/ui/FormError";
import { AutoStopFields, ConfigFields } from "./ConfigFields";
import { configOf, fieldsOf, scheduleOf, type ServiceFields } from "./fields";
import { useRefreshServices, useServiceParams, type ConfigDetail, type ServiceDetail, type UpdateBody } from "./queries";

export function ConfigTab({ service }: { service: ServiceDetail }) {
  const { t } = useTranslation("services");
  const [editing, setEditing] = useState(false);
  if (editing) return <Editor service={service} onClose={() => setEditing(false)} />;
  const [schedule] = service.schedule;
  return (
    <Flex vertical gap={12}>
      <div>
        <Button icon={<EditOutlined aria-hidden />} onClick={() => setEditing(true)}>
          {t("changeConfig")}
        </Button>
      </div>
      {service.config.map((item) => (
        <Share key={item.model_id} item={item} />
      ))}
      <Facts
        facts={[
          {
            label: t("autoStop"),
            value: schedule && `${t("after")} ${schedule.duration} ${t(`unit.${schedule.time_unit as "HOURS"}`)}`,
          },
        ]}
      />
    </Flex>
  );
}

function Share({ item }: { item: ConfigDetail }) {
  const { t } = useTranslation("services");
  const envs = Object.entries(item.envs);
  const ready = item.status === "ready";
  return (
    <Panel
      title={
        <Link to="/models/$modelId" params={{ modelId: item.model_id }}>
          {item.model_name} {item.model_version}
        </Link>
      }
      extra={<StatusTag tone={ready ? "good" : "waiting"}>{ready ? t("ready") : t("notReady")}</StatusTag>}
    >
      <Facts
        facts={[
          { label: t("specification"), value: item.specification },
          { label: t("instanceCount"), value: item.instance_count },
          { label: t("weight"), value: `${item.weight}%` },
          {
            label: t("envs"),
            wide: true,
            value: envs.length > 0 && (
              <Flex gap={6} wrap>
                {envs.map(([name, value]) => (
                  <Tag key={name}>
                    {name}={value}
                  </Tag>
                ))}
              </Flex>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Editor({ service, onClose }: { service: ServiceDetail; onClose: () => void }) {
  const { t } = useTranslation(["services", "common"]);
  const { projectId } = useScope();
  const notify = useNotify();
  const refresh = useRefreshServices();
  const params = useServiceParams(service.service_id);
  const [form] = Form.useForm<ServiceFields>();
  // What was shown when editing began: the page goes on polling below.
  const [before] = useState(() => service);
  const update = $api.useMutation("put", "/v1/{project_id}/services/{service_id}");

  /** Only what differs: a configuration that is sent is rolled out, even if it is the same. */
  function bodyOf(fields: ServiceFields): UpdateBody {
    const config = configOf(fields, before.config);
    const schedule = scheduleOf(fields);
    const old = fieldsOf(before);
    const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
    return {
      ...((fields.description ?? "") !== before.description && { description: fields.description ?? "" }),
      ...(!same(config, configOf(old, before.config)) && { config }),
      ...(!same(schedule, scheduleOf(old)) && { schedule }),
    };
  }

  function submit(fields: ServiceFields) {
    const body = bodyOf(fields);
    if (Object.keys(body).length === 0) {
      notify.info(t("services:nothingChanged"));
      onClose();
      return;
    }
    update.mutate(
      { ...params, body },
      {
        onSuccess: () => {
          notify.success(body.config ? t("services:rollingOut") : t("services:saved"));
          void refresh();
          onClose();
        },
      },
    );
  }
  return (
    <Form<ServiceFields>
      form={form}
      layout="vertical"
      initialValues={fieldsOf(before)}
      onFinish={submit}
      scrollToFirstError={{ focus: true }}
      style={{ maxWidth: 860 }}
    >
      <Flex vertical gap={12}>
        <Panel>
          <Form.Item name="description" label={t("common:field.description")}>
            <Input.TextArea maxLength={100} showCount autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
          <AutoStopFields />
        </Panel>
        <ConfigFields known={before.config} />
        <FormError error={update.error} />
        <Flex gap={8} wrap>
          <Button type="primary" htmlType="submit" loading={update.isPending}>
            {t("common:action.save")}
          </Button>
          <ApiCall
            method="PUT"
            path={`/v1/${projectId}/services/${service.service_id}`}
            body={() => bodyOf(form.getFieldsValue(true) as ServiceFields)}
          />
          <Button onClick={onClose}>{t("common:action.cancel")}</Button>
        </Flex>
      </Flex>
    </Form>
  );
}
