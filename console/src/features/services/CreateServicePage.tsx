// The page that deploys AI applications as a real-time service.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Alert, Button, Flex, Form, Input } from "antd";
import { $api } from "@/api/client";
import { usePlatform } from "@/api/platform";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { Page, Panel, QueryView, useNotify } from "@/ui";
import { ApiCall } from "@/ui/ApiCall";
import { FormError } from "@/ui/FormError";
import { useWorkspace } from "@/ui/useWorkspace";
import { AutoStopFields, ConfigFields } from "./ConfigFields";
import { configOf, emptyShare, scheduleOf, type ServiceFields } from "./fields";
import { useRefreshServices, useSpecifications, type CreateBody } from "./queries";

export interface CreateServiceSearch {
  model?: string;
}

export function CreateServicePage() {
  const { t } = useTranslation("services");
  const specifications = useSpecifications();
  return (
    <Page title={t("create")} crumbs={[{ label: t("title"), link: { to: "/services" } }]}>
      <QueryView query={specifications}>
        {({ specifications: offered }) => <CreateForm specification={offered[0]?.specification} />}
      </QueryView>
    </Page>
  );
}

function CreateForm({ specification }: { specification?: string }) {
  const { t } = useTranslation(["services", "common", "training"]);
  const { model } = useSearch({ from: "/console/services/create" });
  const { projectId } = useScope();
  const workspaceId = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const refresh = useRefreshServices();
  const platform = usePlatform().data;
  const [form] = Form.useForm<ServiceFields>();
  const create = $api.useMutation("post", "/v1/{project_id}/services");

  const bodyOf = (fields: ServiceFields): CreateBody => ({
    service_name: fields.name ?? "",
    description: fields.description ?? "",
    infer_type: "real-time",
    workspace_id: workspaceId,
    config: configOf(fields),
    schedule: scheduleOf(fields),
  });

  function submit(fields: ServiceFields) {
    create.mutate(
      { params: { path: { project_id: projectId } }, body: bodyOf(fields) },
      {
        onSuccess: ({ service_id }) => {
          notify.success(t("services:created", { name: fields.name }));
          void refresh();
          void navigate({ to: "/services/$serviceId", params: { serviceId: service_id } });
        },
      },
    );
  }

  return (
    <Form<ServiceFields>
      form={form}
      layout="vertical"
      initialValues={{
        config: [{ ...emptyShare(specification), model_id: model }],
        autoStop: false,
        stopAfter: 1,
        stopUnit: "HOURS",
      }}
      onFinish={submit}
      scrollToFirstError={{ focus: true }}
      style={{ maxWidth: 860, width: "100%" }}
    >
      <Flex vertical gap={12}>
        {platform && !platform.jobs_allowed && <Alert type="warning" showIcon title={t("training:notAllowed")} />}
        <Panel title={t("services:section.basic")}>
          <Form.Item
            name="name"
            label={t("common:field.name")}
            rules={[{ required: true, pattern: /^[\w\u4e00-\u9fff-]{1,64}$/, message: t("services:nameInvalid") }]}
          >
            <Input maxLength={64} spellCheck={false} style={{ maxWidth: 480 }} />
          </Form.Item>
          <Form.Item name="description" label={t("common:field.description")}>
            <Input.TextArea maxLength={100} showCount autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
          <AutoStopFields />
        </Panel>
        <ConfigFields />
        <FormError error={create.error} />
        <Flex gap={8} wrap>
          <Button type="primary" htmlType="submit" loading={create.isPending} disabled={platform?.jobs_allowed === false}>
            {t("services:deploy")}
          </Button>
          <ApiCall
            method="POST"
            path={`/v1/${projectId}/services`}
            body={() => bodyOf(form.getFieldsValue(true) as ServiceFields)}
          />
          <Link to="/services">
            <Button tabIndex={-1}>{t("common:action.cancel")}</Button>
          </Link>
        </Flex>
      </Flex>
    </Form>
  );
}
