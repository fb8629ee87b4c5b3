import { Form, Input, Modal } from "antd";
import { useMakeFolder } from "@/api/files";
import { useTranslation } from "@/lib/i18n";
import { ErrorState } from "@/ui";

interface NewFolderProps {
  bucket: string;
  prefix: string;
  open: boolean;
  onClose: () => void;
}

export function NewFolder({ bucket, prefix, open, onClose }: NewFolderProps) {
  const { t } = useTranslation(["files", "common"]);
  const [form] = Form.useForm<{ name: string }>();
  const create = useMakeFolder(bucket);
  return (
    <Modal
      title={t("files:newFolder")}
      open={open}
      onCancel={onClose}
      okText={t("common:action.create")}
      cancelText={t("common:action.cancel")}
      confirmLoading={create.isPending}
      onOk={() => form.submit()}
      afterClose={() => create.reset()}
      destroyOnHidden
    >
      <Form
        form={form}
        layout="vertical"
        preserve={false}
        onFinish={({ name }) => create.mutate(`${prefix}${name.trim().normalize("NFC")}/`, { onSuccess: onClose })}
      >
        <Form.Item
          name="name"
          label={t("files:folderName")}
          rules={[{ required: true, whitespace: true, pattern: /^(?!\.{1,2}$)[^/]+$/, message: t("files:folderNameRule") }]}
        >
          <Input autoFocus maxLength={255} />
        </Form.Item>
      </Form>
      {create.error && <ErrorState error={create.error} />}
    </Modal>
  );
}
