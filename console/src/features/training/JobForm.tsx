// The form of a training job: for a new job, and for a further version of one.
import { Alert, Button, Flex, Form, Input, Select, type FormInstance } from "antd";
import { useMemo, type ReactNode } from "react";
import { toApiError } from "@/api/errors";
import { usePlatform } from "@/api/platform";
import { useTranslation } from "@/lib/i18n";
import { Panel } from "@/ui";
import { FlavorCards } from "@/ui/FlavorCards";
import { FolderPicker } from "@/ui/FolderPicker";
import { FormError } from "@/ui/FormError";
import { NamedValueRows } from "@/ui/NamedValueRows";
import { fieldOfMessage, folderOf, type JobFields } from "./fields";
import { InputRows } from "./InputRows";
import { useEngines, useJobs, useSpecs } from "./queries";

export interface JobFormProps {
  form: FormInstance<JobFields>;
  initial: Partial<JobFields>;
  /** A version belongs to a job that has its name already. */
  named: boolean;
  onSubmit: (fields: JobFields) => void;
  pending: boolean;
  error: unknown;
  submitLabel: string;
  /** Buttons beside the submit button. */
  extra: ReactNode;
}

const parameterName = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
const isPython = (name: string) => name.endsWith(".py");

export function JobForm({ form, initial, named, onSubmit, pending, error, submitLabel, extra }: JobFormProps) {
  const { t } = useTranslation(["training", "common"]);
  const required = [{ required: true, message: t("common:field.required") }];
  const platform = usePlatform().data;
  // The form's values are read when a refusal comes: typing on does not move it to another field.
  const field = useMemo(
    () => (error ? fieldOfMessage(toApiError(error).message, form.getFieldsValue(true) as JobFields) : null),
    [error, form],
  );

  /** Server-side refusals also stand at the field that they are about. */
  const refused = (name: keyof JobFields) =>
    field === name ? { validateStatus: "error" as const, help: toApiError(error).message } : {};

  return (
    <Form<JobFields>
      form={form}
      layout="vertical"
      initialValues={initial}
      onFinish={onSubmit}
      scrollToFirstError={{ focus: true }}
      style={{ maxWidth: 980, width: "100%" }}
    >
      <Flex vertical gap={12}>
        {platform && !platform.jobs_allowed && <Alert type="warning" showIcon title={t("training:notAllowed")} />}
        <Panel title={t("training:section.basic")}>
          {named ? null : (
            <Form.Item
              name="name"
              label={t("common:field.name")}
              extra={t("training:nameRule")}
              rules={[{ required: true, pattern: /^[A-Za-z0-9_-]{1,64}$/, message: t("training:nameInvalid") }]}
              {...refused("name")}
            >
              <Input maxLength={64} spellCheck={false} style={{ maxWidth: 480 }} />
            </Form.Item>
          )}
          <Form.Item name="description" label={t("common:field.description")} style={{ margin: "0 0 20px" }}>
            <Input.TextArea maxLength={256} showCount autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
        </Panel>
        <Panel title={t("training:section.code")}>
          <Form.Item name="engine_id" label={t("training:engine")} rules={required} {...refused("engine_id")}>
            <EngineSelect />
          </Form.Item>
          <Form.Item
            name="app_url"
            label={t("training:codeDirectory")}
            extra={t("training:codeHint")}
            rules={required}
            {...refused("app_url")}
          >
            <FolderPicker kind="folder" />
          </Form.Item>
          <BootFile form={form} rules={required} refused={refused("boot_file_url")} />
          <Form.Item label={t("training:parameters")} extra={t("training:parametersHint")} style={{ margin: 0 }}>
            <NamedValueRows
              field="parameters"
              pattern={parameterName}
              most={200}
              texts={{
                name: t("training:parameterName"),
                value: t("training:parameterValue"),
                rule: t("training:parameterRule"),
                add: t("training:addParameter"),
                remove: t("training:removeParameter"),
              }}
            />
          </Form.Item>
        </Panel>
        <Panel title={t("training:section.data")}>
          <Form.Item label={t("training:inputs")} extra={t("training:inputsHint")}>
            <InputRows />
          </Form.Item>
          <Form.Item
            name="train_url"
            label={t("training:output")}
            extra={t("training:outputHint")}
            {...refused("train_url")}
          >
            <FolderPicker kind="folder" />
          </Form.Item>
          <Form.Item
            name="log_url"
            label={t("training:logPath")}
            extra={t("training:logPathHint")}
            style={{ margin: 0 }}
            {...refused("log_url")}
          >
            <FolderPicker kind="folder" />
          </Form.Item>
        </Panel>
        <Panel title={t("training:section.resources")} extra={<Busy />}>
          <Form.Item
            name="spec_id"
            label={t("training:flavor")}
            rules={required}
            style={{ margin: 0 }}
            {...refused("spec_id")}
          >
            <Flavors />
          </Form.Item>
        </Panel>
        <FormError error={error} />
        <Flex gap={8} wrap>
          <Button type="primary" htmlType="submit" loading={pending} disabled={platform?.jobs_allowed === false}>
            {submitLabel}
          </Button>
          {extra}
        </Flex>
      </Flex>
    </Form>
  );
}

interface BootFileProps {
  form: FormInstance<JobFields>;
  rules: { required: boolean; message: string }[];
  refused: object;
}

function BootFile({ form, rules, refused }: BootFileProps) {
  const { t } = useTranslation("training");
  const folder = Form.useWatch("app_url", form);
  return (
    <Form.Item
      name="boot_file_url"
      label={t("bootFile")}
      extra={t("bootFileHint")}
      rules={rules}
      // A file chosen first says where the code lies.
      getValueFromEvent={(value: string) => {
        if (!form.getFieldValue("app_url") && isPython(value)) form.setFieldValue("app_url", folderOf(value));
        return value;
      }}
      {...refused}
    >
      <FolderPicker kind="file" accept={isPython} start={folder} />
    </Form.Item>
  );
}

interface ControlProps {
  id?: string;
  value?: number;
  onChange?: (value: number) => void;
}

function EngineSelect(props: ControlProps) {
  const { t } = useTranslation("training");
  const engines = useEngines();
  return (
    <Select
      {...props}
      style={{ maxWidth: 480 }}
      loading={engines.isPending}
      placeholder={t("engine")}
      notFoundContent={t("noEngines")}
      options={(engines.data?.engines ?? []).map((engine) => ({
        value: engine.engine_id,
        label: engine.engine_version,
      }))}
    />
  );
}

function Flavors(props: ControlProps) {
  const { t } = useTranslation("training");
  const specs = useSpecs().data?.specs ?? [];
  return (
    <FlavorCards<number>
      {...props}
      label={t("flavor")}
      flavors={specs.map((spec) => ({
        key: spec.spec_id,
        name: spec.spec_code,
        cpu: spec.core,
        memory: spec.cpu,
        gpu: spec.gpu_num > 0 ? `${spec.gpu_num} × ${spec.gpu_type}` : undefined,
        tooLarge: spec.no_resource,
      }))}
    />
  );
}

/** How many jobs already run or wait for room: what a reader can know about when this one will begin. */
function Busy() {
  const { t } = useTranslation("training");
  const ask = { search: "", page: 1, perPage: 1, sortBy: "create_time" as const, order: "desc" as const };
  const running = useJobs({ ...ask, status: "8" }).data?.job_total_count;
  const waiting = useJobs({ ...ask, status: "1|7" }).data?.job_total_count;
  if (running === undefined || waiting === undefined) return null;
  return <span>{t("busy", { running, waiting })}</span>;
}
