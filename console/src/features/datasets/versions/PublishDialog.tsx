// The dialog that publishes what a dataset holds now as a version. The work itself is a platform task.
import { Alert, Button, Checkbox, Flex, Form, Input, InputNumber, Modal, Slider, Switch } from "antd";
import { toApiError } from "@/api/errors";
import { useFormat, useTranslation } from "@/lib/i18n";
import { ErrorState, useNotify } from "@/ui";
import { usePublish, useStats, useVersions, type Dataset } from "../queries";
import { isAnnotated, isSplit, tellsHard, typeOf } from "../types";
import { nextVersionName, ratioText, sides } from "./ratio";

interface PublishDialogProps {
  dataset: Dataset | null;
  open: boolean;
  onClose: () => void;
}

interface Fields {
  name: string;
  description?: string;
  split?: boolean;
  ratio: number;
  hard?: boolean;
  images?: boolean;
}

export function PublishDialog({ dataset, open, onClose }: PublishDialogProps) {
  const { t } = useTranslation("datasets");
  return (
    <Modal
      title={t("publish.title", { name: dataset?.dataset_name ?? "" })}
      open={open}
      onCancel={onClose}
      footer={null}
      width={560}
      destroyOnHidden
    >
      {dataset && open && <PublishForm dataset={dataset} onClose={onClose} />}
    </Modal>
  );
}

function PublishForm({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const { t } = useTranslation(["datasets", "common"]);
  const format = useFormat();
  const notify = useNotify();
  const [form] = Form.useForm<Fields>();
  const publish = usePublish(dataset.dataset_id);
  const versions = useVersions(dataset.dataset_id);
  const stats = useStats(dataset.dataset_id);
  const split = Form.useWatch("split", form) ?? false;
  const ratio = Form.useWatch("ratio", form) ?? 0.8;
  const suggested = nextVersionName(dataset.next_version_num, versions.data?.versions.map((version) => version.version_name) ?? []);
  const error = publish.error ? toApiError(publish.error) : null;
  const nameTaken = error !== null && error.message.includes("version_name");

  function submit(fields: Fields) {
    const name = fields.name?.trim() || suggested;
    publish
      .start({
        version_name: name,
        description: fields.description?.trim() ?? "",
        train_evaluate_sample_ratio: fields.split ? ratioText(fields.ratio) : "1.00",
        clear_hard_property: !(fields.hard ?? false),
        // Fields that the type has not are not on the form.
        export_images: fields.images ?? false,
      })
      .then(
        () => {
          notify.info(t("datasets:publish.started", { name }));
          onClose();
        },
        // The form shows it.
        () => undefined,
      );
  }

  const type = typeOf(dataset.dataset_type);
  const labelled = dataset.annotated_sample_count;
  const [train, evaluate] = sides(labelled, ratio);
  return (
    <Form<Fields>
      form={form}
      name="publish"
      layout="vertical"
      style={{ marginTop: 12 }}
      initialValues={{ split: false, ratio: 0.8, hard: false, images: false }}
      onFinish={submit}
      onValuesChange={() => publish.error && publish.reset()}
    >
      {isAnnotated(type) && labelled < dataset.total_sample_count && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 12 }}
          title={t("datasets:publish.unlabelled", { count: dataset.total_sample_count - labelled })}
        />
      )}
      <Form.Item
        name="name"
        label={t("datasets:publish.name")}
        extra={t("datasets:publish.nameRule")}
        rules={[{ pattern: /^[A-Za-z0-9_-]{1,32}$/, message: t("datasets:publish.nameRule") }]}
        {...(nameTaken && { validateStatus: "error", help: error.message })}
      >
        <Input placeholder={suggested} maxLength={32} spellCheck={false} autoFocus />
      </Form.Item>
      <Form.Item name="description" label={t("common:field.description")}>
        <Input.TextArea maxLength={256} showCount autoSize={{ minRows: 2, maxRows: 4 }} />
      </Form.Item>
      {isSplit(type) && (
        <Form.Item label={t("datasets:publish.split")} htmlFor="publish-split" style={{ marginBottom: split ? 4 : undefined }}>
          <Form.Item name="split" valuePropName="checked" noStyle>
            <Switch id="publish-split" />
          </Form.Item>
        </Form.Item>
      )}
      {split && (
        <Form.Item extra={t("datasets:publish.sides", { train: format.number(train), evaluate: format.number(evaluate) })}>
          <Flex gap={16} align="center">
            <Form.Item name="ratio" noStyle>
              <Slider min={0.01} max={0.99} step={0.01} style={{ flex: 1 }} tooltip={{ open: false }} ariaLabelForHandle={t("datasets:publish.ratio")} />
            </Form.Item>
            <Form.Item name="ratio" noStyle>
              <InputNumber min={0.01} max={0.99} step={0.05} precision={2} style={{ width: 88 }} aria-label={t("datasets:publish.ratio")} />
            </Form.Item>
            <span style={{ whiteSpace: "nowrap" }}>{t("datasets:publish.evaluation", { ratio: ratioText(1 - ratio) })}</span>
          </Flex>
          {stats.data?.data_spliting_enable === false && (
            <Alert type="warning" showIcon style={{ marginTop: 8 }} title={t("datasets:publish.fewSamples")} />
          )}
        </Form.Item>
      )}
      {tellsHard(type) && (
        <Form.Item name="hard" valuePropName="checked" extra={t("datasets:publish.hardHint")}>
          <Checkbox>{t("datasets:publish.hard")}</Checkbox>
        </Form.Item>
      )}
      {type.scene === "image" && (
        <Form.Item name="images" valuePropName="checked" extra={t("datasets:publish.imagesHint")}>
          <Checkbox>{t("datasets:publish.images")}</Checkbox>
        </Form.Item>
      )}
      {error && !nameTaken && <ErrorState error={error} />}
      <Flex justify="flex-end" gap={8}>
        <Button onClick={onClose}>{t("common:action.cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={publish.isPending}>
          {t("datasets:publish.button")}
        </Button>
      </Flex>
    </Form>
  );
}
