// What of a dataset can be changed later: its name and its description.
import { Form, Input, Modal } from "antd";
import { useTranslation } from "@/lib/i18n";
import { toApiError } from "@/api/errors";
import { FormError } from "@/ui/FormError";
import { fieldOfError } from "../create/rules";
import { useUpdateDataset, type Dataset } from "../queries";

interface EditDatasetProps {
  dataset: Dataset;
  open: boolean;
  onClose: () => void;
}

interface Fields {
  name: string;
  description?: string;
}

export function EditDataset({ dataset, open, onClose }: EditDatasetProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const [form] = Form.useForm<Fields>();
  const update = useUpdateDataset(dataset.dataset_id);
  const error = update.error ? toApiError(update.error) : null;
  const nameTaken = error !== null && fieldOfError(error) === "name";
  const submit = ({ name, description = "" }: Fields) =>
    update.save({ dataset_name: name.trim(), description: description.trim() }).then(onClose, () => undefined);
  return (
    <Modal
      title={t("datasets:overview.edit", { name: dataset.dataset_name })}
      open={open}
      onCancel={onClose}
      onOk={() => form.submit()}
      okText={t("common:action.save")}
      cancelText={t("common:action.cancel")}
      confirmLoading={update.isPending}
      afterClose={() => update.reset()}
      destroyOnHidden
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        preserve={false}
        initialValues={{ name: dataset.dataset_name, description: dataset.description }}
        onFinish={(fields) => void submit(fields)}
        onValuesChange={() => error && update.reset()}
      >
        <Form.Item
          name="name"
          label={t("common:field.name")}
          extra={t("datasets:create.nameRule")}
          rules={[{ required: true, whitespace: true, pattern: /^[A-Za-z0-9_-]{1,100}$/, message: t("datasets:create.nameInvalid") }]}
          {...(nameTaken && { validateStatus: "error", help: error.message })}
        >
          <Input maxLength={100} spellCheck={false} autoComplete="off" />
        </Form.Item>
        <Form.Item name="description" label={t("common:field.description")}>
          <Input.TextArea maxLength={256} showCount autoSize={{ minRows: 2, maxRows: 4 }} />
        </Form.Item>
        <FormError error={nameTaken ? null : error} />
      </Form>
    </Modal>
  );
}
