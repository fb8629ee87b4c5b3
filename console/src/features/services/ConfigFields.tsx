// The part of a service's form that says what runs: models with their share of the calls, resources and environment.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Divider, Flex, Form, InputNumber, Select, Switch, theme, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { Panel } from "@/ui";
import { FlavorCards } from "@/ui/FlavorCards";
import { NamedValueRows } from "@/ui/NamedValueRows";
import { emptyShare, missingWeight, type ModelShare, type ServiceFields } from "./fields";
import { usePublishedModels, useSpecifications, type ConfigDetail } from "./queries";

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function ConfigFields({ known = [] }: { known?: readonly ConfigDetail[] }) {
  const { t } = useTranslation("services");
  const form = Form.useFormInstance<ServiceFields>();
  const { token } = theme.useToken();
  const specifications = useSpecifications().data?.specifications ?? [];
  return (
    <Panel title={t("section.models")}>
      <Form.List
        name="config"
        rules={[
          {
            validator: (_, value: ModelShare[]) => {
              const missing = value.length > 1 ? missingWeight(value) : 0;
              return missing === 0 ? Promise.resolve() : Promise.reject(new Error(t("weightsRule", { sum: 100 - missing })));
            },
          },
        ]}
      >
        {(rows, { add, remove }, { errors }) => (
          <Flex vertical gap={12} align="stretch">
            {rows.map(({ key, name }, index) => (
              <div key={key}>
                {index > 0 && <Divider style={{ margin: "4px 0 14px" }} />}
                <Share
                  index={name}
                  alone={rows.length === 1}
                  known={known}
                  onRemove={() => {
                    remove(name);
                    if (rows.length === 2) form.setFieldValue(["config", 0, "weight"], 100);
                  }}
                />
              </div>
            ))}
            <div role="alert" style={{ color: token.colorError }}>
              <Form.ErrorList errors={errors} />
            </div>
            <div>
              <Button
                icon={<PlusOutlined aria-hidden />}
                disabled={rows.length >= 10}
                onClick={() => {
                  const shares = form.getFieldValue("config") as ModelShare[];
                  const rest = Math.max(0, missingWeight(shares));
                  add(emptyShare(specifications[0]?.specification, rest));
                }}
              >
                {t("addModel")}
              </Button>
            </div>
          </Flex>
        )}
      </Form.List>
    </Panel>
  );
}

interface ShareProps {
  index: number;
  alone: boolean;
  known: readonly ConfigDetail[];
  onRemove: () => void;
}

function Share({ index, alone, known, onRemove }: ShareProps) {
  const { t } = useTranslation(["services", "common"]);
  const required = [{ required: true, message: t("common:field.required") }];
  return (
    <>
      <Flex gap={16} wrap align="flex-start">
        <Form.Item name={[index, "model_id"]} label={t("services:model")} rules={required} style={{ flex: "2 1 320px" }}>
          <ModelSelect known={known} />
        </Form.Item>
        <Form.Item
          name={[index, "instance_count"]}
          label={t("services:instanceCount")}
          rules={required}
          style={{ flex: "0 0 130px" }}
        >
          <InputNumber min={1} max={128} precision={0} style={{ width: "100%" }} />
        </Form.Item>
        {!alone && (
          <>
            <Form.Item name={[index, "weight"]} label={t("services:weight")} rules={required} style={{ flex: "0 0 130px" }}>
              <InputNumber min={0} max={100} precision={0} suffix="%" style={{ width: "100%" }} />
            </Form.Item>
            <Button
              type="text"
              icon={<DeleteOutlined aria-hidden />}
              style={{ marginTop: 30 }}
              aria-label={`${t("services:removeModel")} ${index + 1}`}
              title={t("services:removeModel")}
              onClick={onRemove}
            />
          </>
        )}
      </Flex>
      <Form.Item name={[index, "specification"]} label={t("services:specification")} rules={required}>
        <Specifications />
      </Form.Item>
      <Form.Item label={t("services:envs")} extra={t("services:envsHint")} style={{ margin: 0 }}>
        <NamedValueRows
          field={[index, "envs"]}
          pattern={variableName}
          most={128}
          texts={{
            name: t("services:envName"),
            value: t("services:envValue"),
            rule: t("services:envRule"),
            add: t("services:addEnv"),
            remove: t("services:removeEnv"),
          }}
        />
      </Form.Item>
    </>
  );
}

interface ControlProps {
  id?: string;
  value?: string;
  onChange?: (value: string) => void;
}

function ModelSelect({ known, ...control }: ControlProps & { known: readonly ConfigDetail[] }) {
  const { t } = useTranslation("services");
  const [words, setWords] = useState("");
  const models = usePublishedModels(words);
  const found = (models.data?.models ?? []).map(({ model_id, model_name, model_version }) => ({
    value: model_id,
    label: `${model_name} ${model_version}`,
  }));
  const older = known
    .filter(({ model_id }) => !found.some(({ value }) => value === model_id))
    .map(({ model_id, model_name, model_version }) => ({ value: model_id, label: `${model_name} ${model_version}` }));
  return (
    <Select
      {...control}
      placeholder={t("chooseModel")}
      notFoundContent={t("noModels")}
      loading={models.isFetching}
      showSearch={{ filterOption: false, onSearch: setWords }}
      options={[...found, ...older]}
    />
  );
}

function Specifications(control: ControlProps) {
  const { t } = useTranslation("services");
  const specifications = useSpecifications().data?.specifications ?? [];
  return (
    <FlavorCards<string>
      {...control}
      label={t("specification")}
      flavors={specifications.map((each) => ({
        key: each.specification,
        name: each.specification,
        cpu: String(each.cpu_info.cpu),
        memory: String(Math.round((Number(each.memory_info.memory) / 1024) * 10) / 10),
        gpu: Number(each.gpu_info.gpu) > 0 ? `${each.gpu_info.gpu} × ${each.gpu_info.brand}` : undefined,
        tooLarge: each.over_quota,
      }))}
    />
  );
}

/** When the service is to stop by itself. */
export function AutoStopFields() {
  const { t } = useTranslation(["services", "common"]);
  const form = Form.useFormInstance<ServiceFields>();
  const on = Form.useWatch("autoStop", form);
  return (
    <Form.Item label={t("services:autoStop")} extra={t("services:autoStopHint")} style={{ margin: 0 }}>
      <Flex gap={10} align="center" wrap>
        <Form.Item name="autoStop" valuePropName="checked" noStyle>
          <Switch aria-label={t("services:autoStop")} />
        </Form.Item>
        {on && (
          <>
            <Typography.Text>{t("services:after")}</Typography.Text>
            <Form.Item name="stopAfter" noStyle rules={[{ required: true, message: t("common:field.required") }]}>
              <InputNumber min={1} max={100_000} precision={0} aria-label={t("services:after")} />
            </Form.Item>
            <Form.Item name="stopUnit" noStyle>
              <Select
                aria-label={t("services:unit.label")}
                style={{ width: 120 }}
                options={(["MINUTES", "HOURS", "DAYS"] as const).map((value) => ({
                  value,
                  label: t(`services:unit.${value}`),
                }))}
              />
            </Form.Item>
          </>
        )}
      </Flex>
    </Form.Item>
  );
}
